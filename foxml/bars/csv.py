"""Bars from CSV files, plain or gzip."""

import csv
import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.kernel import TimeForm
from foxml.bars.plain_csv import read_plain
from foxml.bars.raw import RawBars
from foxml.bars.tables import TIME_OF_DAY, Layout, bars_of_rows, present, raw_bars
from foxml.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CsvFormat", "column_names", "first_cell", "first_cells", "read_csv", "symbol_from_name"]

CsvFormat = Layout

_SYMBOL_IN_NAME: Final = re.compile(r"^([A-Z][A-Z.\-]{0,9})(?:_[0-9A-Za-z_]+)?(?:\.[a-z0-9]+)+$")
_OFFSET: Final = re.compile(r"\d[ T]\d.*(Z|[+-]\d\d:?(\d\d)?)$")
_NUMBER: Final = re.compile(
    r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|nan|inf(inity)?)", re.IGNORECASE | re.ASCII
)
_EPOCH: Final = dt.datetime(1970, 1, 1)
_BLOCK_BYTES: Final = 1 << 22


def read_csv(
    path: Path, layout: Layout, *, interval_ns: int, symbol: str | None = None, rows: int | None = None
) -> list[RawBars]:
    """Read one file, which may hold several symbols.

    Parameters
    ----------
    path : Path
    layout : CsvFormat
    interval_ns : int
        Length of a bar; needed where labels name the end.
    symbol : str, optional
        Symbol of all rows. Without it, the file's ``symbol`` column is taken, else the name (``AAPL_2025.csv.gz``).
    rows : int, optional
        Read about this many first rows only.

    Returns
    -------
    list of RawBars
        One for each symbol, in order of appearance.

    Raises
    ------
    DataError
        Names the file, the row and the column, what was found and what was expected.
    """
    names = column_names(path)
    columns = present(names, layout, str(path))
    if symbol is None and "symbol" not in columns:
        symbol = symbol_from_name(path)
    form = _time_form(path, layout, columns["timestamp"])
    wanted = {ours: theirs for ours, theirs in columns.items() if ours != "symbol" or symbol is None}
    lines = None
    if not layout.time_format:
        lines = read_plain(path, is_gzip=_is_gzip(path), names=names, columns=wanted, form=form, rows=rows)
    if lines is not None:
        return bars_of_rows(
            lines, form, layout, source=str(path), interval_ns=interval_ns, symbol=symbol, first_row=2
        )  # fmt: skip
    table, row = _read_fast(path, columns, layout, form, rows), None
    if table is None:
        # Something is not as it should be: go through it line by line, and either say what, or read it that way.
        table, row = _read_plainly(path, layout, names, columns, rows)
    return raw_bars(table, layout, source=str(path), interval_ns=interval_ns, symbol=symbol, row=row)


def column_names(path: Path) -> list[str]:
    """Names in the header of a file.

    Raises
    ------
    DataError
        If the file cannot be read; names it.
    """
    with _lines(path) as lines:
        header = next(csv.reader(lines, strict=True), None)
    if not header:
        raise DataError(f"{path}: not a CSV table: it has no header")
    return header


def first_cell(path: Path, column: str) -> str:
    """Return what stands in a column's first row; empty where there is none."""
    with _lines(path) as lines:
        reader = csv.reader(lines)
        header = next(reader, [])
        first = next(reader, [])
    return first[header.index(column)] if column in header and len(first) == len(header) else ""


def first_cells(path: Path, columns: Sequence[str], rows: int) -> list[list[str]]:
    """Return what stands in columns' first rows; a row of another length ends them."""
    with _lines(path) as lines:
        reader = csv.reader(lines)
        header = next(reader, [])
        places = [header.index(column) for column in columns]
        found: list[list[str]] = []
        for cells in reader:
            if len(cells) != len(header) or len(found) >= rows:
                break
            found.append([cells[at] for at in places])
    return found


def symbol_from_name(path: Path) -> str:
    """Return the symbol that a file is named for.

    Examples
    --------
    >>> symbol_from_name(Path("AAPL_2025.csv.gz"))
    'AAPL'
    """
    match = _SYMBOL_IN_NAME.match(path.name)
    if match is None:
        raise DataError(f"{path}: no symbol column, and the name is not like AAPL.csv or AAPL_2025.csv.gz")
    return match.group(1)


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        magic = file.read(2)
    return magic == b"\x1f\x8b" or path.suffix == ".gz"


@contextmanager
def _lines(path: Path) -> Iterator[IO[str]]:
    """Open a file as text, and say what is wrong with it in terms of the file."""
    try:
        opened = gzip.open if _is_gzip(path) else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
        raise DataError(f"{path}: the file cannot be read to its end: {error}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a CSV table: {error}") from None


