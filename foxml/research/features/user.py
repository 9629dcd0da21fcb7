"""Features of one's own in Python: for research, until they are worth porting to the kernel.

A model that is trained with one is marked as not live-capable: no trading session takes it (docs/user_features.md).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, SymbolBars
from foxml.errors import FeatureError
from foxml.features.engine import AdjustmentLike

__all__ = ["BarColumns", "Compute", "ResearchFeature", "compute_history", "research_feature"]

_NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,63}$")
_GUARANTEES: Final = ("exact", "measured")


@dataclass(frozen=True, slots=True, eq=False)
class BarColumns:
    """The bars of one symbol, oldest first, as columns of length n.

    Attributes
    ----------
    open, high, low, close, volume : ndarray of float64
        Dollars and shares; adjusted for what had happened to the share by the last bar, and for nothing later.
    close_ns, session_open_ns, session_close_ns : ndarray of int64
        When each bar ended, and the bounds of its session.
    interval_ns : int
        Nominal length of a bar.
    """

    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    close_ns: NDArray[np.int64]
    session_open_ns: NDArray[np.int64]
    session_close_ns: NDArray[np.int64]
    interval_ns: int

    def __len__(self) -> int:
        return len(self.close)

    @classmethod
    def of(cls, bars: SymbolBars) -> "BarColumns":
        """Return the columns of a symbol's bars."""
        return cls(
            open=np.ascontiguousarray(bars.ohlcv[:, OPEN]),
            high=np.ascontiguousarray(bars.ohlcv[:, HIGH]),
            low=np.ascontiguousarray(bars.ohlcv[:, LOW]),
            close=np.ascontiguousarray(bars.ohlcv[:, CLOSE]),
            volume=np.ascontiguousarray(bars.ohlcv[:, VOLUME]),
            close_ns=bars.close_ns,
            session_open_ns=bars.session_open_ns,
            session_close_ns=bars.session_close_ns,
            interval_ns=bars.interval_ns,
        )


Compute = Callable[[BarColumns], NDArray[np.float64]]
"""Gives a value for every bar, made of that bar and earlier ones; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class ResearchFeature:
    """A feature that is computed in Python.

    Attributes
    ----------
    name : str
        Of its column: lower-case letters, digits and underscores.
    group, formula : str
        For people, in the notation of docs/features.md.
    warmup_bars : int
        Bars before the first valid value: the value at bar t is made of the bars from t - warmup_bars to t.
    compute : callable
        Takes `BarColumns` of n bars, returns n numbers.
    guarantee : str
        ``exact``: the value depends on those bars alone, to the bit. ``measured``: on all earlier ones, but less than
        the tolerance of ``foxml check features`` on those before the warm-up.

    Examples
    --------
    >>> import numpy as np
    >>> def range_share(bars: BarColumns) -> np.ndarray:
    ...     return (bars.high - bars.low) / bars.close
    >>> ResearchFeature("range_share", "mine", "(H-L)/C", 0, range_share).warmup_bars
    0
    """

    name: str
    group: str
    formula: str
    warmup_bars: int
    compute: Compute
    guarantee: str = "exact"

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise FeatureError(f"research feature {self.name!r}: expected lower-case letters, digits and underscores")
        if type(self.warmup_bars) is not int or self.warmup_bars < 0:
            raise FeatureError(
                f"research feature {self.name}: warmup_bars: found {self.warmup_bars!r}, expected 0 or more"
            )
        if self.guarantee not in _GUARANTEES:
            raise FeatureError(
                f"research feature {self.name}: guarantee: found {self.guarantee!r}, expected one of "
                f"{', '.join(_GUARANTEES)}"
            )

    def values(self, bars: SymbolBars) -> NDArray[np.float64]:
        """Compute a history; what comes before the warm-up is NaN.

        Raises
        ------
        FeatureError
            If the user's function fails, or returns something else than a number or NaN for every bar.
        """
        try:
            found = np.asarray(self.compute(BarColumns.of(bars)), dtype=np.float64)
        except Exception as error:
            raise FeatureError(
                f"research feature {self.name}: failed on {len(bars)} bars of {bars.symbol}: "
                f"{type(error).__name__}: {error}"
            ) from error
        if found.shape != (len(bars),):
            raise FeatureError(
                f"research feature {self.name}: found an array of shape {found.shape}, expected one number for each of "
                f"{len(bars)} bars of {bars.symbol}"
            )
        if np.isinf(found).any():
            row = int(np.isinf(found).argmax())
            raise FeatureError(
                f"research feature {self.name}: found {found[row]} at row {row} of {bars.symbol}, expected a number, "
                "or NaN where there is none"
            )
        found = found.copy()
        found[: self.warmup_bars] = np.nan
        return found


def research_feature(
    *, group: str, formula: str, warmup_bars: int, name: str | None = None, guarantee: str = "exact"
) -> Callable[[Compute], ResearchFeature]:
    """Turn a function into a feature; its name is the function's unless another is given.

    Examples
    --------
    >>> @research_feature(group="mine", formula="C/C1 - 1", warmup_bars=1)
    ... def simple_return(bars):
    ...     return np.concatenate([[np.nan], bars.close[1:] / bars.close[:-1] - 1])
    >>> simple_return.name
    'simple_return'
    """

    def decorate(compute: Compute) -> ResearchFeature:
        named = name if name is not None else str(getattr(compute, "__name__", ""))
        return ResearchFeature(named, group, formula, warmup_bars, compute, guarantee)

    return decorate


def compute_history(
    feature: ResearchFeature, bars: SymbolBars, adjustments: Sequence[AdjustmentLike] = ()
) -> NDArray[np.float64]:
    """Compute a feature over raw bars: each row from the past on the terms of its own day, as the kernel has it.

    Parameters
    ----------
    feature : ResearchFeature
    bars : SymbolBars
        Raw.
    adjustments : sequence of Adjustment
        Sorted by `before_bar`.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    values = np.full(len(bars), np.nan)
    adjusted = bars.ohlcv.copy()
    begins = [0, *(adjustment.before_bar for adjustment in adjustments)]
    for k, begin in enumerate(begins):
        if k:
            adjusted[:begin, :VOLUME] *= adjustments[k - 1].price_factor
            adjusted[:begin, VOLUME] *= adjustments[k - 1].volume_factor
        end = begins[k + 1] if k + 1 < len(begins) else len(bars)
        if end == begin:
            continue
        first = max(0, begin - feature.warmup_bars) if feature.guarantee == "exact" else 0
        part = _part(replace(bars, ohlcv=adjusted), first, end)
        found = feature.values(part)[begin - first :]
        values[begin:end] = found
    return values


def _part(bars: SymbolBars, start: int, end: int) -> SymbolBars:
    kept = slice(start, end)
    return replace(
        bars,
        close_ns=bars.close_ns[kept],
        session_open_ns=bars.session_open_ns[kept],
        session_close_ns=bars.session_close_ns[kept],
        ohlcv=bars.ohlcv[kept],
    )
