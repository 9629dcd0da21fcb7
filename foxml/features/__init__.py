"""Features: the catalogue, the plan of a model, and the engine that computes it in streams and batches alike."""

from foxml.features.catalogue import FeatureInfo, Parameter, list_features
from foxml.features.columns import Column
from foxml.features.engine import Adjustment, FeatureEngine, FeatureMatrix, SliceFeatures
from foxml.features.loading import load_plan
from foxml.features.plan import FeaturePlan, LeftOut
from foxml.features.research_columns import ResearchColumn

__all__ = [
    "Adjustment",
    "Column",
    "FeatureEngine",
    "FeatureInfo",
    "FeatureMatrix",
    "FeaturePlan",
    "LeftOut",
    "Parameter",
    "ResearchColumn",
    "SliceFeatures",
    "list_features",
    "load_plan",
]
