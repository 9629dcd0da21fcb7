"""Bars in Parquet files: written, verified, read back."""

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml.bars.timeframes import INTERVALS, parse_interval
from foxml.clock import WallClock
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = [
    "EXTRAS",
    "PRICES",
    "TIMES",
    "content_digest",
    "encode",
    "extras_of",
    "joined",
    "load_rows",
    "periods",
    "row_batches",
    "runs_of_periods",
    "taken",
    "to_bars",
    "verified_bytes",
    "verify",
]

TIMES = ("close_ns", "session_open_ns", "session_close_ns")
PRICES = ("open", "high", "low", "close", "volume")
EXTRAS = ("vwap", "trade_count")
_ROW_GROUP_BARS = 1 << 15
"""A file is read back in parts, and no more than this much of it is decoded at a time."""
_YEARLY_FROM_NS = INTERVALS["30m"]
"""A month of bars this long or longer is less than 300: a file of its own would take longer to open than to read."""
_ENCODINGS = {"close_ns": "DELTA_BINARY_PACKED", "volume": "BYTE_STREAM_SPLIT", "vwap": "BYTE_STREAM_SPLIT"}
"""Hardly a value of these is met again, so a dictionary of them would hold them all; the others have one."""
_SETTLED_NS = 100_000_000
"""Clocks of file systems advance in steps of up to 10 ms: a younger file could change and keep its times."""
_KNOWN_FILES_MAX = 100_000

_known: OrderedDict[tuple[int, ...], str] = OrderedDict()
_known_guard = threading.Lock()
_clock = WallClock()


def extras_of(bars: SymbolBars) -> tuple[str, ...]:
    """Return which of the optional columns some bars have."""
    return tuple(name for name in EXTRAS if getattr(bars, name) is not None)


def periods(close_ns: NDArray[np.int64], interval_ns: int) -> NDArray[np.str_]:
    """Return the period of each close, in UTC: its month, or its year where a year is few bars.

    Examples
    --------
    >>> periods(np.array([1_709_300_000 * 10**9]), 60 * 10**9).tolist()
    ['2024-03']
    >>> periods(np.array([1_709_300_000 * 10**9]), 3600 * 10**9).tolist()
    ['2024']
    """
    unit = "Y" if interval_ns >= _YEARLY_FROM_NS else "M"
    return np.datetime_as_string(close_ns.astype("datetime64[ns]").astype(f"datetime64[{unit}]"))


def runs_of_periods(close_ns: NDArray[np.int64], interval_ns: int) -> Iterator[tuple[str, slice]]:
    """Yield each period that ascending closes fall into, and where they lie, found from the few borders of periods."""
    if len(close_ns) == 0:
        return
    unit = "Y" if interval_ns >= _YEARLY_FROM_NS else "M"
    ends = close_ns[[0, -1]].astype("datetime64[ns]").astype(f"datetime64[{unit}]")
    begins = np.arange(ends[0], ends[1] + 1)
    edges = np.append(np.searchsorted(close_ns, begins.astype("datetime64[ns]").astype(np.int64)), len(close_ns))
    for name, first, last in zip(np.datetime_as_string(begins).tolist(), edges[:-1], edges[1:], strict=True):
        if last > first:
            yield name, slice(int(first), int(last))


def content_digest(bars: SymbolBars) -> str:
    """SHA-256 of bars, whatever file they lie in."""
    digest = hashlib.sha256()
    for name in (*TIMES, "ohlcv", *extras_of(bars)):
        array = np.ascontiguousarray(getattr(bars, name))
        digest.update(f"{name}:{array.shape}".encode())
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).data)
    return digest.hexdigest()


