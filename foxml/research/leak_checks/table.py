"""All checks: what each asks, and what answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from foxml.research.leak_checks.dominance import dominance
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Check, Limits, Observation
from foxml.research.leak_checks.fitted_outside import fitted_outside
from foxml.research.leak_checks.future_perturbed import future_perturbed
from foxml.research.leak_checks.label_overlap import label_overlap
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import Probe
from foxml.research.leak_checks.shifted_target import shifted_target
from foxml.research.leak_checks.shuffled_time import shuffled_time
from foxml.research.leak_checks.symbol_holdout import symbol_holdout
from foxml.research.leak_checks.target_in_features import target_in_features

__all__ = ["CHECKS", "LeakCheck"]


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """One check.

    Attributes
    ----------
    check : Check
    question : str
    observe : callable
    """

    check: Check
    question: str
    observe: Callable[[Material, Effort, Limits, Probe], Observation]


CHECKS: Final[Mapping[Check, LeakCheck]] = MappingProxyType(
    {
        each.check: each
        for each in (
            LeakCheck(
                Check.FUTURE_PERTURBED, "would a row be the same with another future of the bars?", future_perturbed
            ),
            LeakCheck(Check.LABEL_OVERLAP, "does a training label meet a test label?", label_overlap),
            LeakCheck(
                Check.TARGET_IN_FEATURES, "is a column the target, of this or another moment?", target_in_features
            ),
            LeakCheck(Check.SHIFTED_TARGET, "is skill as large as if the target were known?", shifted_target),
            LeakCheck(Check.FITTED_OUTSIDE, "was a scaler or imputer fitted on rows of the test?", fitted_outside),
            LeakCheck(Check.SHUFFLED_TIME, "is there skill on targets of other times?", shuffled_time),
            LeakCheck(Check.SYMBOL_HOLDOUT, "is there skill on symbols never trained on?", symbol_holdout),
            LeakCheck(Check.DOMINANCE, "does one column, symbol or period carry the skill?", dominance),
        )
    }
)
"""In the order in which they are done: what compares rows first."""
