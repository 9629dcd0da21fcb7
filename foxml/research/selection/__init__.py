"""Which features are worth their place, and which target is worth learning."""

from foxml.research.selection.clusters import Clusters, cluster_columns
from foxml.research.selection.ranking import RankedTarget, TargetRanking, TargetScores, rank_targets
from foxml.research.selection.select import ScoredFeature, Selection, select_features

__all__ = [
    "Clusters",
    "RankedTarget",
    "ScoredFeature",
    "Selection",
    "TargetRanking",
    "TargetScores",
    "cluster_columns",
    "rank_targets",
    "select_features",
]
