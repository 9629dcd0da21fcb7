"""Asking again: a bounded number of times, later each time, never all at once."""

import email.utils
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from foxml.errors import VendorBusy, VendorError

__all__ = ["RetryPolicy", "retry", "retry_after_s"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how late to ask again.

    Attributes
    ----------
    attempts_max : int
        Attempts in all, the first included.
    base_s, cap_s : float
        The delay doubles from `base_s` up to `cap_s`.
    wait_max_s : float
        A vendor that asks for a longer wait than this is given up at once.
    """

    attempts_max: int = 6
    base_s: float = 1.0
    cap_s: float = 60.0
    wait_max_s: float = 900.0

    def __post_init__(self) -> None:
        if self.attempts_max < 1:
            raise ValueError(f"attempts_max must be at least 1, found {self.attempts_max}")

    def delay_s(self, attempt: int, asked_s: float | None, fraction: float) -> float:
        """Seconds to wait after a failed attempt, counted from 0.

        Parameters
        ----------
        attempt : int
        asked_s : float or None
            What the vendor asked for: never waited less.
        fraction : float
            In [0, 1): spreads callers that failed together over the upper half of the delay.
        """
        backoff_s = min(self.cap_s, self.base_s * 2.0 ** min(attempt, 30)) * (0.5 + 0.5 * fraction)
        return backoff_s if asked_s is None else max(backoff_s, asked_s + 0.5 * self.base_s * fraction)


def retry(
    call: Callable[[], _T],
    *,
    policy: RetryPolicy,
    sleep: Callable[[float], None],
    fraction: Callable[[], float],
    busy: Callable[[VendorBusy], None] = lambda _: None,
) -> _T:
    """Call until it succeeds; only `VendorBusy` is worth another attempt.

    Parameters
    ----------
    call : callable
    policy : RetryPolicy
    sleep : callable
        Waits some seconds.
    fraction : callable
        A random number in [0, 1).
    busy : callable
        Told of every failed attempt.

    Raises
    ------
    VendorError
        Whatever else the call raises, or, after the last attempt, what it failed with.
    """
    for attempt in range(policy.attempts_max):
        try:
            return call()
        except VendorBusy as error:
            busy(error)
            asked_s = error.retry_after_s
            if asked_s is not None and asked_s > policy.wait_max_s:
                raise VendorError(f"{error}; asked to wait {asked_s:.0f} s, at most {policy.wait_max_s:.0f}") from None
            if attempt + 1 == policy.attempts_max:
                raise VendorError(f"{error}; given up after {policy.attempts_max} attempts") from None
            sleep(policy.delay_s(attempt, asked_s, fraction()))
    raise AssertionError("unreachable")


def retry_after_s(headers: Mapping[str, str], now_ns: int) -> float | None:
    """Seconds that an answer asks to wait: ``Retry-After`` (seconds or a date), else ``X-RateLimit-Reset`` (epoch).

    Examples
    --------
    >>> retry_after_s({"Retry-After": "7"}, now_ns=0)
    7.0
    >>> retry_after_s({"X-RateLimit-Reset": "1700000030"}, now_ns=1_700_000_000_000_000_000)
    30.0
    """
    named = {name.lower(): value.strip() for name, value in headers.items()}
    asked = named.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    if asked:
        try:
            return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - now_ns / 1e9)
        except ValueError:
            pass  # neither a number nor a date: as if it were absent
    reset = named.get("x-ratelimit-reset", "")
    return max(0.0, float(reset) - now_ns / 1e9) if reset.isdecimal() else None
