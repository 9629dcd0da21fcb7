"""Which bar of a higher timeframe a moment belongs to: one definition for whole histories and for one bar at a time.

    session   open + k * interval, cut at the session's close: 9:30, 10:30, ... 15:30, 16:00
    utc       whole intervals since 1970, cut at both ends:    9:30, 10:00, 11:00 ... 16:00

A day is its session. A week is all sessions of one Monday to Sunday, from the first one's open to the last one's close.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.timeframes import DAY_NS, WEEK_NS, interval_name
from foxml.errors import DataError

__all__ = ["Anchor", "Cells", "Grid"]

Anchor = Literal["session", "utc"]
_ANCHORS: Final = ("session", "utc")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cell of the grid that each of some bars belongs to.

    Attributes
    ----------
    end_ns : ndarray of int64, shape (n,)
        When the cell closes.
    start_ns : ndarray of int64, shape (n,)
    open_ns, close_ns : ndarray of int64, shape (n,)
        Bounds of its session; of a week, the open of the first and the close of the last session.
    """

    end_ns: NDArray[np.int64]
    start_ns: NDArray[np.int64]
    open_ns: NDArray[np.int64]
    close_ns: NDArray[np.int64]

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Cells":
        """Return some of the cells."""
        return Cells(self.end_ns[which], self.start_ns[which], self.open_ns[which], self.close_ns[which])