def encode(bars: SymbolBars, header: Mapping[str, Any], beside: Mapping[str, NDArray[Any]] | None = None) -> bytes:
    """Return the bytes of a Parquet file with some bars, columns beside them, and what the file is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        **{name: getattr(bars, name) for name in TIMES},
        **{name: np.ascontiguousarray(bars.ohlcv[:, i]) for i, name in enumerate(PRICES)},
        **{name: getattr(bars, name) for name in extras_of(bars)},
        **(beside or {}),
    }
    table = pa.table(columns).replace_schema_metadata({"foxml": json.dumps(header, sort_keys=True)})
    sink = pa.BufferOutputStream()
    encodings = {name: encoding for name, encoding in _ENCODINGS.items() if name in columns}
    pq.write_table(
        table,
        sink,
        compression="zstd",
        row_group_size=_ROW_GROUP_BARS,
        use_dictionary=[name for name in columns if name not in encodings],
        column_encoding=encodings,
    )
    return bytes(sink.getvalue().to_pybytes())


def verified_bytes(path: Path, sha256: str, symbol: str) -> Any:  # noqa: ANN401
    """Return the bytes of a file that is the one that was written.

    A file is hashed when this process reads it first, and again when its inode, size or times are others.

    Raises
    ------
    DataError
        Names the file.
    """
    try:
        with path.open("rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            now_ns = _clock.now_ns()
            data = file.readall()
    except FileNotFoundError:
        raise DataError(f"{path}: the file that holds the bars of {symbol} is gone") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    key = _identity(status)
    if _is_known(key, sha256) and len(data) == status.st_size:
        return data
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise DataError(f"{path}: expected sha256 {sha256}, found {found}: the file was changed")
    if now_ns - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS:
        with _known_guard:
            _known[key] = sha256
            if len(_known) > _KNOWN_FILES_MAX:
                _known.popitem(last=False)
    return data


def verify(path: Path, sha256: str, symbol: str) -> None:
    """Check a file as `verified_bytes` does, without reading one that is known."""
    try:
        known = _is_known(_identity(path.stat()), sha256)
    except OSError:
        known = False
    if not known:
        verified_bytes(path, sha256, symbol)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _is_known(key: tuple[int, ...], sha256: str) -> bool:
    with _known_guard:
        return _known.get(key) == sha256


def load_rows(data: Any, start_ns: int | None, end_ns: int | None) -> Any:  # noqa: ANN401
    """Return the rows of a file's bytes whose close lies in ``(start_ns, end_ns]``; decodes no more than it must."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(data))
    if start_ns is None and end_ns is None:
        return file.read(use_threads=False)
    return taken(file.read_row_groups(_row_groups(file, start_ns, end_ns), use_threads=False), start_ns, end_ns)


def row_batches(data: Any, rows_max: int, start_ns: int | None, end_ns: int | None) -> Iterator[Any]:  # noqa: ANN401
    """Yield what `load_rows` returns in batches of at most so many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(data))
    groups = _row_groups(file, start_ns, end_ns)
    for batch in file.iter_batches(batch_size=rows_max, row_groups=groups, use_threads=False):
        rows = taken(pa.Table.from_batches([batch]), start_ns, end_ns)
        if rows.num_rows:
            yield rows


def taken(table: Any, start_ns: int | None, end_ns: int | None) -> Any:  # noqa: ANN401
    """Return the rows of a table whose close lies in ``(start_ns, end_ns]``."""
    close_ns = table["close_ns"].to_numpy()
    first = 0 if start_ns is None else int(np.searchsorted(close_ns, start_ns, side="right"))
    last = len(close_ns) if end_ns is None else int(np.searchsorted(close_ns, end_ns, side="right"))
    return table.slice(first, max(last - first, 0))


def to_bars(symbol: str, interval: str, tables: Sequence[Any], columns: Sequence[str]) -> SymbolBars:
    """Return the rows of tables, one after the other, as bars."""
    rows = sum(table.num_rows for table in tables)
    made: dict[str, Any] = {name: np.empty(rows, np.int64) for name in TIMES}
    made["ohlcv"] = np.empty((rows, len(PRICES)))
    made |= {name: np.empty(rows, np.int64 if name == "trade_count" else np.float64) for name in columns}
    at = 0
    for table in tables:
        upto = at + table.num_rows
        for name in (*TIMES, *columns):
            made[name][at:upto] = table[name].to_numpy()
        for i, name in enumerate(PRICES):
            made["ohlcv"][at:upto, i] = table[name].to_numpy()
        at = upto
    return SymbolBars(symbol, parse_interval(interval), **made)


def joined(parts: Sequence[SymbolBars]) -> SymbolBars:
    """Return bars one after the other; all have the same optional columns."""
    names = (*TIMES, "ohlcv", *extras_of(parts[0]))
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return SymbolBars(parts[0].symbol, parts[0].interval_ns, **arrays)


def _row_groups(file: Any, start_ns: int | None, end_ns: int | None) -> list[int]:  # noqa: ANN401
    found = []
    for number in range(file.metadata.num_row_groups):
        spread = file.metadata.row_group(number).column(0).statistics
        after = start_ns is None or spread is None or spread.max > start_ns
        before = end_ns is None or spread is None or spread.min <= end_ns
        if after and before:
            found.append(number)
    return found
