"""How often a vendor may be asked: rolling windows and token buckets, with the clock and the sleep passed in."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

__all__ = ["ALPACA_RULES", "IBKR_RULES", "YAHOO_RULES", "Pacer", "RollingWindow", "Rule", "Scope", "TokenBucket"]

_SECOND_NS: Final = 1_000_000_000
_KEYS_MAX: Final = 4096
"""Windows of contracts and requests that are kept; those that no longer hold anybody back are dropped beyond it."""


class RollingWindow:
    """At most `count_max` events in any `window_s`, wherever the window is laid.

    Examples
    --------
    >>> window = RollingWindow(2, 10.0)
    >>> window.take(0); window.take(1_000_000_000)
    >>> window.wait_ns(4_000_000_000) / 1e9
    6.0
    """

    def __init__(self, count_max: int, window_s: float) -> None:
        if count_max < 1 or window_s <= 0:
            raise ValueError(f"count_max and window_s must be positive, found {count_max} and {window_s}")
        self._window_ns = round(window_s * _SECOND_NS)
        self._taken: deque[int] = deque(maxlen=count_max)
        self._count_max = count_max

    def wait_ns(self, now_ns: int) -> int:
        """Nanoseconds until the next event may happen; 0 if it may now."""
        if len(self._taken) < self._count_max:
            return 0
        return max(0, self._taken[0] + self._window_ns - now_ns)

    def take(self, now_ns: int) -> None:
        """Count one event."""
        assert self.wait_ns(now_ns) == 0
        self._taken.append(now_ns)

    def idle(self, now_ns: int) -> bool:
        """Whether everything that was counted lies before the window."""
        return not self._taken or self._taken[-1] + self._window_ns <= now_ns


class TokenBucket:
    """Bursts of up to `capacity` events, `per_s` a second in the long run.

    Examples
    --------
    >>> bucket = TokenBucket(capacity=1, per_s=2.0)
    >>> bucket.take(0)
    >>> bucket.wait_ns(0) / 1e9
    0.5
    """

    def __init__(self, capacity: int, per_s: float) -> None:
        if capacity < 1 or per_s <= 0:
            raise ValueError(f"capacity and per_s must be positive, found {capacity} and {per_s}")
        self._step_ns = round(_SECOND_NS / per_s)
        self._depth_ns = (capacity - 1) * self._step_ns
        # The moment at which the bucket would be full again: one number in place of a level and a time.
        self._full_ns: int | None = None

    def wait_ns(self, now_ns: int) -> int:
        """Nanoseconds until the next event may happen; 0 if it may now."""
        return 0 if self._full_ns is None else max(0, self._full_ns - self._depth_ns - now_ns)

    def take(self, now_ns: int) -> None:
        """Count one event."""
        assert self.wait_ns(now_ns) == 0
        self._full_ns = max(now_ns, now_ns if self._full_ns is None else self._full_ns) + self._step_ns


class Scope(Enum):
    """What a rule counts apart."""

    ALL = "all"
    CONTRACT = "contract"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `count_max` requests in any `window_s`, of all, of one contract, or identical ones."""

    scope: Scope
    count_max: int
    window_s: float


ALPACA_RULES: Final = (Rule(Scope.ALL, 200, 60.0),)
IBKR_RULES: Final = (Rule(Scope.ALL, 60, 600.0), Rule(Scope.REQUEST, 1, 15.0), Rule(Scope.CONTRACT, 5, 2.0))
YAHOO_RULES: Final = (Rule(Scope.ALL, 60, 60.0),)
"""Yahoo publishes no limit; one request a second is what it is known to bear."""


class Pacer:
    """Holds requests back until every rule lets them pass; safe to share between threads.

    Parameters
    ----------
    rules : sequence of Rule
    clock_ns : callable
        A clock that never runs backwards, in nanoseconds.
    sleep : callable
        Waits some seconds.
    """

    def __init__(self, rules: Sequence[Rule], *, clock_ns: Callable[[], int], sleep: Callable[[float], None]) -> None:
        self._rules = tuple(rules)
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._windows: dict[tuple[int, str], RollingWindow] = {}
        self._held_until_ns: int | None = None
        self._lock = threading.Lock()

    def wait(self, contract: str = "", request: str = "") -> None:
        """Wait until a request may be sent, and count it.

        Parameters
        ----------
        contract : str
            What is asked about.
        request : str
            The whole request: two with one text are identical.
        """
        while True:
            with self._lock:
                delay_ns = self._try(self._clock_ns(), contract, request)
            if delay_ns == 0:
                return
            self._sleep(delay_ns / _SECOND_NS)

    def hold(self, seconds: float) -> None:
        """Let nobody pass for some seconds: the vendor has said that we ask too often."""
        until_ns = self._clock_ns() + round(seconds * _SECOND_NS)
        with self._lock:
            self._held_until_ns = until_ns if self._held_until_ns is None else max(self._held_until_ns, until_ns)

    def _try(self, now_ns: int, contract: str, request: str) -> int:
        """Count the request and return 0, or return how long it must wait at least."""
        names = {Scope.ALL: "", Scope.CONTRACT: contract, Scope.REQUEST: request}
        windows = []
        for place, rule in enumerate(self._rules):
            key = (place, names[rule.scope])
            if key not in self._windows:
                self._windows[key] = RollingWindow(rule.count_max, rule.window_s)
            windows.append(self._windows[key])
        held_ns = 0 if self._held_until_ns is None else max(0, self._held_until_ns - now_ns)
        delay_ns = max([held_ns, *(window.wait_ns(now_ns) for window in windows)])
        if delay_ns == 0:
            for window in windows:
                window.take(now_ns)
            if len(self._windows) > _KEYS_MAX:
                self._windows = {key: kept for key, kept in self._windows.items() if not kept.idle(now_ns)}
        return delay_ns
