"""Sources that are asked a stretch of time at a time: what they share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from foxml.bars.raw import RawBars
from foxml.bars.sources.protocol import Source
from foxml.errors import DataError
from foxml.vendors.pacing import Pacer, Rule
from foxml.vendors.pages import BarPage
from foxml.vendors.retry import RetryPolicy

__all__ = ["ChunkedSource", "VendorSetting", "bounds", "chunks", "raw_bars"]


@runtime_checkable
class ChunkedSource(Source, Protocol):
    """A source whose history is long, far away and rationed."""

    def chunk_ns(self, interval: str) -> int:
        """How much time one call of `fetch` may span; stretches begin at multiples of it."""

    def earliest_ns(self, interval: str, now_ns: int) -> int | None:
        """Start of the oldest bar that can be asked for; None for no bound."""


@dataclass(frozen=True, slots=True)
class VendorSetting:
    """How a vendor's source waits: time, sleep and randomness, and the bounds of asking again.

    Attributes
    ----------
    now_ns, clock_ns : callable
        Wall time, and a clock that never runs backwards.
    sleep : callable
        Waits some seconds.
    fraction : callable
        A random number in [0, 1).
    policy : RetryPolicy
    """

    now_ns: Callable[[], int]
    clock_ns: Callable[[], int]
    sleep: Callable[[float], None]
    fraction: Callable[[], float]
    policy: RetryPolicy = field(default_factory=RetryPolicy)

    def pacer(self, rules: tuple[Rule, ...]) -> Pacer:
        """Return a pacer of these rules."""
        return Pacer(rules, clock_ns=self.clock_ns, sleep=self.sleep)


def chunks(start_ns: int, end_ns: int, chunk_ns: int) -> Iterator[tuple[int, int]]:
    """Cut ``[start_ns, end_ns)`` at the multiples of `chunk_ns`.

    Examples
    --------
    >>> list(chunks(5, 25, 10))
    [(5, 10), (10, 20), (20, 25)]
    """
    while start_ns < end_ns:
        stop_ns = min((start_ns // chunk_ns + 1) * chunk_ns, end_ns)
        yield start_ns, stop_ns
        start_ns = stop_ns


def raw_bars(symbol: str, source: str, page: BarPage) -> RawBars:
    """Return a vendor's page as bars of a source; rows are counted from 1."""
    row = np.arange(1, len(page) + 1, dtype=np.int64)
    return RawBars(symbol, source, page.start_ns, page.ohlcv, row, page.vwap, page.trade_count)


def bounds(source: str, symbol: str, start_ns: int | None, end_ns: int | None) -> tuple[int, int]:
    """Return both bounds of what is asked for; a vendor's history has no end of its own."""
    if start_ns is None or end_ns is None:
        raise DataError(f"{source}: {symbol}: bars from when to when? a vendor must be told both")
    return start_ns, end_ns
