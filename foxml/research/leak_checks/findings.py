"""What a check for leaks saw, what it looked at, and how sure it is."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Check", "Clue", "Finding", "Limits", "Observation", "Scope", "Verdict"]


class Check(Enum):
    """Ways in which a study may know what it should not."""

    FUTURE_PERTURBED = "future_perturbed"
    LABEL_OVERLAP = "label_overlap"
    TARGET_IN_FEATURES = "target_in_features"
    SHIFTED_TARGET = "shifted_target"
    FITTED_OUTSIDE = "fitted_outside"
    SHUFFLED_TIME = "shuffled_time"
    SYMBOL_HOLDOUT = "symbol_holdout"
    DOMINANCE = "dominance"


class Verdict(Enum):
    """What a check says; `SUSPECT` needs a person to look, `FAIL` is a leak."""

    PASS = "pass"
    SUSPECT = "suspect"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still believed.

    Attributes
    ----------
    alpha : float
        Probability of any false alarm, all checks together.
    plausible_ic : float
        Largest absolute rank IC that a feature or a model may honestly have.
    identity_ic : float
        Above it a feature or a model knows the target.
    copy : float
        Absolute rank correlation above which a column is a copy of the target ...
    near_copy : float
        ... and above which it may be.
    share : float
        Share of the skill that nothing should carry by itself: no feature, no symbol, no period.
    kept : float
        Least share of the skill that must be left on symbols that were never trained on.
    """

    alpha: float = 0.01
    plausible_ic: float = 0.2
    identity_ic: float = 0.5
    copy: float = 0.99
    near_copy: float = 0.7
    share: float = 0.8
    kept: float = 0.5


@dataclass(frozen=True, slots=True)
class Scope:
    """What a check looked at.

    Attributes
    ----------
    rows, splits, columns, symbols, repeats : int
        Repeats: shifts, perturbed histories, or groups that were held out.
    """

    rows: int = 0
    splits: int = 0
    columns: int = 0
    symbols: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that points to a leak.

    Attributes
    ----------
    severity : Verdict
        What it amounts to, unless it is chance.
    where : str
        Column, fold, symbol or period.
    statement : str
    estimate, low, high : float or None
        The figure and its interval; None where rows were compared.
    p_value : float
        Of so much or more without a leak, corrected for all that the check tried; 0 where nothing is left to chance.
    """

    severity: Verdict
    where: str
    statement: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float = 0.0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a check saw, before all checks are judged together.

    Attributes
    ----------
    scope : Scope
    summary : str
        What was compared, or why there is nothing to check.
    clues : tuple of Clue
        Whatever is large enough, chance or not.
    estimate, low, high : float or None
        The check's own figure, the most suspicious one.
    p_value : float or None
        The smallest of all that was tried, corrected for how much was; None where nothing is left to chance.
    applies : bool
    """

    scope: Scope
    summary: str
    clues: tuple[Clue, ...] = ()
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, judged.

    Attributes
    ----------
    check : Check
    verdict : Verdict
    summary : str
    scope : Scope
    exact : bool
        Rows were compared: nothing is left to chance.
    estimate, low, high, p_value : float or None
        `p_value` is corrected for all that the check tried and for the number of checks.
    clues : tuple of Clue
        Those that are no chance, worst first.
    """

    check: Check
    verdict: Verdict
    summary: str
    scope: Scope
    exact: bool
    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    clues: tuple[Clue, ...]
