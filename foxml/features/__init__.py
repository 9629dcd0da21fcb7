"""Features: the catalogue, the plan of a model, and the engine that computes it in streams and batches alike."""

from foxml.features.catalogue import FeatureInfo, list_features
from foxml.features.engine import Adjustment, FeatureEngine, FeatureMatrix, SliceFeatures
from foxml.features.loading import load_plan
from foxml.features.plan import FeaturePlan

__all__ = [
    "Adjustment",
    "FeatureEngine",
    "FeatureInfo",
    "FeatureMatrix",
    "FeaturePlan",
    "SliceFeatures",
    "list_features",
    "load_plan",
]
