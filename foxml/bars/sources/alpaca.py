"""Bars of Alpaca."""

from collections.abc import Sequence
from typing import Final

from foxml.bars.raw import RawBars
from foxml.bars.sources.chunked import VendorSetting, bounds, raw_bars
from foxml.bars.store import BarMarks
from foxml.bars.timeframes import DAY_NS
from foxml.vendors.alpaca import AlpacaBars, open_client
from foxml.vendors.credentials import Credentials
from foxml.vendors.pacing import ALPACA_RULES
from foxml.vendors.pages import BarPage

__all__ = ["AlpacaSource"]

_CHUNK_DAYS: Final = {"1m": 28, "5m": 112, "15m": 336, "30m": 672, "1h": 1344, "1d": 11_200, "1w": 11_200}
"""About 10,000 bars of regular hours, which is what a page holds."""


class AlpacaSource:
    """Raw bars with VWAP and number of trades, on a grid that is anchored at whole intervals of UTC.

    Parameters
    ----------
    credentials : Credentials
    setting : VendorSetting
    feed : str, default "iex"
        Or ``"sip"``: all exchanges.
    url : str, optional
        Another server than Alpaca's.
    """

    name = "alpaca"

    def __init__(
        self, *, credentials: Credentials, setting: VendorSetting, feed: str = "iex", url: str | None = None
    ) -> None:
        self.marks = BarMarks("alpaca", feed, "utc")
        self._bars = AlpacaBars(
            open_client(credentials, now_ns=setting.now_ns, url=url),
            pacer=setting.pacer(ALPACA_RULES),
            policy=setting.policy,
            sleep=setting.sleep,
            fraction=setting.fraction,
            feed=feed,
        )

    def symbols(self) -> Sequence[str]:
        """Nothing: only asking for one tells."""
        return ()

    def chunk_ns(self, interval: str) -> int:
        """Time that one call of `fetch` spans."""
        return _CHUNK_DAYS.get(interval, 1) * DAY_NS

    def earliest_ns(self, interval: str, now_ns: int) -> int | None:
        """None: what there is depends on the feed."""
        return None

    def fetch(self, symbol: str, interval: str, start_ns: int | None = None, end_ns: int | None = None) -> RawBars:
        """Bars that start in ``[start_ns, end_ns)``; both must be given."""
        start_ns, end_ns = bounds(self.name, symbol, start_ns, end_ns)
        page = BarPage.joined(list(self._bars.pages(symbol, interval, start_ns, end_ns)))
        return raw_bars(symbol, f"alpaca {self.marks.feed}", page)
