"""Parquet tables that are plain, a batch of rows at a time; any other is left to a reader that says what is wrong.

What was decoded is put in its place while it is still in the cache, and the whole table is never held beside the bars.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from foxml.bars.kernel import CsvColumn, RowArrays, TimeForm
from foxml.bars.tables import REQUIRED, TIME_UNITS

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["read_plain_parquet"]

_BATCH_ROWS: Final = 1 << 16


def read_plain_parquet(file: "pq.ParquetFile", columns: Mapping[str, str]) -> tuple[RowArrays, TimeForm] | None:
    """Read a file.

    Parameters
    ----------
    file : pyarrow.parquet.ParquetFile
    columns : mapping of str to str
        Our names to the file's, as `foxml.bars.tables.present` gives them.

    Returns
    -------
    tuple of RowArrays and TimeForm, or None
        None where times are no timestamps, numbers of another kind than int64 and float64, anything is missing, or the
        file cannot be read: nothing is known of it then.
    """
    import pyarrow as pa

    schema = file.schema_arrow
    numbers = [ours for ours in columns if ours != "timestamp"]
    kind = schema.field(columns["timestamp"]).type
    is_plain = pa.types.is_timestamp(kind) and all(
        pa.types.is_float64(each) or pa.types.is_int64(each)
        for each in (schema.field(columns[ours]).type for ours in numbers)
    )
    if not is_plain or file.metadata.num_rows == 0:
        return None
    out = RowArrays.of([CsvColumn[ours.upper()] for ours in numbers], file.metadata.num_rows)
    try:
        batches = file.iter_batches(_BATCH_ROWS, columns=list(columns.values()), use_threads=False)
        done = _read(batches, columns, TIME_UNITS[kind.unit], out)
    except (pa.ArrowException, OSError):
        return None
    return (out, TimeForm.LOCAL if kind.tz is None else TimeForm.OFFSET) if done else None


def _read(batches: "Iterator[pa.RecordBatch]", columns: Mapping[str, str], unit_ns: int, out: RowArrays) -> bool:
    import pyarrow as pa

    wanted: Sequence[tuple[str, str]] = list(columns.items())
    bound = np.iinfo(np.int64).max // unit_ns
    for batch in batches:
        first, last = out.rows, out.rows + batch.num_rows
        if last > out.capacity or any(batch.column(theirs).null_count for _, theirs in wanted):
            return False
        for ours, theirs in wanted:
            column = batch.column(theirs)
            if ours == "timestamp":
                numbers = column.view(pa.int64()).to_numpy()
                if len(numbers) and (numbers.min() < -bound or numbers.max() > bound):
                    return False
                np.multiply(numbers, unit_ns, out=out.time_ns[first:last])
            elif ours == "vwap" and out.vwap is not None:
                out.vwap[first:last] = column.to_numpy()
            elif ours == "trade_count" and out.trade_count is not None:
                out.trade_count[first:last] = column.to_numpy()
            else:
                out.ohlcv[first:last, REQUIRED.index(ours) - 1] = column.to_numpy()
        out.rows = last
    return out.rows == out.capacity
