"""How a file writes its bars, found out from the file."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import first_cell
from foxml.bars.normalise import normalise
from foxml.bars.raw import RawBars
from foxml.bars.sources.files import names_in, read_file
from foxml.bars.tables import Layout, found_columns
from foxml.bars.timeframes import DAY_NS, INTERVALS
from foxml.domain.bars import VOLUME
from foxml.errors import DataError

__all__ = ["Sniffed", "sniff"]

_ZONES = ("America/New_York", "UTC")
_LABELS: tuple[Literal["start", "end"], ...] = ("start", "end")
_ROWS = 200_000
"""So many rows tell a layout as well as all of them."""
_EPOCHS: Final[tuple[tuple[int, Literal["s", "ms", "us", "ns"]], ...]] = (
    (10**11, "s"),
    (10**14, "ms"),
    (10**17, "us"),
    (2**63, "ns"),
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file seems to be; to be shown before it is believed.

    Attributes
    ----------
    layout : Layout
    interval : str
    regular_share : float
        Share of the volume that falls into regular hours under this layout.
    hints : tuple of str
        What looks odd, in words; nothing is done about it.
    """

    layout: Layout
    interval: str
    regular_share: float
    hints: tuple[str, ...] = ()


def sniff(path: Path, calendar: TradingCalendar) -> Sniffed:
    """Find columns, interval, time zone and label of a file, from its first 200,000 rows.

    The interval is the commonest step between rows. Of the time zones New York and UTC and both labels, that reading
    is taken under which the largest share of the volume falls into regular hours; a tie goes to the first. Units of
    prices and volumes are never guessed: what looks like cents is a hint.

    Raises
    ------
    DataError
        If the file cannot be read, a column is not found, or no interval fits; names the file.
    """
    layout = Layout("UTC", columns=found_columns(names_in(path)))
    layout = replace(layout, time_unit=_time_unit(path, layout))
    raw, *_ = read_file(path, layout, interval_ns=DAY_NS, rows=_ROWS)
    steps, counts = np.unique(np.diff(raw.start_ns), return_counts=True)
    names = {length: name for name, length in INTERVALS.items()}
    interval = names.get(int(steps[counts.argmax()]) if len(steps) else 0)
    if interval is None:
        raise DataError(f"{path}: the commonest step between rows is none of {', '.join(INTERVALS)}; name the interval")
    best: Sniffed | None = None
    for zone in _ZONES if layout.time_unit == "iso" else ("UTC",):
        for label in _LABELS if interval != "1d" else _LABELS[:1]:
            tried = replace(layout, timezone=zone, label=label)
            first, *_ = read_file(path, tried, interval_ns=INTERVALS[interval], rows=_ROWS)
            bars, _ = normalise(first, calendar, INTERVALS[interval])
            share = float(bars.ohlcv[:, VOLUME].sum() / max(first.ohlcv[:, VOLUME].sum(), 1.0))
            if best is None or share > best.regular_share:
                best = Sniffed(tried, interval, share, _hints(first))
    assert best is not None
    return best


def _time_unit(path: Path, layout: Layout) -> Literal["iso", "s", "ms", "us", "ns"]:
    """Units of a time that is a number since 1970, by its size: no two fit the years 1973 to 2100."""
    if path.suffix in (".parquet", ".h5", ".hdf5"):
        return "iso"
    text = first_cell(path, layout.name("timestamp")).strip()
    if not (text.isdigit() and len(text) > 8):
        return "iso"
    return next((unit for bound, unit in _EPOCHS if int(text) < bound), "iso")


def _hints(raw: RawBars) -> tuple[str, ...]:
    prices = raw.ohlcv[:, :VOLUME]
    if len(raw) > 1 and (prices == np.floor(prices)).all() and float(np.median(prices)) >= 1_000.0:
        return ("all prices are whole numbers above 1,000: cents? --price-per-dollar 100 takes them so",)
    return ()
