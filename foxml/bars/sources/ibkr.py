"""Bars of Interactive Brokers."""

from collections.abc import Sequence

from foxml.bars.raw import RawBars
from foxml.bars.sources.chunked import VendorSetting, bounds, chunks, raw_bars
from foxml.bars.store import BarMarks
from foxml.vendors.ibkr import IbkrBars, IbkrClient
from foxml.vendors.ibkr.bars import REQUESTS
from foxml.vendors.pacing import IBKR_RULES
from foxml.vendors.pages import BarPage

__all__ = ["IbkrSource"]


class IbkrSource:
    """Bars of trades, which the vendor has adjusted for splits, with VWAP and number of trades.

    Parameters
    ----------
    client : IbkrClient
    setting : VendorSetting
    regular_hours : bool, default True
    """

    name = "ibkr"

    def __init__(self, *, client: IbkrClient, setting: VendorSetting, regular_hours: bool = True) -> None:
        self.marks = BarMarks("ibkr", "smart", "utc", adjusted=True)
        self._bars = IbkrBars(
            client,
            pacer=setting.pacer(IBKR_RULES),
            policy=setting.policy,
            sleep=setting.sleep,
            fraction=setting.fraction,
            regular_hours=regular_hours,
        )

    def symbols(self) -> Sequence[str]:
        """Nothing: only asking for one tells."""
        return ()

    def chunk_ns(self, interval: str) -> int:
        """Time that one call of `fetch` spans."""
        return REQUESTS[interval][2] * 1_000_000_000 if interval in REQUESTS else 86_400 * 1_000_000_000

    def earliest_ns(self, interval: str, now_ns: int) -> int | None:
        """Half a year for bars of seconds; otherwise it depends on the symbol."""
        return now_ns - 182 * 86_400 * 1_000_000_000 if interval == "1s" else None

    def fetch(self, symbol: str, interval: str, start_ns: int | None = None, end_ns: int | None = None) -> RawBars:
        """Bars that start in ``[start_ns, end_ns)``; both must be given."""
        start_ns, end_ns = bounds(self.name, symbol, start_ns, end_ns)
        stretches = chunks(start_ns, end_ns, self.chunk_ns(interval))
        pages = [self._bars.chunk(symbol, interval, first, last) for first, last in stretches]
        return raw_bars(symbol, "ibkr", BarPage.joined(pages))