class Grid:
    """The bars of one timeframe, laid over the sessions that lower bars bring along.

    Parameters
    ----------
    interval_ns, lower_ns : int
        Length of the bars to make and of those that they are made of; 1 for trades.
    anchor : "session" or "utc", default "session"
    calendar : TradingCalendar, optional
        Needed for weeks alone: it knows which session is a week's last.

    Raises
    ------
    DataError
        If bars of the one length cannot be made of the other.
    """

    def __init__(
        self, interval_ns: int, lower_ns: int, *, anchor: Anchor = "session", calendar: TradingCalendar | None = None
    ) -> None:
        name = interval_name(interval_ns)
        if anchor not in _ANCHORS:
            raise DataError(f"unknown anchor {anchor!r}; expected one of {', '.join(_ANCHORS)}")
        if lower_ns >= interval_ns or interval_ns % lower_ns:
            lower = f"{lower_ns} ns" if lower_ns == 1 else interval_name(lower_ns)
            raise DataError(f"bars of {name} cannot be made of {lower}: expected a shorter interval that divides them")
        if interval_ns >= WEEK_NS and calendar is None:
            raise DataError("bars of 1w need a calendar, which knows the last session of each week")
        self.interval_ns = interval_ns
        self.lower_ns = lower_ns
        self.anchor = anchor
        self._weeks = _Weeks(calendar) if interval_ns >= WEEK_NS and calendar is not None else None

    def cells(
        self, close_ns: NDArray[np.int64], open_ns: NDArray[np.int64], session_close_ns: NDArray[np.int64]
    ) -> Cells:
        """Return the cells of bars that close at some moments in some sessions.

        Raises
        ------
        DataError
            If a bar reaches across the border of two cells, because it lies on another grid.
        """
        if self._weeks is not None:
            first_ns, last_ns = self._weeks.bounds(session_close_ns)
            return Cells(last_ns, first_ns, first_ns, last_ns)
        if self.interval_ns >= DAY_NS:
            return Cells(session_close_ns, open_ns, open_ns, session_close_ns)
        length = self.interval_ns
        offset = open_ns if self.anchor == "session" else None
        since = close_ns if offset is None else close_ns - offset
        whole = -(-since // length) * length
        if self.lower_ns > 1:
            across = ((whole - since) % self.lower_ns != 0) & (close_ns != session_close_ns)
            if across.any():
                raise self._across(int(close_ns[across.argmax()]))
        whole_ns = whole if offset is None else whole + offset
        return Cells(
            np.minimum(whole_ns, session_close_ns), np.maximum(whole_ns - length, open_ns), open_ns, session_close_ns
        )

    def borders(
        self, close_ns: NDArray[np.int64], open_ns: NDArray[np.int64], session_close_ns: NDArray[np.int64]
    ) -> tuple[Cells, NDArray[np.int64]]:
        """Return the cells that ascending bars fill, and the place of each one's first bar.

        What `cells` gives, found from the few borders of cells instead of the many bars.
        """
        count = len(close_ns)
        if count == 0 or self._weeks is not None or self.interval_ns >= DAY_NS:
            # Whole sessions: what holds of a session's first bar holds of all of them.
            begins = np.flatnonzero(np.append([True] * (count > 0), session_close_ns[1:] != session_close_ns[:-1]))
            every = self.cells(close_ns[begins], open_ns[begins], session_close_ns[begins])
            changes = np.flatnonzero(np.append([True] * (count > 0), np.diff(every.end_ns) != 0))
            return every.take(changes), begins[changes]
        begins = np.append(0, np.flatnonzero(open_ns[1:] != open_ns[:-1]) + 1)
        opens, closes = open_ns[begins], session_close_ns[begins]
        length = self.interval_ns
        base = opens if self.anchor == "session" else opens // length * length
        cells = -(-(closes - base) // length)
        session = np.repeat(np.arange(len(begins)), cells)
        number = np.arange(len(session)) - np.repeat(np.cumsum(cells) - cells, cells)
        end_ns = np.minimum(base[session] + (number + 1) * length, closes[session])
        after = np.searchsorted(close_ns, end_ns, side="right")
        before = np.append(0, after[:-1])
        filled = after > before
        first = before[filled]
        # Only the first bar of a cell can reach across its border.
        self.cells(close_ns[first], open_ns[first], session_close_ns[first])
        start_ns = np.maximum(base[session] + number * length, opens[session])
        found = Cells(end_ns, start_ns, opens[session], closes[session]).take(filled)
        return found, first

    def cell(self, close_ns: int, open_ns: int, session_close_ns: int) -> tuple[int, int, int, int]:
        """Return `cells` of one bar: its cell's end and start, and the bounds of its session."""
        if self._weeks is not None:
            first_ns, last_ns = self._weeks.bounds_of(session_close_ns)
            return last_ns, first_ns, first_ns, last_ns
        if self.interval_ns >= DAY_NS:
            return session_close_ns, open_ns, open_ns, session_close_ns
        length = self.interval_ns
        offset = open_ns if self.anchor == "session" else 0
        since = close_ns - offset
        whole = -(-since // length) * length
        if self.lower_ns > 1 and (whole - since) % self.lower_ns and close_ns != session_close_ns:
            raise self._across(close_ns)
        return min(whole + offset, session_close_ns), max(whole + offset - length, open_ns), open_ns, session_close_ns

    def _across(self, close_ns: int) -> DataError:
        return DataError(
            f"the bar of {interval_name(self.lower_ns)} that closes at {np.datetime64(close_ns, 'ns')} UTC reaches"
            f" across the {self.anchor} grid of {interval_name(self.interval_ns)}; expected bars on that grid"
        )


class _Weeks:
    """First open and last close of the week of each session."""

    def __init__(self, calendar: TradingCalendar) -> None:
        # A session closes on its own date in UTC, whatever its zone; 1970 began on a Thursday.
        week = ((calendar.close_ns - 1) // DAY_NS + 3) // 7
        changes = np.flatnonzero(np.diff(week)) + 1
        firsts = np.concatenate(([0], changes))
        lasts = np.concatenate((changes - 1, [len(week) - 1]))
        self._close_ns = calendar.close_ns
        self._newest = (-1, 0, 0)
        length = lasts - firsts + 1
        self._first_ns = np.repeat(calendar.open_ns[firsts], length)
        self._last_ns = np.repeat(calendar.close_ns[lasts], length)

    def bounds(self, session_close_ns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        at = np.minimum(np.searchsorted(self._close_ns, session_close_ns), len(self._close_ns) - 1)
        unknown = self._close_ns[at] != session_close_ns
        if unknown.any():
            when = np.datetime64(int(session_close_ns[unknown.argmax()]), "ns")
            raise DataError(f"the calendar has no session that closes at {when} UTC")
        return self._first_ns[at], self._last_ns[at]

    def bounds_of(self, session_close_ns: int) -> tuple[int, int]:
        """Return `bounds` of one session; that of the last call is remembered, as a stream asks for it often."""
        if self._newest[0] != session_close_ns:
            first_ns, last_ns = self.bounds(np.array([session_close_ns], dtype=np.int64))
            self._newest = (session_close_ns, int(first_ns[0]), int(last_ns[0]))
        return self._newest[1:]
