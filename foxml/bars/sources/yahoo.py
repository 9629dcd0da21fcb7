"""Bars of Yahoo: for research and warming up, never to trade on."""

from collections.abc import Sequence

from foxml.bars.raw import RawBars
from foxml.bars.sources.chunked import bounds, chunks, raw_bars
from foxml.bars.store import BarMarks
from foxml.bars.timeframes import DAY_NS
from foxml.vendors.pages import BarPage
from foxml.vendors.yahoo import LIMITS, YahooBars

__all__ = ["YahooSource"]


class YahooSource:
    """Bars that the vendor has adjusted for splits, on a grid that is anchored at the session's open.

    Parameters
    ----------
    bars : YahooBars
    """

    name = "yahoo"

    def __init__(self, *, bars: YahooBars) -> None:
        self.marks = BarMarks("yahoo", "delayed", "session", adjusted=True)
        self._bars = bars

    def symbols(self) -> Sequence[str]:
        """Nothing: only asking for one tells."""
        return ()

    def chunk_ns(self, interval: str) -> int:
        """Time that one call of `fetch` spans."""
        return (LIMITS[interval].request_days if interval in LIMITS else 1) * DAY_NS

    def earliest_ns(self, interval: str, now_ns: int) -> int | None:
        """Yahoo keeps 30 days of minutes, 60 of 5 to 30 minutes, 730 of hours."""
        reach_days = LIMITS[interval].reach_days if interval in LIMITS else None
        return None if reach_days is None else now_ns - reach_days * DAY_NS

    def fetch(self, symbol: str, interval: str, start_ns: int | None = None, end_ns: int | None = None) -> RawBars:
        """Bars that start in ``[start_ns, end_ns)``; both must be given."""
        start_ns, end_ns = bounds(self.name, symbol, start_ns, end_ns)
        stretches = chunks(start_ns, end_ns, self.chunk_ns(interval))
        pages = [self._bars.chunk(symbol, interval, first, last) for first, last in stretches]
        return raw_bars(symbol, "yahoo", BarPage.joined(pages))
