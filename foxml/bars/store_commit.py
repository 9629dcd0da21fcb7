"""A change of the store: files of bars beside the old ones, then the description, then the old ones go."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from foxml.bars.files import put_file, replace_file, sync_folder
from foxml.bars.store_changes import Difference, rows_of
from foxml.bars.store_layout import SCHEMA, BarMarks, Description, Revision, Segment
from foxml.bars.store_lock import unread
from foxml.bars.store_parquet import EXTRAS, content_digest, encode, joined, runs_of_periods
from foxml.bars.timeframes import interval_name
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["KIND", "WAS_ADDED", "WAS_OTHER", "commit", "refusing", "revision_of", "segments_of"]

KIND = "kind"
WAS_OTHER = 0
WAS_ADDED = 1


def segments_of(bars: SymbolBars, marks: BarMarks) -> tuple[list[Segment], dict[str, bytes]]:
    """Cut bars into periods; return what describes each, and the bytes of its file."""
    segments, data = [], {}
    for period, rows in runs_of_periods(bars.close_ns, bars.interval_ns):
        part = rows_of(bars, rows)
        content = encode(part, {**_header(bars, marks), "period": period})
        sha256 = hashlib.sha256(content).hexdigest()
        file = f"{bars.symbol}/{period}-{sha256[:16]}.parquet"
        data[file] = content
        spread = (len(part), int(part.close_ns[0]), int(part.close_ns[-1]))
        segments.append(Segment(period, file, *spread, sha256, content_digest(part)))
    return segments, data


def revision_of(
    difference: Difference, like: SymbolBars, marks: BarMarks, revised_ns: int
) -> tuple[Revision, dict[str, bytes]]:
    """Return what describes a revision, and the bytes of the file that takes it back."""
    count = len(difference.added)
    nothing = np.zeros(count, np.int64)
    extras = {name: np.zeros(count, getattr(like, name).dtype) for name in EXTRAS if getattr(like, name) is not None}
    added = SymbolBars(
        like.symbol, like.interval_ns, difference.added, nothing, nothing, np.full((count, 5), np.nan), **extras
    )
    both = joined([difference.old, added])
    order = np.argsort(both.close_ns, kind="stable")
    kind = np.array([WAS_OTHER] * len(difference.old) + [WAS_ADDED] * count, np.int8)[order]
    counts = {"changed": difference.changed, "added": count, "removed": difference.removed}
    header = {**_header(like, marks), "revised_ns": revised_ns, **counts}
    content = encode(rows_of(both, order), header, {KIND: kind})
    sha256 = hashlib.sha256(content).hexdigest()
    file = f"{like.symbol}/revision-{revised_ns}-{sha256[:16]}.parquet"
    revision = Revision(revised_ns, difference.changed, count, difference.removed, file, sha256)
    return revision, {file: content}


def commit(path: Path, made: Description, data: Mapping[str, bytes], was: Description | None) -> None:
    """Put a description, and the new files that it names, in place of the one before.

    Raises
    ------
    DataError
        If it cannot be written: a full disk, a folder that is read-only. The old bars are still there.
    """
    is_new = not path.parent.is_dir()
    try:
        with refusing(path):
            for file, content in data.items():
                put_file(path.parent / file, content)
            if data:
                sync_folder(path.parent / made.symbol)
            replace_file(path, made.to_json())
            if is_new:
                sync_folder(path.parent.parent)
    except DataError:
        # The description may have been replaced before the disk refused: what lies there now says what to keep.
        with suppress(OSError, DataError):
            there = Description.load(path).files if path.exists() else set()
            _sweep(path, made.symbol, there | (set() if was is None else was.files))
        raise
    keep = set(made.files)
    if was is not None and was.schema == 1:  # somebody may be reading it, with no lock to tell of it
        keep |= was.files
    _sweep(path, made.symbol, keep)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what the operating system says into a refusal that names the file."""
    try:
        yield
    except OSError as error:
        name = error.filename or path
        raise DataError(f"{name}: cannot be written: {error.strerror}; the store holds what it held before") from None


def _sweep(path: Path, symbol: str, keep: set[str]) -> None:
    """Remove a symbol's files that no description names; while somebody reads there, leave it to the next change."""
    folder = path.parent / symbol
    with unread(folder) as free, suppress(OSError):
        if free:
            for file in folder.iterdir():
                if f"{symbol}/{file.name}" not in keep:
                    file.unlink(missing_ok=True)
    with suppress(OSError):
        for file in path.parent.glob(f"{symbol}-{'[0-9a-f]' * 16}.parquet"):
            if file.name not in keep:
                file.unlink(missing_ok=True)


def _header(bars: SymbolBars, marks: BarMarks) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "symbol": bars.symbol,
        "interval": interval_name(bars.interval_ns),
        "marks": asdict(marks),
    }
