"""Bars from files: CSV plain or gzip, Parquet, HDF5."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.csv import column_names, read_csv, symbol_from_name
from foxml.bars.plain_parquet import read_plain_parquet
from foxml.bars.raw import RawBars
from foxml.bars.sources.protocol import within
from foxml.bars.store import BarMarks
from foxml.bars.tables import Layout, bars_of_rows, found_columns, present, raw_bars
from foxml.bars.timeframes import parse_interval
from foxml.errors import DataError, MissingExtra

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["PATTERNS", "FileSource", "files_in", "names_in", "read_file"]

PATTERNS: Final = ("*.csv", "*.csv.gz", "*.parquet", "*.h5", "*.hdf5")
_HDF5: Final = (".h5", ".hdf5")
_FILE_MARKS: Final = BarMarks("files", "unknown", "utc")


class FileSource:
    """Files, or folders of them, as a source.

    Parameters
    ----------
    paths : sequence of Path
    layout : Layout, default UTC, labels at the start
        Usual names of columns are known; others are named in it.
    marks : BarMarks, optional
    """

    name = "files"

    def __init__(self, paths: Sequence[Path], *, layout: Layout | None = None, marks: BarMarks = _FILE_MARKS) -> None:
        self._files = [file for path in paths for file in files_in(path)]
        self._layout = Layout("UTC") if layout is None else layout
        self.marks = marks

    def symbols(self) -> Sequence[str]:
        """Symbols that files are named for; of a file with a ``symbol`` column only its rows tell."""
        return sorted({symbol_from_name(file) for file in self._files if not self._has_symbols(file)})

    def fetch(self, symbol: str, interval: str, start_ns: int | None = None, end_ns: int | None = None) -> RawBars:
        """Bars of one symbol, as `Source.fetch`.

        Raises
        ------
        DataError
            If no file or more than one has bars of it, or a file cannot be read.
        """
        found: list[RawBars] = []
        for file in self._files:
            if not self._has_symbols(file) and symbol_from_name(file) != symbol:
                continue
            layout = _known(names_in(file), self._layout)
            parts = read_file(file, layout, interval_ns=parse_interval(interval))
            found += [within(raw, start_ns, end_ns) for raw in parts if raw.symbol == symbol]
        if len(found) != 1:
            where = " and ".join(raw.source for raw in found) or f"none of {len(self._files)} files"
            raise DataError(f"expected one file with bars of {symbol}, found {where}")
        return found[0]

    def _has_symbols(self, file: Path) -> bool:
        return _known(names_in(file), self._layout).name("symbol") in names_in(file)


def files_in(path: Path) -> list[Path]:
    """Return a file, or those of a folder whose names are like bars'."""
    if not path.is_dir():
        return [path]
    found = sorted({file for pattern in PATTERNS for file in path.glob(pattern)})
    if not found:
        raise DataError(f"{path}: the folder holds no {' or '.join(PATTERNS[:2])}, Parquet or HDF5")
    return found


def names_in(path: Path) -> list[str]:
    """Names of a file's columns.

    Raises
    ------
    DataError
        If it cannot be read; names it.
    """
    if path.suffix == ".parquet":
        return [str(name) for name in _parquet(path).schema_arrow.names]
    if path.suffix in _HDF5:
        return [str(name) for name in _hdf5(path, 1).column_names]
    return column_names(path)


def read_file(
    path: Path, layout: Layout, *, interval_ns: int, symbol: str | None = None, rows: int | None = None
) -> list[RawBars]:
    """Read a file by what its name ends with; parameters and errors are those of `foxml.bars.csv.read_csv`.

    Rows of Parquet and HDF5 are counted from 1.
    """
    if path.suffix != ".parquet" and path.suffix not in _HDF5:
        return read_csv(path, layout, interval_ns=interval_ns, symbol=symbol, rows=rows)
    names = present(names_in(path), layout, str(path))
    if symbol is None and "symbol" not in names:
        symbol = symbol_from_name(path)
    if path.suffix == ".parquet" and symbol is not None and rows is None and layout.time_unit == "iso":
        wanted = {ours: theirs for ours, theirs in names.items() if ours != "symbol"}
        found = read_plain_parquet(_parquet(path), wanted)
        if found is not None:
            return bars_of_rows(
                *found, layout, source=str(path), interval_ns=interval_ns, symbol=symbol, first_row=1
            )  # fmt: skip
    table = _parquet_table(path, list(names.values()), rows) if path.suffix == ".parquet" else _hdf5(path, rows)
    row = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return raw_bars(table, layout, source=str(path), interval_ns=interval_ns, symbol=symbol, row=row)


def _known(names: Sequence[str], layout: Layout) -> Layout:
    return replace(layout, columns={**found_columns(names), **layout.columns})


def _parquet(path: Path) -> "pq.ParquetFile":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a Parquet file that can be read: {error}") from None


def _parquet_table(path: Path, columns: Sequence[str], rows: int | None) -> "pa.Table":
    import pyarrow as pa

    file = _parquet(path)
    try:
        if rows is None:
            return file.read(columns=columns, use_threads=False)
        batches = file.iter_batches(batch_size=rows, columns=columns, use_threads=False)
        return pa.Table.from_batches([batch for batch in [next(batches, None)] if batch is not None], file.schema_arrow)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path}: the file cannot be read to its end: {error}") from None


def _hdf5(path: Path, rows: int | None) -> "pa.Table":
    """Read the one table of an HDF5 file: a data set of records, or one data set a column."""
    import pyarrow as pa

    try:
        import h5py
    except ImportError:
        raise MissingExtra("bars in HDF5 need h5py: pip install 'foxml[hdf5]'") from None
    if not path.exists():
        raise DataError(f"{path}: no such file")
    try:
        with h5py.File(path, "r") as file:
            sets: dict[str, h5py.Dataset] = {}
            file.visititems(lambda name, item: sets.update({name: item}) if isinstance(item, h5py.Dataset) else None)
            records = [item for item in sets.values() if item.dtype.names]
            if len(records) == 1:
                data = records[0][:rows]
                columns = {name: data[name] for name in data.dtype.names}
            else:
                columns = {name.rsplit("/", 1)[-1]: item[:rows] for name, item in sets.items() if item.ndim == 1}
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise DataError(f"{path}: not an HDF5 file that can be read: {error}") from None
    lengths = {name: len(values) for name, values in columns.items()}
    if len(records) > 1 or not columns or len(set(lengths.values())) != 1:
        found = ", ".join(f"{name} ({length})" for name, length in lengths.items()) or "none"
        raise DataError(f"{path}: expected one table, or columns of one length; found {found}")
    return pa.table({name: _texts(values) if values.dtype.kind in "SO" else values for name, values in columns.items()})


def _texts(values: NDArray[np.generic]) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values.tolist()]
