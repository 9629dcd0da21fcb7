"""What to do with rows that are not as they should be, and what a bar may be marked with."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import IntFlag
from typing import Final, Literal

from foxml.errors import DataError

__all__ = ["RESEARCH", "STRICT", "BarMark", "Cleaning", "cleaning_of"]


class BarMark(IntFlag):
    """What is to be known of a bar that was kept."""

    ZERO_VOLUME = 1
    STALE = 2
    OUTLIER = 4
    WIDENED = 8
    MOVED = 16
    FILLED = 32


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One policy for each thing that may be wrong; the defaults refuse what is no bar, and change nothing.

    Attributes
    ----------
    hours : "regular" or "extended"
        Whether bars before the open and after the close are cut or kept; kept, a session runs from 04:00 to four hours
        after the regular close, and its bars carry those bounds.
    order : "error" or "sort"
        Rows out of order of time.
    repeats : "error" or "drop"
        Rows that repeat another in every value.
    conflicts : "error", "first", "last" or "drop"
        Rows of one interval with different values: which one is kept, by the line it stood on; "drop" keeps neither.
    invalid : "error" or "drop"
        Rows with a value that is missing or not finite, a price that is not positive, or a negative volume.
    high_low : "error", "drop" or "widen"
        High below low, open or close, or low above them; "widen" takes the highest and lowest of the four prices.
    off_grid : "drop", "error" or "floor"
        Starts that are on no whole interval; "floor" takes them as the time of the interval's first trade.
    zero_volume : "keep", "drop" or "error"
        Bars without volume; those kept are marked.
    stale : "ignore", "mark" or "drop"
        Bars that repeat their neighbour in all prices and in a volume above zero.
    stale_repeats_min : int
        How many repeats in a row it takes: the bars before that one stay as they are.
    outliers : "ignore", "mark" or "drop"
        Bad prints: see `foxml.bars.outliers`.
    outlier_window_bars : int
        Bars before it that a bar is compared with.
    outlier_threshold : float
        How many of its usual deviations from the median of the window a bar's high or low may lie away.
    outlier_floor_bps : float
        The usual deviation is taken to be at least so much.
    missing : "absent" or "fill"
        Intervals of a session without a bar. "fill" is for research alone: it repeats the session's last close with no
        volume, and marks each such bar `BarMark.FILLED`; nothing is filled before a session's first bar.
    """

    hours: Literal["regular", "extended"] = "regular"
    order: Literal["error", "sort"] = "error"
    repeats: Literal["error", "drop"] = "error"
    conflicts: Literal["error", "first", "last", "drop"] = "error"
    invalid: Literal["error", "drop"] = "error"
    high_low: Literal["error", "drop", "widen"] = "error"
    off_grid: Literal["drop", "error", "floor"] = "drop"
    zero_volume: Literal["keep", "drop", "error"] = "keep"
    stale: Literal["ignore", "mark", "drop"] = "ignore"
    stale_repeats_min: int = 3
    outliers: Literal["ignore", "mark", "drop"] = "ignore"
    outlier_window_bars: int = 21
    outlier_threshold: float = 20.0
    outlier_floor_bps: float = 10.0
    missing: Literal["absent", "fill"] = "absent"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise DataError(f"cleaning: {name}: expected one of {', '.join(choices)}, found {getattr(self, name)}")
        for name, least in (("stale_repeats_min", 1), ("outlier_window_bars", 5)):
            if getattr(self, name) < least:
                raise DataError(f"cleaning: {name}: expected {least} or more, found {getattr(self, name)}")
        for name in ("outlier_threshold", "outlier_floor_bps"):
            if not getattr(self, name) > 0.0:
                raise DataError(f"cleaning: {name}: expected more than 0, found {getattr(self, name)}")


_CHOICES: Final = {
    "hours": ("regular", "extended"),
    "order": ("error", "sort"),
    "repeats": ("error", "drop"),
    "conflicts": ("error", "first", "last", "drop"),
    "invalid": ("error", "drop"),
    "high_low": ("error", "drop", "widen"),
    "off_grid": ("drop", "error", "floor"),
    "zero_volume": ("keep", "drop", "error"),
    "stale": ("ignore", "mark", "drop"),
    "outliers": ("ignore", "mark", "drop"),
    "missing": ("absent", "fill"),
}

STRICT: Final = Cleaning()
"""What is no bar is an error; nothing is changed, sorted or judged."""
RESEARCH: Final = Cleaning(
    order="sort", repeats="drop", conflicts="drop", invalid="drop", high_low="drop", stale="mark", outliers="mark"
)
"""Gets through a messy file by leaving out what is no bar, and marks what is doubtful."""
_NAMED: Final = {"strict": STRICT, "research": RESEARCH}


def cleaning_of(words: Iterable[str]) -> Cleaning:
    """Return the policies that some words name, each over those before it: ``strict``, ``research``, ``NAME=POLICY``.

    Raises
    ------
    DataError
        Names the word, and what it could have been.

    Examples
    --------
    >>> found = cleaning_of(["research", "high_low=widen", "outlier_threshold=15"])
    >>> found.order, found.high_low, found.outlier_threshold
    ('sort', 'widen', 15.0)
    """
    found = STRICT
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            if word not in _NAMED:
                raise DataError(f"cleaning: {word}: expected {', '.join(_NAMED)} or NAME=POLICY")
            found = _NAMED[word]
            continue
        known = [field.name for field in fields(Cleaning)]
        if name not in known:
            raise DataError(f"cleaning: {name}: expected one of {', '.join(known)}")
        kind = type(getattr(STRICT, name))
        try:
            found = replace(found, **{name: kind(value)})
        except ValueError:
            number = "a whole number" if kind is int else "a number"
            raise DataError(f"cleaning: {name}: expected {number}, found {value!r}") from None
    return found
