"""Bars from CSV files, plain or gzip."""

import gzip
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from foxml.bars.raw import RawBars
from foxml.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CsvFormat", "column_names", "read_csv"]

_COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
_SYMBOL_IN_NAME = re.compile(r"^([A-Z][A-Z.\-]{0,9})(?:_[0-9A-Za-z_]+)?\.csv(?:\.gz)?$")


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How a file writes bars.

    Attributes
    ----------
    timezone : str
        IANA name of the zone that labels without an offset are in.
    label : "start" or "end"
        Which end of a bar its label names.
    columns : mapping of str to str
        Our name to the file's, where they differ; ours are timestamp, open, high, low, close, volume, symbol.
    """

    timezone: str
    label: Literal["start", "end"] = "start"
    columns: Mapping[str, str] = field(default_factory=dict)


def read_csv(path: Path, layout: CsvFormat, *, interval_ns: int, symbol: str | None = None) -> list[RawBars]:
    """Read one file, which may hold several symbols.

    Parameters
    ----------
    path : Path
    layout : CsvFormat
    interval_ns : int
        Length of a bar; needed where labels name the end.
    symbol : str, optional
        Symbol of all rows. Without it, the file's ``symbol`` column is taken, else the name (``AAPL_2025.csv.gz``).

    Returns
    -------
    list of RawBars
        One for each symbol, in order of appearance.

    Raises
    ------
    DataError
        Names the file, the row and the column, what was found and what was expected.
    """
    frame = _read_frame(path)
    names = {ours: layout.columns.get(ours, ours) for ours in (*_COLUMNS, "symbol")}
    for ours in _COLUMNS:
        if names[ours] not in frame.columns:
            found = ", ".join(map(str, frame.columns))
            raise DataError(f"{path}: missing column {names[ours]!r}; the file has {found}")
    if len(frame) == 0:
        raise DataError(f"{path}: the file has a header and no rows")
    start_ns = _times(path, frame[names["timestamp"]], layout.timezone)
    if layout.label == "end":
        start_ns = start_ns - interval_ns
    ohlcv = np.column_stack([_numbers(path, frame[names[ours]], names[ours]) for ours in _COLUMNS[1:]])
    row = np.arange(2, len(frame) + 2, dtype=np.int64)
    if symbol is None and names["symbol"] in frame.columns:
        of_row = frame[names["symbol"]].to_numpy(dtype=str)
        groups = [(name, of_row == name) for name in dict.fromkeys(of_row.tolist())]
    else:
        groups = [(symbol or _symbol_from_name(path), np.ones(len(frame), dtype=np.bool_))]
    return [RawBars(name, str(path), start_ns[mask], ohlcv[mask], row[mask]) for name, mask in groups]


def column_names(path: Path) -> list[str]:
    """Names in the header of a file.

    Raises
    ------
    DataError
        If the file cannot be read; names it.
    """
    return [str(name) for name in _read_frame(path, rows=0).columns]


def _read_frame(path: Path, *, rows: int | None = None) -> "pd.DataFrame":
    import pandas as pd

    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, nrows=rows)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise DataError(f"{path}: the file cannot be read to its end: {error}") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a CSV table: {error}") from None


def _symbol_from_name(path: Path) -> str:
    match = _SYMBOL_IN_NAME.match(path.name)
    if match is None:
        raise DataError(f"{path}: no symbol column, and the name is not like AAPL.csv or AAPL_2025.csv.gz")
    return match.group(1)


def _times(path: Path, column: "pd.Series[str]", timezone: str) -> NDArray[np.int64]:
    import pandas as pd

    try:
        zone = zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise DataError(
            f"{path}: unknown time zone {timezone!r}; expected an IANA name like America/New_York"
        ) from None
    parsed = pd.to_datetime(column, errors="coerce", format="ISO8601", utc=False)
    bad = np.flatnonzero(parsed.isna().to_numpy())
    if len(bad):
        raise DataError(f"{path}:{bad[0] + 2}: timestamp: expected a date and time, found {column.iloc[bad[0]]!r}")
    if parsed.dt.tz is None:
        # An hour that does not exist or exists twice lies at night, outside every session: NaT marks it.
        parsed = parsed.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
        bad = np.flatnonzero(parsed.isna().to_numpy())
        if len(bad):
            raise DataError(
                f"{path}:{bad[0] + 2}: timestamp {column.iloc[bad[0]]!r} does not exist, or exists twice, in {timezone}"
            )
    utc = parsed.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(utc.to_numpy("datetime64[ns]").astype(np.int64))


def _numbers(path: Path, column: "pd.Series[str]", name: str) -> NDArray[np.float64]:
    try:
        return column.to_numpy(dtype=str).astype(np.float64)
    except ValueError:
        for at, text in enumerate(column):
            try:
                float(text)
            except ValueError:
                raise DataError(f"{path}:{at + 2}: {name}: expected a number, found {text!r}") from None
        raise