def _read_fast(
    path: Path, columns: Mapping[str, str], layout: Layout, form: TimeForm, rows: int | None
) -> "pa.Table | None":
    """Read with Arrow, which takes plain numbers, and times of one form; None where it will not."""
    import pyarrow as pa
    import pyarrow.csv

    types = {theirs: pa.float64() for theirs in columns.values()}
    stamp = pa.timestamp("ns", "UTC" if form == TimeForm.OFFSET else None)
    types[columns["timestamp"]] = pa.int64() if form == TimeForm.NUMBER else stamp
    if layout.time_format:
        types |= {columns[ours]: pa.string() for ours in ("timestamp", TIME_OF_DAY) if ours in columns}
    if "symbol" in columns:
        types[columns["symbol"]] = pa.dictionary(pa.int32(), pa.string())
    convert = pyarrow.csv.ConvertOptions(
        column_types=types,
        include_columns=list(columns.values()),
        null_values=[""] if "vwap" in columns else [],
        strings_can_be_null=False,
    )
    # Blank lines and line breaks in values would put the count of lines off.
    parse = pyarrow.csv.ParseOptions(ignore_empty_lines=False, newlines_in_values=False)
    read = pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES)
    try:
        with pa.input_stream(str(path), compression="gzip" if _is_gzip(path) else None) as stream:
            with pyarrow.csv.open_csv(
                stream, read_options=read, parse_options=parse, convert_options=convert
            ) as reader:
                batches, count = [], 0
                for batch in reader:
                    batches.append(batch)
                    count += batch.num_rows
                    if rows is not None and count >= rows:
                        break
            return pa.Table.from_batches(batches, reader.schema)
    except (pa.ArrowException, OSError):
        return None


def _time_form(path: Path, layout: Layout, name: str) -> TimeForm:
    if layout.time_unit != "iso":
        return TimeForm.NUMBER
    if layout.time_format:
        return TimeForm.LOCAL
    return TimeForm.OFFSET if _OFFSET.search(first_cell(path, name)) else TimeForm.LOCAL


def _read_plainly(
    path: Path, layout: Layout, names: list[str], columns: Mapping[str, str], rows: int | None
) -> tuple["pa.Table", NDArray[np.int64]]:
    """Read line by line: slow, and able to say where and what; blank lines are left out."""
    import pyarrow as pa

    values: dict[str, list[object]] = {ours: [] for ours in columns}
    places = {ours: names.index(theirs) for ours, theirs in columns.items()}
    row, aware = [], None
    with _lines(path) as lines:
        reader = csv.reader(lines, strict=True)
        next(reader)
        for cells in reader:
            if not cells:
                continue
            where = f"{path}:{reader.line_num}"
            if len(cells) != len(names):
                raise DataError(f"{where}: expected {len(names)} columns, found {len(cells)}")
            for ours, at in places.items():
                values[ours].append(_value(ours, cells[at], layout, f"{where}: {names[at]}"))
            stamp = None if layout.time_format else values["timestamp"][-1]
            has_zone = isinstance(stamp, tuple) and stamp[1]
            if aware is not None and aware != has_zone:
                raise DataError(f"{where}: {names[places['timestamp']]}: some times have an offset and some have none")
            aware = has_zone
            row.append(reader.line_num)
            if rows is not None and len(row) >= rows:
                break
    kind = pa.int64() if layout.time_unit != "iso" else pa.timestamp("ns", "UTC" if aware else None)
    texts = {"symbol", TIME_OF_DAY, "timestamp"} if layout.time_format else {"symbol"}
    arrays = {}
    for ours, theirs in columns.items():
        found = values[ours]
        if ours == "timestamp" and ours not in texts:
            numbers = [value[0] if isinstance(value, tuple) else value for value in found]
            arrays[theirs] = pa.array(numbers, pa.int64()).cast(kind)
        else:
            arrays[theirs] = pa.array(found, pa.string() if ours in texts else pa.float64())
    return pa.table(arrays), np.array(row, dtype=np.int64)


def _value(ours: str, text: str, layout: Layout, where: str) -> object:
    stripped = text.strip()
    if ours == "symbol":
        if not stripped:
            raise DataError(f"{where}: expected a symbol, found {text!r}")
        return stripped
    if layout.time_format and ours in ("timestamp", TIME_OF_DAY):
        return stripped  # read as one text when all columns are there
    if ours == "timestamp":
        return _moment(text, layout, where)
    if ours == "vwap" and not stripped:
        return None
    if not _NUMBER.fullmatch(stripped):
        raise DataError(f"{where}: expected a number, found {text!r}")
    return float(stripped)


def _moment(text: str, layout: Layout, where: str) -> object:
    """Return nanoseconds since 1970, and whether they are in UTC; of a number of units, that number."""
    if layout.time_unit != "iso":
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,19}\s*", text) or abs(int(text)) >= 2**63:
            raise DataError(f"{where}: expected whole {layout.time_unit} since 1970, found {text!r}")
        return int(text)
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise DataError(f"{where}: expected a date and time, found {text!r}") from None
    aware = moment.tzinfo is not None
    since = (moment.astimezone(dt.UTC).replace(tzinfo=None) if aware else moment) - _EPOCH
    ns = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
    if abs(ns) >= 2**63:
        raise DataError(f"{where}: expected a time from 1678 to 2262, found {text!r}")
    return ns, aware
