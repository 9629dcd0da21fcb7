"""Historical bars of Interactive Brokers, one request at a time."""

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from foxml.errors import VendorBusy, VendorError
from foxml.vendors.ibkr.client import IbkrClient, IbkrRow
from foxml.vendors.pacing import Pacer
from foxml.vendors.pages import BarPage
from foxml.vendors.retry import RetryPolicy, retry

__all__ = ["REQUESTS", "IbkrBars"]

_DAY_S: Final = 86_400
REQUESTS: Final = {
    "1s": ("1 secs", "1800 S", 1800),
    "1m": ("1 min", "1 D", _DAY_S),
    "5m": ("5 mins", "1 W", 7 * _DAY_S),
    "15m": ("15 mins", "2 W", 14 * _DAY_S),
    "30m": ("30 mins", "4 W", 28 * _DAY_S),
    "1h": ("1 hour", "4 W", 28 * _DAY_S),
    "1d": ("1 day", "1 Y", 365 * _DAY_S),
}
"""Of each interval: TWS's name of it, the duration of one request, and the seconds that this is sure to cover."""


class IbkrBars:
    """Bars of trades: adjusted for splits by the vendor, with VWAP and number of trades.

    Parameters
    ----------
    client : IbkrClient
    pacer : Pacer
        Shared by all that use the account.
    policy : RetryPolicy
    sleep, fraction : callable
        As `retry` takes them.
    regular_hours : bool, default True
    """

    def __init__(
        self,
        client: IbkrClient,
        *,
        pacer: Pacer,
        policy: RetryPolicy,
        sleep: Callable[[float], None],
        fraction: Callable[[], float],
        regular_hours: bool = True,
    ) -> None:
        self._client = client
        self._pacer = pacer
        self._policy = policy
        self._sleep = sleep
        self._fraction = fraction
        self._regular_hours = regular_hours

    def chunk(self, symbol: str, interval: str, start_ns: int, end_ns: int) -> BarPage:
        """Return the bars that start in ``[start_ns, end_ns)``, which one request must cover.

        Raises
        ------
        VendorError
        """
        if interval not in REQUESTS:
            raise VendorError(f"ibkr: no bars of {interval}; it has {', '.join(REQUESTS)}")
        size, duration, covered_s = REQUESTS[interval]
        assert end_ns - start_ns <= covered_s * 1_000_000_000, (start_ns, end_ns)
        end = dt.datetime.fromtimestamp(-(-end_ns // 1_000_000_000), tz=dt.UTC).strftime("%Y%m%d-%H:%M:%S")

        def once() -> list[IbkrRow]:
            self._pacer.wait(symbol, f"{symbol} {end} {duration} {size} {self._regular_hours}")
            return self._client.history(symbol, end, duration, size, self._regular_hours)

        rows = retry(once, policy=self._policy, sleep=self._sleep, fraction=self._fraction, busy=self._hold)
        return _page(rows).within(start_ns, end_ns)

    def _hold(self, busy: VendorBusy) -> None:
        if busy.retry_after_s is not None:
            self._pacer.hold(busy.retry_after_s)


def _page(rows: Sequence[IbkrRow]) -> BarPage:
    if not rows:
        return BarPage.empty()
    seconds = [row.start if isinstance(row.start, int) else calendar.timegm(row.start.timetuple()) for row in rows]
    ohlcv = np.array([[row.open, row.high, row.low, row.close, row.volume] for row in rows], dtype=np.float64)
    average = np.array([row.average for row in rows], dtype=np.float64)
    # -1 and 0 stand for "none", such as of an index.
    vwap = np.where(average > 0, average, np.nan)
    count = np.array([max(row.count, 0) for row in rows], dtype=np.int64)
    return BarPage(np.array(seconds, dtype=np.int64) * 1_000_000_000, ohlcv, vwap, count)
