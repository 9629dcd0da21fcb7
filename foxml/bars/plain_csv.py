"""CSV tables that are plain, many lines at a time; any that is not is left to readers that can say what is wrong."""

import csv
import gzip
import io
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.kernel import CsvColumn, RowArrays, TimeForm, read_lines

__all__ = ["read_plain"]

_BLOCK_BYTES: Final = 1 << 20
_SAMPLE_BYTES: Final = 1 << 16
_GZIP_GROWTH: Final = 6
_LINE_BYTES_MIN: Final = 2


def read_plain(
    path: Path, *, is_gzip: bool, names: Sequence[str], columns: Mapping[str, str], form: TimeForm, rows: int | None
) -> RowArrays | None:
    """Read a file.

    Parameters
    ----------
    path : Path
    is_gzip : bool
    names : sequence of str
        Of the header, all of them.
    columns : mapping of str to str
        Our names to the file's, as `foxml.bars.tables.present` gives them.
    form : TimeForm
    rows : int, optional
        Read no more than this.

    Returns
    -------
    RowArrays or None
        None where a line is not plain, or the file cannot be read: nothing is known of it then.
    """
    ours = {theirs: CsvColumn[name.upper()] for name, theirs in columns.items()}
    kinds = [ours.get(name, CsvColumn.IGNORED) for name in names]
    try:
        with gzip.open(path, "rb") if is_gzip else path.open("rb") as file:
            if not _is_header(file.readline(_BLOCK_BYTES), names):
                return None
            size = os.fstat(file.fileno()).st_size
            return _read(file, size * _GZIP_GROWTH if is_gzip else size, kinds, form, rows)
    except (OSError, EOFError, zlib.error):
        return None


def _is_header(line: bytes, names: Sequence[str]) -> bool:
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    # A line break in a quoted name would go on in the next line.
    return text.endswith("\n") and "\r" not in text.rstrip("\r\n") and list(csv.reader([text])) == [list(names)]


def _read(
    file: gzip.GzipFile | io.BufferedReader, size: int, kinds: Sequence[CsvColumn], form: TimeForm, rows: int | None
) -> RowArrays | None:
    block = np.empty(_BLOCK_BYTES + 1, np.uint8)  # and a line's end, where the last line has none
    view = block.data
    out: RowArrays | None = None
    held = 0
    while True:
        count = file.readinto(view[held:_BLOCK_BYTES])
        is_end = count == 0
        if is_end and held == 0:
            return out
        held += count
        if is_end:
            block[held] = ord("\n")
            held += 1
        if out is None:
            out = RowArrays.of(kinds, _rows_within(block[: min(held, _SAMPLE_BYTES)], size, rows))
        done = _read_block(block, held, kinds, form, out, rows)
        if done is None or (done == 0 and held >= _BLOCK_BYTES):
            return None
        if is_end or out.rows == rows:
            return out
        view[: held - done] = view[done:held]
        held -= done


def _read_block(
    block: NDArray[np.uint8],
    held: int,
    kinds: Sequence[CsvColumn],
    form: TimeForm,
    out: RowArrays,
    rows: int | None,
) -> int | None:
    """Read the whole lines of a block; return how many bytes they are, None where one is not plain."""
    done = 0
    while True:
        took, plain = read_lines(block[done:], held - done, kinds, form, out)
        done += took
        if not plain:
            return None
        if out.rows < out.capacity or out.rows == rows:
            return done
        out.grow(max(out.capacity * 3 // 2, 16))


def _rows_within(sample: NDArray[np.uint8], size: int, rows: int | None) -> int:
    """Estimate how many rows a table of this size has; memory that is not written to is none."""
    lines = int(np.count_nonzero(sample == ord("\n")))
    bytes_a_line = max(len(sample) / lines, _LINE_BYTES_MIN) if lines else len(sample)
    estimate = int(size / bytes_a_line * 1.05) + 16
    return estimate if rows is None else min(estimate, rows)
