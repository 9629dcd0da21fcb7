"""Questions to many files of the store at once: as an Arrow dataset, or in SQL."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foxml.bars.store_layout import description_path, held_symbols
from foxml.bars.store_lock import reading
from foxml.bars.store_parquet import EXTRAS, PRICES, TIMES, verify
from foxml.bars.store_reading import describe
from foxml.errors import DataError, MissingExtra

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

__all__ = ["open_dataset", "query"]


@contextmanager
def open_dataset(root: Path, symbols: Iterable[str] | None, interval: str) -> "Iterator[ds.Dataset]":
    """Return the bars of some symbols (None: of all) as an Arrow dataset, whose files stay while it is open.

    Columns: symbol, close_ns, session_open_ns, session_close_ns, open, high, low, close, volume; vwap and trade_count
    where any symbol has them, null where one has not.

    Raises
    ------
    DataError
        If a symbol is not stored or a file is not the one that was written; names it.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    from pyarrow.fs import LocalFileSystem

    form, files = ds.ParquetFileFormat(), LocalFileSystem()
    columns: set[str] = set()
    fragments: list[Any] = []
    with ExitStack() as open_folders:
        for symbol in held_symbols(root / interval) if symbols is None else symbols:
            path = description_path(root, symbol, interval)
            open_folders.enter_context(reading(path.parent / symbol))
            held = describe(path)
            columns |= set(held.columns)
            for segment in held.segments:
                file = path.parent / segment.file
                verify(file, segment.sha256, symbol)
                fragments.append(form.make_fragment(str(file.resolve()), files, ds.field("symbol") == symbol))
        if not fragments:
            raise DataError(f"{root / interval}: no bars")
        fields = [pa.field("symbol", pa.string()), *(pa.field(name, pa.int64()) for name in TIMES)]
        fields += [pa.field(name, pa.float64()) for name in PRICES]
        kinds = {"vwap": pa.float64(), "trade_count": pa.int64()}
        fields += [pa.field(name, kinds[name]) for name in EXTRAS if name in columns]
        yield ds.FileSystemDataset(fragments, pa.schema(fields), form, files)


def query(root: Path, sql: str, interval: str, symbols: Iterable[str] | None = None) -> "pa.Table":
    """Ask DuckDB; the bars are the table ``bars``, with the columns of `open_dataset`.

    Only the columns and the times that a question needs are read.

    Parameters
    ----------
    root : Path
        The store.
    sql : str
        E.g. ``"SELECT symbol, max(high) FROM bars GROUP BY symbol"``.
    interval : str
    symbols : iterable of str, optional
        By default all that are stored.

    Raises
    ------
    DataError
        As `open_dataset`, and if DuckDB refuses the question.
    MissingExtra
        Without DuckDB.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("questions in SQL need DuckDB: pip install 'foxml[sql]'") from None
    with open_dataset(root, symbols, interval) as bars, duckdb.connect() as connection:
        connection.register("bars", bars)
        try:
            relation = connection.sql(sql)
            if relation is None:
                raise DataError(f"SQL over {interval} bars: expected a question, found no result of {sql!r}")
            return relation.to_arrow_table()
        except duckdb.Error as error:
            raise DataError(f"SQL over {interval} bars: {error}") from None
