"""The only door to wall time and randomness of the operating system."""

import random
import secrets
import time

__all__ = ["EventClock", "WallClock", "monotonic_ns", "new_journal_id", "random_fraction"]


class WallClock:
    """The machine's clock, held from running backwards.

    A step back of the system clock freezes `now_ns` until real time has caught up, so that event times never decrease
    within a process.
    """

    def __init__(self) -> None:
        self._last_ns = 0

    def now_ns(self) -> int:
        """Nanoseconds since 1970 UTC, never less than the last answer."""
        self._last_ns = max(self._last_ns, time.time_ns())
        return self._last_ns


class EventClock:
    """A clock that stands at the time of the latest event: the clock of backtests and replays."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Time of the latest event, in nanoseconds since 1970 UTC."""
        return self._now_ns

    def advance(self, to_ns: int) -> None:
        """Move forward to `to_ns`; an earlier time is ignored."""
        self._now_ns = max(self._now_ns, to_ns)


def new_journal_id() -> str:
    """Return a random identity for a new journal: 10 hexadecimal digits."""
    return secrets.token_hex(5)


def monotonic_ns() -> int:
    """Nanoseconds of a clock that no adjustment of the time of day moves: for waits and deadlines alone."""
    return time.monotonic_ns()


def random_fraction() -> float:
    """Return a random number in [0, 1), such as spreads the waits of callers that failed together."""
    return random.random()
