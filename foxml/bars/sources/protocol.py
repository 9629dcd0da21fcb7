"""What a source of bars is."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from foxml.bars.raw import RawBars
from foxml.bars.store import BarMarks

__all__ = ["Source", "within"]


@runtime_checkable
class Source(Protocol):
    """Bars of some symbols, as a vendor has them. Nothing is cleaned: that is what `normalise` is for."""

    @property
    def name(self) -> str:
        """The name under which it is found, such as ``files``."""

    @property
    def marks(self) -> BarMarks:
        """Vendor, feed and anchor of the grid; kept with the bars and with every model trained on them."""

    def symbols(self) -> Sequence[str]:
        """Symbols that there are; empty where only asking for one tells."""

    def fetch(self, symbol: str, interval: str, start_ns: int | None = None, end_ns: int | None = None) -> RawBars:
        """Bars of one symbol that start in ``[start_ns, end_ns)``, labelled by their start in UTC, raw prices.

        Raises
        ------
        DataError
            If there are none, or what there is cannot be read; names the source and the symbol.
        VendorError
            If a vendor cannot be reached or refuses.
        """


def within(raw: RawBars, start_ns: int | None, end_ns: int | None) -> RawBars:
    """Return the bars that start in ``[start_ns, end_ns)``; None is no bound."""
    kept = np.ones(len(raw), dtype=np.bool_)
    if start_ns is not None:
        kept &= raw.start_ns >= start_ns
    if end_ns is not None:
        kept &= raw.start_ns < end_ns
    return raw if kept.all() else raw.take(kept)
