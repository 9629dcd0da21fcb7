"""How a CSV file writes its bars, found out from the file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, column_names, read_csv
from foxml.bars.normalise import normalise
from foxml.bars.timeframes import DAY_NS, INTERVALS
from foxml.domain.bars import VOLUME
from foxml.errors import DataError

__all__ = ["Sniffed", "sniff"]

_ZONES = ("America/New_York", "UTC")
_LABELS: tuple[Literal["start", "end"], ...] = ("start", "end")
_ALIASES = {
    "timestamp": ("timestamp", "datetime", "date", "time", "ts"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "vol", "v"),
    "symbol": ("symbol", "ticker"),
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file seems to be; to be shown before it is believed.

    Attributes
    ----------
    layout : CsvFormat
    interval : str
    regular_share : float
        Share of the volume that falls into regular hours under this layout.
    """

    layout: CsvFormat
    interval: str
    regular_share: float


def sniff(path: Path, calendar: TradingCalendar) -> Sniffed:
    """Find columns, interval, time zone and label of a file.

    The interval is the commonest step between rows. Of the time zones New York and UTC and both labels, that reading
    is taken under which the largest share of the volume falls into regular hours; a tie goes to the first.

    Raises
    ------
    DataError
        If the file cannot be read, a column is not found, or no interval fits; names the file.
    """
    columns = _columns(path)
    raw = read_csv(path, CsvFormat("UTC", columns=columns), interval_ns=DAY_NS)[0]
    steps, counts = np.unique(np.diff(raw.start_ns), return_counts=True)
    interval = {length: name for name, length in INTERVALS.items()}.get(
        int(steps[counts.argmax()]) if len(steps) else 0
    )
    if interval is None:
        raise DataError(f"{path}: the commonest step between rows is none of {', '.join(INTERVALS)}; name the interval")
    best: Sniffed | None = None
    for zone in _ZONES:
        for label in _LABELS if interval != "1d" else _LABELS[:1]:
            layout = CsvFormat(zone, label, columns)
            (first, *_) = read_csv(path, layout, interval_ns=INTERVALS[interval])
            bars, _ = normalise(first, calendar, INTERVALS[interval])
            share = float(bars.ohlcv[:, VOLUME].sum() / max(first.ohlcv[:, VOLUME].sum(), 1.0))
            if best is None or share > best.regular_share:
                best = Sniffed(layout, interval, share)
    assert best is not None
    return best


def _columns(path: Path) -> dict[str, str]:
    lower = {name.strip().lower(): name for name in column_names(path)}
    columns = {}
    for ours, aliases in _ALIASES.items():
        theirs = next((lower[alias] for alias in aliases if alias in lower), None)
        if theirs is not None and theirs != ours:
            columns[ours] = theirs
    return columns
