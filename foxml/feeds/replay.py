"""Stored bars as a feed: the period asked for, and enough bars before it to warm up on."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.bars.slices import merge
from foxml.domain.bars import BarSlice, CorporateAction, SymbolBars
from foxml.domain.ports import FeedItem
from foxml.errors import DataError

__all__ = ["ReplayFeed"]


class ReplayFeed:
    """Slices of stored bars, counted from the first one of the warm-up.

    The count of a slice depends on the bars up to the period's start and on the warm-up alone: bars that are stored
    later continue it.

    Parameters
    ----------
    histories : sequence of SymbolBars
        In the order of the universe, of one interval and calendar.
    actions : sequence of CorporateAction
    trade_from_ns : int
        Slices that close at or before it are there to warm up on.
    end_ns : int, optional
        The last close; by default that of the newest bar.
    warmup_bars : int
        Bars that every symbol should have before the period, as far as there are so many.
    warmup_sessions : int, default 0
        Sessions that there should be before the period.

    Raises
    ------
    DataError
        If there is no bar in the period; says which bars there are.
    """

    def __init__(
        self,
        histories: Sequence[SymbolBars],
        actions: Sequence[CorporateAction],
        *,
        trade_from_ns: int,
        end_ns: int | None = None,
        warmup_bars: int,
        warmup_sessions: int = 0,
    ) -> None:
        self._histories = tuple(histories)
        self._actions = tuple(actions)
        self.trade_from_ns = trade_from_ns
        self._start_ns = _warmup_start(self._histories, trade_from_ns, warmup_bars, warmup_sessions)
        closes = np.unique(np.concatenate([bars.close_ns for bars in histories]))
        last = len(closes) if end_ns is None else int(np.searchsorted(closes, end_ns, side="right"))
        if last == int(np.searchsorted(closes[:last], trade_from_ns, side="right")):
            held = f"from {np.datetime64(int(closes[0]), 'ns')} to {np.datetime64(int(closes[-1]), 'ns')}"
            raise DataError(
                f"no bar of {', '.join(bars.symbol for bars in histories)} in the period that begins "
                f"{np.datetime64(trade_from_ns, 'ns')}; there are bars {held}"
            )
        self._end_ns = int(closes[last - 1])
        self._first = int(np.searchsorted(closes, self._start_ns, side="right"))
        self._slices = last - self._first

    def __len__(self) -> int:
        return self._slices

    @property
    def start_ns(self) -> int:
        """Slices close after this moment."""
        return self._start_ns

    @property
    def end_ns(self) -> int:
        """Close of the last slice."""
        return self._end_ns

    @property
    def sessions(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Opens and closes of the sessions that have bars, ascending."""
        bounds = np.concatenate(
            [np.stack([bars.session_open_ns, bars.session_close_ns], axis=1) for bars in self._histories]
        )
        both = np.unique(bounds[bounds[:, 1] > self._start_ns], axis=0)
        return both[:, 0].copy(), both[:, 1].copy()

    def items(self, after_sequence: int) -> Iterator[FeedItem]:
        """Yield everything after the slice with that sequence (-1: from the start)."""
        items = merge(self._histories, self._actions, start_ns=self._start_ns, end_ns=self._end_ns)
        passed = after_sequence < 0
        for item in items:
            if passed:
                yield item
            elif isinstance(item, BarSlice):
                passed = item.sequence >= after_sequence


def _warmup_start(histories: Sequence[SymbolBars], trade_from_ns: int, warmup_bars: int, warmup_sessions: int) -> int:
    """Return the open of the session in which the warm-up begins: one bar more would already do."""
    starts = [trade_from_ns]
    for bars in histories:
        known = int(np.searchsorted(bars.close_ns, trade_from_ns, side="right"))
        if known == 0:
            continue
        starts.append(int(bars.session_open_ns[max(known - warmup_bars, 0)]) if warmup_bars else trade_from_ns)
        opens = np.unique(bars.session_open_ns[:known])
        if warmup_sessions:
            starts.append(int(opens[max(len(opens) - warmup_sessions, 0)]))
    return min(starts)
