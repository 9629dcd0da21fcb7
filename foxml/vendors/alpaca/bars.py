"""Historical bars of Alpaca, page by page."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from foxml.errors import VendorBusy, VendorError
from foxml.vendors.alpaca.client import AlpacaClient
from foxml.vendors.pacing import Pacer
from foxml.vendors.pages import BarPage
from foxml.vendors.retry import RetryPolicy, retry

__all__ = ["TIMEFRAMES", "AlpacaBars"]

TIMEFRAMES: Final = {
    "1m": "1Min",
    "5m": "5Min",
    "15m": "15Min",
    "30m": "30Min",
    "1h": "1Hour",
    "1d": "1Day",
    "1w": "1Week",
}
_PAGE_BARS: Final = 10_000
_PAGES_MAX: Final = 10_000
"""A server that never comes to an end is not followed for ever."""


class AlpacaBars:
    """Raw (unadjusted) bars with their VWAP and number of trades.

    Parameters
    ----------
    client : AlpacaClient
    pacer : Pacer
        Shared by all that use the account.
    policy : RetryPolicy
    sleep, fraction : callable
        As `retry` takes them.
    feed : str, default "iex"
        ``"sip"`` for all exchanges, where the account has it or the bars are older than 15 minutes.
    page_bars : int, default 10000
        Bars asked for at a time, at most 10,000.
    """

    def __init__(
        self,
        client: AlpacaClient,
        *,
        pacer: Pacer,
        policy: RetryPolicy,
        sleep: Callable[[float], None],
        fraction: Callable[[], float],
        feed: str = "iex",
        page_bars: int = _PAGE_BARS,
    ) -> None:
        self._client = client
        self._pacer = pacer
        self._policy = policy
        self._sleep = sleep
        self._fraction = fraction
        self._feed = feed
        self._page_bars = page_bars

    def pages(self, symbol: str, interval: str, start_ns: int, end_ns: int) -> Iterator[BarPage]:
        """Yield the bars that start in ``[start_ns, end_ns)``, in the pages that the server makes of them.

        Raises
        ------
        VendorError
            Says what the server said; never the key.
        """
        if interval not in TIMEFRAMES:
            raise VendorError(f"alpaca: no bars of {interval}; it has {', '.join(TIMEFRAMES)}")
        if start_ns >= end_ns:
            return
        asked = {
            "symbols": symbol,
            "timeframe": TIMEFRAMES[interval],
            "start": _text(start_ns),
            "end": _text(end_ns - 1),
            "adjustment": "raw",
            "feed": self._feed,
            "limit": str(self._page_bars),
            "sort": "asc",
        }
        seen: set[str] = set()
        for _ in range(_PAGES_MAX):
            page, token = self._page(symbol, asked)
            yield page.within(start_ns, end_ns)
            if token is None:
                return
            if token in seen:
                raise VendorError(f"alpaca: {symbol}: a page refers back to one before it")
            seen.add(token)
            asked["page_token"] = token
        raise VendorError(f"alpaca: {symbol}: more than {_PAGES_MAX} pages")

    def _page(self, symbol: str, asked: dict[str, str]) -> tuple[BarPage, str | None]:
        def once() -> tuple[BarPage, str | None]:
            self._pacer.wait(symbol, repr(asked))
            return _decoded(symbol, self._client.get("/stocks/bars", asked))

        return retry(once, policy=self._policy, sleep=self._sleep, fraction=self._fraction, busy=self._hold)

    def _hold(self, busy: VendorBusy) -> None:
        # Those that share the account must not use up what this one waits for.
        if busy.retry_after_s is not None and busy.retry_after_s <= self._policy.wait_max_s:
            self._pacer.hold(busy.retry_after_s)


def _text(ns: int) -> str:
    moment = dt.datetime.fromtimestamp(ns // 1_000_000_000, tz=dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _decoded(symbol: str, answer: dict[str, Any]) -> tuple[BarPage, str | None]:
    """Decode one page; an answer that is no page of bars may be whole the next time."""
    try:
        bars = (answer["bars"] or {}).get(symbol) or []
        token = answer["next_page_token"]
        if not bars:
            return BarPage.empty(), token or None
        times = [str(bar["t"]) for bar in bars]
        if not all(time.endswith("Z") for time in times):
            raise ValueError("a time is not in UTC")
        start_ns = np.array([time[:-1] for time in times], dtype="datetime64[ns]").astype(np.int64)
        ohlcv = np.array([[bar[name] for name in "ohlcv"] for bar in bars], dtype=np.float64)
        vwap = np.array([bar.get("vw", np.nan) for bar in bars], dtype=np.float64)
        count = np.array([bar["n"] for bar in bars], dtype=np.int64) if all("n" in bar for bar in bars) else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VendorBusy(f"alpaca: {symbol}: the answer is no page of bars: {error!r}") from None
    return BarPage(start_ns, ohlcv, vwap, count), token or None
