"""Proof, on given bars, that features neither look ahead nor depend on where their history or a stream began."""

from foxml.research.feature_checks.canaries import CANARIES, Canary
from foxml.research.feature_checks.computed import ComputedSource
from foxml.research.feature_checks.effort import Effort
from foxml.research.feature_checks.findings import Check, ColumnFindings, Finding, Offence
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.run import TOLERANCE, CanaryTrial, FeatureReport, check_features, try_canaries
from foxml.research.feature_checks.source import CheckedColumn, FeatureSource, FeatureStream, KernelSource

__all__ = [
    "CANARIES",
    "TOLERANCE",
    "Canary",
    "CanaryTrial",
    "Check",
    "CheckedColumn",
    "ColumnFindings",
    "ComputedSource",
    "Effort",
    "FeatureReport",
    "FeatureSource",
    "FeatureStream",
    "Finding",
    "History",
    "KernelSource",
    "Offence",
    "check_features",
    "try_canaries",
]
