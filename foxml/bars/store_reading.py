"""From the files that a description names to bars."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from foxml.bars.store_changes import moment, undone
from foxml.bars.store_commit import KIND, WAS_ADDED, WAS_OTHER
from foxml.bars.store_layout import Description, Segment, held_symbols
from foxml.bars.store_parquet import load_rows, row_batches, to_bars, verified_bytes, verify
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["describe", "read_as_of", "read_bars", "read_parts", "read_segments"]


def describe(path: Path) -> Description:
    """Read the description of a symbol's bars.

    Raises
    ------
    DataError
        If there is none: says what there is.
    """
    try:
        return Description.load(path)
    except FileNotFoundError:
        held = ", ".join(held_symbols(path.parent)) or "nothing"
        raise DataError(f"{path}: no {path.parent.name} bars of {path.stem}; the store holds {held}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None


def read_segments(path: Path, held: Description, segments: "list[Segment] | tuple[Segment, ...]") -> SymbolBars:
    """Read the bars of some segments, which may be none."""
    tables = [load_rows(verified_bytes(path.parent / s.file, s.sha256, held.symbol), None, None) for s in segments]
    return to_bars(held.symbol, held.interval, tables, held.columns)


def read_bars(path: Path, held: Description, start_ns: int | None, end_ns: int | None) -> SymbolBars:
    """Read bars whose close lies in ``(start_ns, end_ns]``."""
    tables = [
        load_rows(verified_bytes(path.parent / s.file, s.sha256, held.symbol), *_bounds(s, start_ns, end_ns))
        for s in held.within(start_ns, end_ns)
    ]
    return to_bars(held.symbol, held.interval, tables, held.columns)


def read_as_of(path: Path, held: Description, start_ns: int | None, end_ns: int | None, as_of_ns: int) -> SymbolBars:
    """Read bars as they were before the revisions after a moment.

    Raises
    ------
    DataError
        If one of these is forgotten.
    """
    since = held.history_from_ns
    if since is not None and as_of_ns < since:
        raise DataError(
            f"{path}: revisions up to {moment(since)} UTC are forgotten: expected that time or a later one, "
            f"found {moment(as_of_ns)} UTC"
        )
    bars = read_bars(path, held, start_ns, end_ns)
    for revision in reversed(held.revisions):
        if revision.revised_ns > as_of_ns:
            data = verified_bytes(path.parent / revision.file, revision.sha256, held.symbol)
            rows = load_rows(data, start_ns, end_ns)
            kind = rows[KIND].to_numpy()
            old = to_bars(held.symbol, held.interval, [rows.filter(kind == WAS_OTHER)], held.columns)
            bars = undone(bars, old, rows["close_ns"].to_numpy()[kind == WAS_ADDED])
    return bars


def read_parts(
    path: Path, held: Description, part_bars: int, start_ns: int | None, end_ns: int | None
) -> Iterator[SymbolBars]:
    """Yield bars whose close lies in ``(start_ns, end_ns]`` in parts of `part_bars` (the last: of fewer)."""
    segments = held.within(start_ns, end_ns)
    for segment in segments:
        verify(path.parent / segment.file, segment.sha256, held.symbol)
    tables: list[Any] = []
    rows = 0
    for segment in segments:
        data = verified_bytes(path.parent / segment.file, segment.sha256, held.symbol)
        for table in row_batches(data, part_bars, start_ns, end_ns):
            used = 0
            while rows + table.num_rows - used >= part_bars:
                tables.append(table.slice(used, part_bars - rows))
                used += part_bars - rows
                yield to_bars(held.symbol, held.interval, tables, held.columns)
                tables, rows = [], 0
            if used < table.num_rows:
                tables.append(table.slice(used))
                rows += table.num_rows - used
    if tables:
        yield to_bars(held.symbol, held.interval, tables, held.columns)


def _bounds(segment: Segment, start_ns: int | None, end_ns: int | None) -> tuple[int | None, int | None]:
    """Return what of the bounds cuts into a segment."""
    return (
        None if start_ns is None or segment.first_close_ns > start_ns else start_ns,
        None if end_ns is None or segment.last_close_ns <= end_ns else end_ns,
    )
