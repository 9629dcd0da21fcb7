"""Settings: strict YAML in layers (base, variant, file, environment, options) to one frozen, typed config.

No key has a default in code. Every value knows its file and line; every error names them.
"""

from foxml.settings.layers import Source
from foxml.settings.load import Resolved, apply_overrides, config_sha256, load_config, packaged_config_root
from foxml.settings.models import AvailableConfig, ModelConfig, list_available_configs, load_model_config
from foxml.settings.research import (
    FeatureSelection,
    TargetBatch,
    WalkforwardSchemes,
    load_feature_selection,
    load_target_batch,
    load_walkforward,
)
from foxml.settings.schema import FoxmlConfig

__all__ = [
    "AvailableConfig",
    "FeatureSelection",
    "FoxmlConfig",
    "ModelConfig",
    "Resolved",
    "Source",
    "TargetBatch",
    "WalkforwardSchemes",
    "apply_overrides",
    "config_sha256",
    "list_available_configs",
    "load_config",
    "load_feature_selection",
    "load_model_config",
    "load_target_batch",
    "load_walkforward",
    "packaged_config_root",
]
