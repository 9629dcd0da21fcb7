"""Proof, on a study of one's own, that nothing it learned from lies in the future or in the test."""

from foxml.research.leak_checks.canaries import CANARIES, Canary, clean_material
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Check, Clue, Finding, Limits, Scope, Verdict
from foxml.research.leak_checks.material import FittedPreprocessor, JudgedModel, Material, Split
from foxml.research.leak_checks.run import LeakCanaryTrial, LeakReport, check_leaks, try_leak_canaries
from foxml.research.leak_checks.table import CHECKS

__all__ = [
    "CANARIES",
    "CHECKS",
    "Canary",
    "Check",
    "Clue",
    "Effort",
    "Finding",
    "FittedPreprocessor",
    "JudgedModel",
    "LeakCanaryTrial",
    "LeakReport",
    "Limits",
    "Material",
    "Scope",
    "Split",
    "Verdict",
    "check_leaks",
    "clean_material",
    "try_leak_canaries",
]
