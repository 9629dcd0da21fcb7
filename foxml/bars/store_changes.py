"""What becomes of stored bars when others come: behind them, or in their place."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.store_parquet import EXTRAS, PRICES, TIMES, extras_of, joined
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["Difference", "at", "check_repeats", "difference", "in_order", "moment", "rows_of", "undone"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How one history differs from an earlier one.

    Attributes
    ----------
    old : SymbolBars
        Bars of the earlier one that are others now, or gone.
    added : ndarray of int64
        Closes of bars that the earlier one did not have.
    removed : int
        How many of `old` are gone.
    """

    old: SymbolBars
    added: NDArray[np.int64]
    removed: int

    @property
    def changed(self) -> int:
        """How many bars are others now."""
        return len(self.old) - self.removed

    def __bool__(self) -> bool:
        return bool(len(self.old) or len(self.added))


def moment(ns: int) -> str:
    """Name a moment in UTC for an error."""
    text = dt.datetime.fromtimestamp(ns // 1_000_000_000, tz=dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{ns % 1_000_000_000:09}" if ns % 1_000_000_000 else text


def in_order(bars: SymbolBars) -> None:
    """Check that bars may be stored.

    Raises
    ------
    DataError
        If there are none, or one is not after the one before it.
    """
    if len(bars) == 0:
        raise DataError(f"{bars.symbol}: no bars to store")
    late = np.flatnonzero(np.diff(bars.close_ns) <= 0)
    if len(late):
        row = int(late[0]) + 1
        raise DataError(
            f"{bars.symbol}: bar {row}: expected a close after {moment(int(bars.close_ns[row - 1]))}, "
            f"found {moment(int(bars.close_ns[row]))}"
        )


def rows_of(bars: SymbolBars, rows: "NDArray[np.bool_] | NDArray[np.int64] | slice") -> SymbolBars:
    """Return some rows of bars."""
    arrays = {name: getattr(bars, name)[rows] for name in (*TIMES, "ohlcv", *extras_of(bars))}
    return SymbolBars(bars.symbol, bars.interval_ns, **arrays)


def at(bars: SymbolBars, close_ns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the row of each close, and whether there is one."""
    rows = np.searchsorted(bars.close_ns, close_ns)
    held = np.zeros(len(close_ns), np.bool_)
    within = rows < len(bars)
    held[within] = bars.close_ns[rows[within]] == close_ns[within]
    return rows, held


def check_repeats(stored: SymbolBars, again: SymbolBars) -> None:
    """Check that bars which come again are those that are stored.

    Raises
    ------
    DataError
        Names the first that is not: its close, its column, what is stored and what came.
    """
    rows, held = at(stored, again.close_ns)
    if not held.all():
        which = moment(int(again.close_ns[np.flatnonzero(~held)[0]]))
        raise DataError(
            f"{again.symbol}: a bar closing at {which} UTC lies before the last stored one and none is stored there: "
            f"bars are appended behind the stored ones, `revise` puts others among them"
        )
    same = rows_of(stored, rows)
    differing = np.flatnonzero(_differ(same, again))
    if len(differing):
        row = int(differing[0])
        name, was, now = _first_column(same, again, row)
        raise DataError(
            f"{again.symbol}: the bar closing at {moment(int(again.close_ns[row]))} UTC is stored with {name} {was!r}, "
            f"and came again with {now!r}: `revise` changes stored bars"
        )


def difference(old: SymbolBars, new: SymbolBars) -> Difference:
    """Compare two histories of a symbol that have the same columns."""
    rows, held = at(new, old.close_ns)
    lost = ~held
    lost[held] = _differ(rows_of(old, held), rows_of(new, rows[held]))
    _, known = at(old, new.close_ns)
    return Difference(rows_of(old, lost), new.close_ns[~known], int((~held).sum()))


def undone(bars: SymbolBars, old: SymbolBars, added: NDArray[np.int64]) -> SymbolBars:
    """Return bars as they were before some were changed, removed or added."""
    gone = np.isin(bars.close_ns, added) | np.isin(bars.close_ns, old.close_ns)
    both = joined([rows_of(bars, ~gone), old])
    return rows_of(both, np.argsort(both.close_ns, kind="stable"))


def _differ(one: SymbolBars, other: SymbolBars) -> NDArray[np.bool_]:
    """Whether each bar differs in any column, to the bit but for the payload of a NaN."""
    found = np.zeros(len(one), np.bool_)
    for name in (*TIMES, "ohlcv", *extras_of(one)):
        a, b = getattr(one, name), getattr(other, name)
        unlike = (a != b) & ~((a != a) & (b != b))
        found |= unlike.any(axis=1) if unlike.ndim == 2 else unlike
    return found


def _first_column(one: SymbolBars, other: SymbolBars, row: int) -> tuple[str, object, object]:
    def values(bars: SymbolBars) -> Sequence[object]:
        extras = [getattr(bars, name)[row].item() for name in EXTRAS if getattr(bars, name) is not None]
        return [*bars.ohlcv[row].tolist(), *extras, *(getattr(bars, name)[row].item() for name in TIMES[1:])]

    names = (*PRICES, *extras_of(one), *TIMES[1:])
    for name, was, now in zip(names, values(one), values(other), strict=True):
        if was != now and not (was != was and now != now):
            return name, was, now
    raise AssertionError("the bars do not differ")
