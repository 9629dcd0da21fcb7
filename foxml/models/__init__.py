"""Models that the engine scores with: forests of trees, bundles that hold them, and the registry of bundles."""

from foxml.models.bundle import Bundle, BundleContents, load_bundle, write_bundle
from foxml.models.forest import BoundRow, Forest, ForestDescription
from foxml.models.manifest import Lineage, Manifest, ScoreStatistics, TargetSpec, TrainingData
from foxml.models.registry import Registry, RegistryEntry, check_name
from foxml.models.trials import Trial, TrialLog
from foxml.models.verification import ModelCheck, verify_models

__all__ = [
    "BoundRow",
    "Bundle",
    "BundleContents",
    "Forest",
    "ForestDescription",
    "Lineage",
    "Manifest",
    "ModelCheck",
    "Registry",
    "RegistryEntry",
    "ScoreStatistics",
    "TargetSpec",
    "TrainingData",
    "Trial",
    "TrialLog",
    "check_name",
    "load_bundle",
    "verify_models",
    "write_bundle",
]
