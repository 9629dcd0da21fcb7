"""Features in research: three doors to the one kernel."""

from foxml.research.features.building import BuiltFeatures, ComprehensiveFeatureBuilder, feature_parts
from foxml.research.features.simple import SimpleFeatureComputer, SymbolFeatures
from foxml.research.features.streaming import StreamingFeatureBuilder, SymbolBar

__all__ = [
    "BuiltFeatures",
    "ComprehensiveFeatureBuilder",
    "SimpleFeatureComputer",
    "StreamingFeatureBuilder",
    "SymbolBar",
    "SymbolFeatures",
    "feature_parts",
]
