"""Stored bars to one file, in bounded memory."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from foxml.bars.files import PARTIAL
from foxml.bars.frames import to_arrow
from foxml.bars.store import BarStore
from foxml.errors import DataError

__all__ = ["FORMATS", "export_bars"]

FORMATS = (".parquet", ".csv", ".csv.gz")
_PART_BARS = 1 << 16


def export_bars(
    store: BarStore,
    symbols: Sequence[str],
    interval: str,
    to: Path,
    *,
    start_ns: int | None = None,
    end_ns: int | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> int:
    """Write the bars of some symbols, one after the other, to a Parquet or CSV file; return how many.

    Columns are those of `foxml.bars.frames.to_arrow`. The file appears when it is whole.

    Raises
    ------
    DataError
        If the ending is none of `FORMATS`, a symbol is not stored, symbols have different columns, or the file cannot
        be written.
    """
    if not to.name.endswith(FORMATS):
        raise DataError(f"{to}: expected a name that ends in {', '.join(FORMATS)}")
    partial = to.with_name(f".{to.name}{PARTIAL}")
    count = 0
    schema = None
    try:
        with ExitStack() as opened:
            writer: Any = None
            for done, symbol in enumerate(symbols):
                progress(symbol, done, len(symbols))
                for bars in store.parts(symbol, interval, _PART_BARS, start_ns, end_ns):
                    table = to_arrow(bars)
                    schema = schema or table.schema
                    if table.schema != schema:
                        raise DataError(
                            f"{symbol}: expected the columns {', '.join(schema.names)}, as of {symbols[0]}, found "
                            f"{', '.join(table.column_names)}: export it to a file of its own"
                        )
                    writer = writer or opened.enter_context(_writer(partial, to.name, table.schema, opened))
                    writer.write_table(table)
                    count += len(bars)
            if count == 0:
                raise DataError(f"{', '.join(symbols)}: no {interval} bars in that time")
        partial.replace(to)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DataError(f"{to}: cannot be written: {error.strerror or error}") from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return count


def _writer(partial: Path, name: str, schema: Any, opened: ExitStack) -> Any:  # noqa: ANN401
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    if name.endswith(".parquet"):
        return pq.ParquetWriter(partial, schema, compression="zstd")
    file = opened.enter_context(pa.OSFile(str(partial), "wb"))
    if name.endswith(".gz"):
        file = opened.enter_context(pa.CompressedOutputStream(file, "gzip"))
    return pc.CSVWriter(file, schema)
