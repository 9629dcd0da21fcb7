"""How a file writes its bars, found out from the file."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import first_cell, first_cells
from foxml.bars.normalise import normalise
from foxml.bars.raw import RawBars
from foxml.bars.sources.files import names_in, read_file
from foxml.bars.tables import REQUIRED, TIME_OF_DAY, Layout, found_columns
from foxml.bars.time_texts import UnknownForm, joined, time_format_of
from foxml.bars.timeframes import DAY_NS, INTERVALS
from foxml.domain.bars import VOLUME
from foxml.errors import DataError

__all__ = ["Sniffed", "completed", "found_layout", "sniff"]

_ZONES = ("America/New_York", "UTC")
_LABELS: tuple[Literal["start", "end"], ...] = ("start", "end")
_ROWS = 200_000
"""So many rows tell a layout as well as all of them."""
_TYPED: Final = (".parquet", ".h5", ".hdf5")
_ISO_ROWS: Final = 1000
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
    layout = found_layout(path, Layout("UTC"))
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


def found_layout(path: Path, given: Layout) -> Layout:
    """Find how a file names its columns and writes its times; zone, label, units and form are as given.

    Raises
    ------
    DataError
        If the file cannot be read, or its times may be taken for more than one.
    """
    names = names_in(path)
    columns = found_columns(names)
    layout = replace(given, columns=columns)
    # Digits are a number since 1970 only where no form is given that they could have.
    if not given.time_format and given.time_unit == "iso":
        layout = replace(layout, time_unit=_time_unit(path, layout))
    if layout.time_unit != "iso" or path.suffix in _TYPED:
        return layout
    name = layout.name("timestamp")
    if name not in names:
        return layout
    time = next((each for each in names if each.strip().lower() == "time" and name.strip().lower() == "date"), None)
    cells = first_cells(path, [name] if time is None else [name, time], _ROWS)
    texts = [joined(*each) if time is not None else each[0].strip() for each in cells]
    if not texts or (time is None and all(_is_iso(text) for text in texts[:_ISO_ROWS])):
        return layout
    if time is not None:
        columns = {**columns, TIME_OF_DAY: time}
    time_format = given.time_format or time_format_of(_distinct(texts), str(path))
    return replace(layout, columns=columns, time_format=time_format)


def completed(path: Path, layout: Layout) -> Layout:
    """Find what a layout leaves open of a file: columns of usual names, and the form of times that are not ISO 8601.

    A file that the layout fits as it is, or whose times are of no known form, keeps it: a reader names the row.
    """
    names = names_in(path)
    is_fit = all(layout.name(ours) in names for ours in REQUIRED)
    if is_fit and (layout.time_format or layout.time_unit != "iso" or path.suffix in _TYPED):
        return layout
    if is_fit and _is_iso(first_cell(path, layout.name("timestamp")).strip()):
        return layout
    try:
        found = found_layout(path, replace(layout, columns={}))
    except UnknownForm:
        return layout
    columns = {**found.columns, **layout.columns}
    time_format = found.time_format
    if layout.time_unit != "iso" or layout.name("timestamp") not in ("timestamp", found.name("timestamp")):
        # Another column's form says nothing of the one that was named.
        columns = {ours: theirs for ours, theirs in columns.items() if ours != TIME_OF_DAY or ours in layout.columns}
        time_format = layout.time_format
    return replace(layout, columns=columns, time_format=time_format)


def _is_iso(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _distinct(texts: list[str]) -> list[str]:
    """Texts that a format can be told from: the first of each date, and the first rows."""
    return list({text.split()[0] if text.split() else text: text for text in texts}.values()) + texts[:_ISO_ROWS]


def _time_unit(path: Path, layout: Layout) -> Literal["iso", "s", "ms", "us", "ns"]:
    """Units of a time that is a number since 1970, by its size: no two fit the years 1973 to 2100."""
    if path.suffix in _TYPED:
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
