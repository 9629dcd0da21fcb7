"""Historical bars of Yahoo through yfinance, one request at a time."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from foxml.errors import MissingExtra, UnknownSymbol, VendorBusy, VendorError
from foxml.vendors.pacing import Pacer
from foxml.vendors.pages import BarPage
from foxml.vendors.retry import RetryPolicy, retry

__all__ = ["LIMITS", "YahooBars", "YahooLimit"]

_COLUMNS: Final = ["Open", "High", "Low", "Close", "Volume"]


@dataclass(frozen=True, slots=True)
class YahooLimit:
    """How much of an interval Yahoo gives.

    Attributes
    ----------
    name : str
        Its own name of the interval.
    request_days : int
        Days that one request may cover.
    reach_days : int or None
        Days before now that are kept; None for all.
    """

    name: str
    request_days: int
    reach_days: int | None


LIMITS: Final = {
    "1m": YahooLimit("1m", 7, 30),
    "5m": YahooLimit("5m", 55, 60),
    "15m": YahooLimit("15m", 55, 60),
    "30m": YahooLimit("30m", 55, 60),
    "1h": YahooLimit("1h", 365, 730),
    "1d": YahooLimit("1d", 3650, None),
    "1w": YahooLimit("1wk", 3650, None),
}


class YahooBars:
    """Bars that Yahoo has adjusted for splits, not for dividends; no VWAP, no number of trades.

    Parameters
    ----------
    pacer : Pacer
    policy : RetryPolicy
    sleep, fraction : callable
        As `retry` takes them.
    cache : Path, optional
        Folder for yfinance's own files; by default where yfinance keeps them.
    session : optional
        A session of requests or curl_cffi that yfinance is to use.
    timeout_s : float, default 20.0

    Raises
    ------
    MissingExtra
        If yfinance is not installed.
    """

    def __init__(
        self,
        *,
        pacer: Pacer,
        policy: RetryPolicy,
        sleep: Callable[[float], None],
        fraction: Callable[[], float],
        cache: Path | None = None,
        session: Any = None,  # noqa: ANN401 - of one library or the other
        timeout_s: float = 20.0,
    ) -> None:
        try:
            import yfinance
        except ImportError as error:
            raise MissingExtra(f"bars of Yahoo need yfinance ({error}): pip install 'foxml[yfinance]'") from error
        # Otherwise every failure is an empty table.
        yfinance.config.debug.hide_exceptions = False
        if cache is not None:
            yfinance.set_tz_cache_location(str(cache))
        self._library = yfinance
        self._pacer = pacer
        self._policy = policy
        self._sleep = sleep
        self._fraction = fraction
        self._session = session
        self._timeout_s = timeout_s
        # All tickers of a process share one object with its cookies and its cache.
        self._lock = threading.Lock()

    def chunk(self, symbol: str, interval: str, start_ns: int, end_ns: int) -> BarPage:
        """Return the bars that start in ``[start_ns, end_ns)``, regular hours, which one request must cover.

        Raises
        ------
        VendorError
        """
        if interval not in LIMITS:
            raise VendorError(f"yahoo: no bars of {interval}; it has {', '.join(LIMITS)}")

        def once() -> BarPage:
            self._pacer.wait(symbol, f"{symbol} {interval} {start_ns} {end_ns}")
            with self._lock:
                return self._ask(symbol, LIMITS[interval].name, start_ns, end_ns)

        page = retry(once, policy=self._policy, sleep=self._sleep, fraction=self._fraction)
        return page.within(start_ns, end_ns)

    def _ask(self, symbol: str, interval: str, start_ns: int, end_ns: int) -> BarPage:
        errors = self._library.exceptions
        ticker = self._library.Ticker(symbol.replace(".", "-"), session=self._session)
        try:
            frame = ticker.history(
                start=_moment(start_ns),
                end=_moment(-(-end_ns // 1_000_000_000) * 1_000_000_000),
                interval=interval,
                prepost=False,
                auto_adjust=False,
                actions=False,
                timeout=self._timeout_s,
            )
        except errors.YFRateLimitError:
            self._forget(ticker)
            raise VendorBusy(f"yahoo: {symbol}: too many requests", 30.0) from None
        except errors.YFTzMissingError:
            raise UnknownSymbol(f"yahoo: {symbol}: no such symbol, or no longer listed") from None
        except errors.YFPricesMissingError as error:
            self._forget(ticker)
            return self._without_prices(symbol, str(error))
        except Exception as error:
            # yfinance lets through whatever its HTTP library and its parsing raise.
            self._forget(ticker)
            raise VendorBusy(f"yahoo: {symbol}: {type(error).__name__}: {error}") from None
        return _page(symbol, frame)

    def _without_prices(self, symbol: str, said: str) -> BarPage:
        """Tell "there are none" from every other reason: what is taken for none is never asked again."""
        low = said.lower()
        if "data doesn't exist for startdate" in low or ("no price data found" in low and "status_code" not in low):
            return BarPage.empty()
        if "no data found" in low:
            raise UnknownSymbol(f"yahoo: {said}")
        raise VendorError(f"yahoo: {symbol}: {said}")

    @staticmethod
    def _forget(ticker: Any) -> None:  # noqa: ANN401
        # yfinance keeps answers about the past, broken ones too: asked again it would repeat them.
        clear = getattr(getattr(getattr(ticker, "_data", None), "cache_get", None), "cache_clear", None)
        if clear is not None:
            clear()


def _moment(ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ns // 1_000_000_000, tz=dt.UTC)


def _page(symbol: str, frame: Any) -> BarPage:  # noqa: ANN401 - vendors know no pandas
    if len(frame) == 0:
        return BarPage.empty()
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing or getattr(frame.index, "tz", None) is None:
        raise VendorError(f"yahoo: {symbol}: expected {', '.join(_COLUMNS)} by time, found {list(frame.columns)}")
    start_ns = frame.index.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[ns]").astype(np.int64)
    page = BarPage(start_ns, frame[_COLUMNS].to_numpy(dtype=np.float64))
    return page.take(np.flatnonzero(np.isfinite(page.ohlcv).all(axis=1)))
