"""Tables of a source, whatever it is, to `RawBars`: columns, times and units."""

import math
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from foxml.bars.kernel import RowArrays, TimeForm
from foxml.bars.raw import RawBars
from foxml.bars.time_texts import as_stamps, joined, moment_of
from foxml.bars.zones import to_utc, zone_of
from foxml.domain.bars import VOLUME
from foxml.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "TIME_OF_DAY",
    "TIME_UNITS",
    "Layout",
    "bars_of_rows",
    "found_columns",
    "present",
    "raw_bars",
]

REQUIRED: Final = ("timestamp", "open", "high", "low", "close", "volume")
OPTIONAL: Final = ("vwap", "trade_count", "symbol")
TIME_OF_DAY: Final = "time"
"""A column of its own, where the timestamp's holds the date alone; only if a layout names it."""
TIME_UNITS: Final = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_BATCH_ROWS: Final = 1 << 13
_ALIASES: Final = {
    "timestamp": ("timestamp", "datetime", "date", "time", "ts"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "vol", "v"),
    "symbol": ("symbol", "ticker"),
    "vwap": ("vwap", "vw"),
    "trade_count": ("trade_count", "trades", "n"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a source writes bars.

    Attributes
    ----------
    timezone : str
        IANA name of the zone that labels without an offset are in.
    label : "start" or "end"
        Which end of a bar its label names.
    columns : mapping of str to str
        Our name to the source's, where they differ; ours are timestamp, open, high, low, close, volume, and, where the
        source has them, symbol, vwap, trade_count; and time, where the time of day stands in a column of its own.
    time_unit : "iso", "s", "ms", "us" or "ns"
        What a label is: a date and time, or a number of these since 1970 in UTC.
    time_format : str
        Of labels that are not ISO 8601, as `datetime.strptime` takes it; with a column of times, of the date, a space
        and the time. Empty for ISO.
    price_per_dollar : float
        Units of price in a dollar: 100 for cents.
    volume_shares : float
        Shares in a unit of volume: 100 for lots of a hundred.
    """

    timezone: str
    label: Literal["start", "end"] = "start"
    columns: Mapping[str, str] = field(default_factory=dict)
    time_unit: Literal["iso", "s", "ms", "us", "ns"] = "iso"
    time_format: str = ""
    price_per_dollar: float = 1.0
    volume_shares: float = 1.0

    def __post_init__(self) -> None:
        if self.time_unit != "iso" and self.time_unit not in TIME_UNITS:
            raise DataError(f"time unit {self.time_unit!r}: expected one of iso, {', '.join(TIME_UNITS)}")
        for name in ("price_per_dollar", "volume_shares"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise DataError(f"{name}: expected a positive number, found {value:g}")
        known = (*REQUIRED, *OPTIONAL, TIME_OF_DAY)
        unknown = sorted(set(self.columns) - set(known))
        if unknown:
            raise DataError(f"unknown column {unknown[0]!r}; expected one of {', '.join(known)}")
        if self.time_format and self.time_unit != "iso":
            raise DataError(f"time format {self.time_format!r}: labels in {self.time_unit} since 1970 have none")
        if TIME_OF_DAY in self.columns and not self.time_format:
            raise DataError(f"column {self.columns[TIME_OF_DAY]!r} of times: expected a time format too")

    def name(self, ours: str) -> str:
        """Return the source's name of one of our columns."""
        return self.columns.get(ours, ours)


def found_columns(names: Iterable[str]) -> dict[str, str]:
    """Find out which of a source's columns are ours, by usual names; those of our own name are left out.

    Examples
    --------
    >>> found_columns(["Date", "open", "Vol"])
    {'timestamp': 'Date', 'volume': 'Vol'}
    """
    lower = {name.strip().lower(): name for name in names}
    found = {}
    for ours, aliases in _ALIASES.items():
        theirs = next((lower[alias] for alias in aliases if alias in lower), None)
        if theirs is not None and theirs != ours:
            found[ours] = theirs
    return found


def present(names: Sequence[str], layout: Layout, source: str) -> dict[str, str]:
    """Return our columns that a source has, to its names.

    Raises
    ------
    DataError
        If a needed one is missing, or a name stands twice.
    """
    wanted = {ours: layout.name(ours) for ours in (*REQUIRED, *OPTIONAL)}
    if TIME_OF_DAY in layout.columns:
        wanted[TIME_OF_DAY] = layout.columns[TIME_OF_DAY]
    for ours, theirs in wanted.items():
        if theirs not in names and (ours in REQUIRED or ours in layout.columns):
            raise DataError(f"{source}: missing column {theirs!r}; the file has {', '.join(names)}")
        if names.count(theirs) > 1:
            raise DataError(f"{source}: {names.count(theirs)} columns are named {theirs!r}; expected one")
    return {ours: theirs for ours, theirs in wanted.items() if theirs in names}


def raw_bars(
    table: "pa.Table",
    layout: Layout,
    *,
    source: str,
    interval_ns: int,
    symbol: str | None = None,
    row: NDArray[np.int64] | None = None,
) -> list[RawBars]:
    """Make bars of an Arrow table with the source's columns.

    Parameters
    ----------
    table : pyarrow.Table
        Times as timestamps, dates, ISO texts or numbers; the others as numbers.
    layout : Layout
    source : str
        For errors.
    interval_ns : int
        Needed where labels name the end.
    symbol : str, optional
        Symbol of all rows; without it the table needs a ``symbol`` column.
    row : ndarray of int64, shape (n,), optional
        Lines of the rows; by default they are counted from 2, the header being 1.

    Returns
    -------
    list of RawBars
        One for each symbol, in order of appearance.

    Raises
    ------
    DataError
        Names the source, row and column, what was found and what was expected.
    """
    names = present(table.column_names, layout, source)
    count = table.num_rows
    if count == 0:
        raise DataError(f"{source}: the file has a header and no rows")
    row = np.arange(2, count + 2, dtype=np.int64) if row is None else row
    stamps = table[names["timestamp"]]
    if layout.time_format:
        stamps = _formatted(table, names, layout, source, row)
    start_ns = _times(stamps, layout, source, names["timestamp"], row)
    ohlcv = _numbers([table[names[ours]] for ours in REQUIRED[1:]], source, [names[ours] for ours in REQUIRED[1:]], row)
    vwap = trades = None
    if "vwap" in names:
        vwap = _numbers([table[names["vwap"]]], source, [names["vwap"]], row, missing=True)[:, 0]
    if "trade_count" in names:
        counts = _numbers([table[names["trade_count"]]], source, [names["trade_count"]], row)[:, 0]
        trades = _whole_counts(counts, source, names["trade_count"], row)
    whole = _in_units(RawBars(symbol or "", source, start_ns, ohlcv, row, vwap, trades), layout, interval_ns)
    return [whole] if symbol is not None else _by_symbol(whole, table, names, source)


def bars_of_rows(
    rows: RowArrays,
    form: TimeForm,
    layout: Layout,
    *,
    source: str,
    interval_ns: int,
    symbol: str | None,
    first_row: int,
) -> list[RawBars]:
    """Make bars of plain rows, the first of which stands in a given line; as `raw_bars`."""
    name, row = layout.name("timestamp"), np.arange(first_row, first_row + rows.rows, dtype=np.int64)
    times = rows.time_ns[: rows.rows]
    if form == TimeForm.NUMBER:
        times = _scaled(times, layout, source, name, row)
    elif form == TimeForm.LOCAL:
        times = _localised(times, zone_of(layout.timezone, source), source, name, row)
    else:
        zone_of(layout.timezone, source)
    vwap = None if rows.vwap is None else rows.vwap[: rows.rows]
    trades = None
    if rows.trade_count is not None:
        trades = _whole_counts(rows.trade_count[: rows.rows], source, layout.name("trade_count"), row)
    raw = RawBars(symbol or "", source, times, rows.ohlcv[: rows.rows], row, vwap, trades)
    whole = _in_units(raw, layout, interval_ns)
    return [whole] if rows.symbol is None else _split(whole, rows.symbol[: rows.rows], rows.symbols)


def _in_units(raw: RawBars, layout: Layout, interval_ns: int) -> RawBars:
    """Bring what was just read, and is nobody else's, to starts, dollars and shares."""
    vwap, ohlcv = raw.vwap, raw.ohlcv
    if layout.price_per_dollar != 1.0:
        # Divided, not multiplied by a hundredth: 16742 cents are the double nearest to 167.42.
        ohlcv[:, :VOLUME] /= layout.price_per_dollar
        vwap = None if vwap is None else vwap / layout.price_per_dollar
    if layout.volume_shares != 1.0:
        ohlcv[:, VOLUME] *= layout.volume_shares
    start_ns = raw.start_ns - interval_ns if layout.label == "end" else raw.start_ns
    return RawBars(raw.symbol, raw.source, start_ns, ohlcv, raw.row, vwap, raw.trade_count)


def _by_symbol(whole: RawBars, table: "pa.Table", names: Mapping[str, str], source: str) -> list[RawBars]:
    import pyarrow as pa

    if "symbol" not in names:
        raise DataError(f"{source}: no symbol column, and no symbol was given")
    column = table[names["symbol"]]
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    if column.null_count:
        at = int(column.is_null().to_numpy(zero_copy_only=False).argmax())
        raise DataError(f"{source}:{whole.row[at]}: {names['symbol']}: expected a symbol, found nothing")
    code = column.indices.to_numpy(zero_copy_only=False)
    texts = column.dictionary.to_pylist()
    blank = [at for at, text in enumerate(texts) if not text.strip()]
    if blank:
        at = int(np.isin(code, blank).argmax())
        raise DataError(f"{source}:{whole.row[at]}: {names['symbol']}: expected a symbol, found {texts[code[at]]!r}")
    return _split(whole, code, texts)


def _split(whole: RawBars, code: NDArray[np.integer], texts: Sequence[str]) -> list[RawBars]:
    """Return the rows of each symbol, in order of appearance."""
    starts = np.concatenate(([0], np.flatnonzero(code[1:] != code[:-1]) + 1))
    order = list(dict.fromkeys(code[starts].tolist()))
    places: Sequence[slice | NDArray[np.int64]]
    if len(starts) == len(order):  # one symbol after the other
        places = [slice(first, last) for first, last in zip(starts, [*starts[1:], len(code)], strict=True)]
    else:
        by_symbol = np.argsort(code, kind="stable")
        edges = (np.searchsorted(code[by_symbol], order, side=side) for side in ("left", "right"))
        places = [by_symbol[first:last] for first, last in zip(*edges, strict=True)]
    return [replace(whole.take(which), symbol=texts[of]) for of, which in zip(order, places, strict=True)]


def _formatted(
    table: "pa.Table", names: Mapping[str, str], layout: Layout, source: str, row: NDArray[np.int64]
) -> "pa.ChunkedArray":
    """Read times in the layout's format; those that a reader has read already are as they should be."""
    import pyarrow as pa

    date, time = names["timestamp"], names.get(TIME_OF_DAY)
    if time is None and pa.types.is_timestamp(table[date].type):
        return table[date]
    stamps = as_stamps(table, date, time, layout.time_format)
    if stamps is not None:
        return stamps
    columns = [table[name].cast(pa.string()).to_pylist() for name in (date, time) if name is not None]
    texts = [joined(*cells) if len(cells) == 2 else cells[0] for cells in zip(*columns, strict=True)]
    moments = [moment_of(text, layout.time_format) for text in texts]
    bad = next((at for at, moment in enumerate(moments) if moment is None), None)
    if bad is not None:
        raise DataError(f"{source}:{row[bad]}: {date}: expected a time like {layout.time_format}, found {texts[bad]!r}")
    return pa.chunked_array([pa.array(moments, pa.timestamp("ns"))])


def _times(
    column: "pa.ChunkedArray", layout: Layout, source: str, name: str, row: NDArray[np.int64]
) -> NDArray[np.int64]:
    import pyarrow as pa

    zone = zone_of(layout.timezone, source)
    if column.null_count:
        at = int(column.is_null().to_numpy().argmax())
        raise DataError(f"{source}:{row[at]}: {name}: expected a date and time, found nothing")
    kind = column.type
    if layout.time_unit != "iso":
        if not pa.types.is_integer(kind):
            raise DataError(f"{source}: {name}: expected whole {layout.time_unit} since 1970, found {kind}")
        return _scaled(column.to_numpy().astype(np.int64), layout, source, name, row)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        column, kind = _parsed(column, source, name)
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        raise DataError(f"{source}: {name}: expected dates and times, found {kind}; name a time unit for numbers")
    try:
        stamps = column.cast(pa.timestamp("ns", getattr(kind, "tz", None)))
    except pa.ArrowInvalid as error:
        raise DataError(f"{source}: {name}: a time lies beyond the years 1678 to 2262: {error}") from None
    ns = stamps.cast(pa.int64()).to_numpy()
    return ns if getattr(kind, "tz", None) is not None else _localised(ns, zone, source, name, row)


def _scaled(
    numbers: NDArray[np.int64], layout: Layout, source: str, name: str, row: NDArray[np.int64]
) -> NDArray[np.int64]:
    scale = TIME_UNITS[layout.time_unit]
    beyond = np.abs(numbers) > np.iinfo(np.int64).max // scale
    if beyond.any():
        at = int(beyond.argmax())
        raise DataError(f"{source}:{row[at]}: {name}: {numbers[at]} {layout.time_unit} lie beyond the year 2262")
    return np.asarray(numbers * scale)


def _parsed(column: "pa.ChunkedArray", source: str, name: str) -> tuple["pa.ChunkedArray", "pa.DataType"]:
    import pyarrow as pa

    problems = []
    for kind in (pa.timestamp("ns"), pa.timestamp("ns", "UTC")):
        try:
            return column.cast(pa.string()).cast(kind), kind
        except pa.ArrowInvalid as error:
            problems.append(str(error))
    raise DataError(f"{source}: {name}: expected dates and times: {problems[0]}")


def _localised(
    ns: NDArray[np.int64], zone: zoneinfo.ZoneInfo, source: str, name: str, row: NDArray[np.int64]
) -> NDArray[np.int64]:
    utc_ns, bad = to_utc(ns, zone)
    if bad is not None:
        text = str(np.datetime64(int(ns[bad]), "s" if ns[bad] % 10**9 else "ns"))[:19].replace("T", " ")
        raise DataError(f"{source}:{row[bad]}: {name} {text!r} does not exist, or exists twice, in {zone.key}")
    return utc_ns


def _numbers(
    columns: Sequence["pa.ChunkedArray"],
    source: str,
    names: Sequence[str],
    row: NDArray[np.int64],
    *,
    missing: bool = False,
) -> NDArray[np.float64]:
    """Put columns of numbers side by side, shape (n, columns); a missing one is NaN, or an error."""
    import pyarrow as pa

    for column, name in zip(columns, names, strict=True):
        if pa.types.is_boolean(column.type) or not (
            pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
        ):
            raise DataError(f"{source}: {name}: expected numbers, found {column.type}")
        if column.null_count and not missing:
            at = int(column.is_null().to_numpy().argmax())
            raise DataError(f"{source}:{row[at]}: {name}: expected a number, found nothing")
    out = np.empty((len(row), len(columns)))
    done = 0
    # So few rows at a time stay in the cache while all columns are written; of a long column there is no second copy.
    for batch in pa.Table.from_arrays(list(columns), names=list(names)).to_batches(max_chunksize=_BATCH_ROWS):
        upto = done + batch.num_rows
        for place, chunk in enumerate(batch.columns):
            is_plain = chunk.null_count == 0 and not pa.types.is_decimal(chunk.type)
            part = chunk if is_plain else chunk.cast(pa.float64(), safe=False)
            out[done:upto, place] = part.to_numpy(zero_copy_only=False)
        done = upto
    return out


def _whole_counts(count: NDArray[np.float64], source: str, name: str, row: NDArray[np.int64]) -> NDArray[np.int64]:
    bad = ~((count >= 0) & (count < 2**53) & (count == np.floor(count)))
    if bad.any():
        at = int(bad.argmax())
        raise DataError(f"{source}:{row[at]}: {name}: expected a number of trades, found {count[at]:g}")
    return count.astype(np.int64)
