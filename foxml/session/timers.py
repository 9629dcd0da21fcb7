"""Timers out of event time: the same events give the same timers, however often a process was restarted."""

import numpy as np
from numpy.typing import NDArray

from foxml.domain.events import Timer, TimerKind
from foxml.errors import RecoveryError

__all__ = ["TimerSource"]


class TimerSource:
    """One timer at each session's open and close, one every interval in between, and one at an order's deadline.

    Parameters
    ----------
    interval_ns : int
    open_ns, close_ns : ndarray of int64, shape (sessions,)
        Ascending.
    from_ns : int, default 0
        Sessions that close at or before it have no timers: nothing can be waiting then.
    """

    def __init__(
        self, interval_ns: int, open_ns: NDArray[np.int64], close_ns: NDArray[np.int64], *, from_ns: int = 0
    ) -> None:
        if interval_ns <= 0:
            raise ValueError(f"interval_ns must be positive, found {interval_ns}")
        if open_ns.shape != close_ns.shape:
            raise ValueError(f"open_ns and close_ns must have one shape, found {open_ns.shape} and {close_ns.shape}")
        self._interval_ns = interval_ns
        first = int(np.searchsorted(close_ns, from_ns, side="right"))
        self._open_ns: list[int] = open_ns[first:].tolist()
        self._close_ns: list[int] = close_ns[first:].tolist()
        self._session = 0
        self._next = self._opening()

    def due(self, until_ns: int, deadline_ns: int | None) -> Timer | None:
        """Return the first timer at or before a moment, None if there is none; it stays due until `observe` is told.

        Parameters
        ----------
        until_ns : int
        deadline_ns : int or None
            When an order's answer will be overdue.
        """
        following = self._next
        regular_ns = until_ns + 1 if following is None else following.occurred_ns
        if deadline_ns is not None and deadline_ns <= until_ns and deadline_ns <= regular_ns:
            return Timer(TimerKind.ORDER_DEADLINE, deadline_ns, deadline_ns)
        return following if regular_ns <= until_ns else None

    def observe(self, timer: Timer) -> None:
        """Move on past a timer that was handled.

        Raises
        ------
        RecoveryError
            If it is not the one that was due: it was made by other settings.
        """
        if timer.kind is TimerKind.ORDER_DEADLINE:
            return
        if timer != self._next:
            raise RecoveryError(f"expected the timer {self._next}, found {timer}: other sessions or another interval")
        open_ns, close_ns = self._open_ns[self._session], self._close_ns[self._session]
        if timer.kind is TimerKind.SESSION_CLOSE:
            self._session += 1
            self._next = self._opening()
            return
        passed = (timer.occurred_ns - open_ns) // self._interval_ns
        tick_ns = open_ns + (passed + 1) * self._interval_ns
        if tick_ns < close_ns:
            self._next = Timer(TimerKind.TICK, tick_ns, tick_ns)
        else:
            self._next = Timer(TimerKind.SESSION_CLOSE, close_ns, close_ns)

    def _opening(self) -> Timer | None:
        if self._session == len(self._open_ns):
            return None
        at = self._open_ns[self._session]
        return Timer(TimerKind.SESSION_OPEN, at, at)
