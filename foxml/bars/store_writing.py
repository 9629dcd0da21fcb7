"""The changes that stored bars may undergo; whoever calls holds the writer's lock."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foxml.bars.store_changes import Difference, at, check_repeats, difference, moment, rows_of, undone
from foxml.bars.store_commit import commit, revision_of, segments_of
from foxml.bars.store_layout import BarMarks, Description, Recorded, Revision, Segment
from foxml.bars.store_parquet import extras_of, joined, periods
from foxml.bars.store_reading import describe, read_bars, read_segments
from foxml.bars.timeframes import interval_name
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = [
    "append_bars",
    "check_fit",
    "compact_bars",
    "record_bars",
    "replace_bars",
    "replace_keeping",
    "revise_bars",
]


def replace_bars(path: Path, bars: SymbolBars, marks: BarMarks) -> None:
    """Store bars in place of whatever was there."""
    try:
        was = Description.load(path)
    except (FileNotFoundError, DataError):  # what cannot be read is replaced
        was = None
    segments, data = segments_of(bars, marks)
    made = Description(bars.symbol, interval_name(bars.interval_ns), marks, extras_of(bars), tuple(segments))
    commit(path, made, data, was)


def replace_keeping(path: Path, bars: SymbolBars, marks: BarMarks, revised_ns: int) -> None:
    """Store bars in place of what was there, which stays readable."""
    was = _present(path, describe(path))
    check_fit(path, was, bars, marks)
    found = difference(read_segments(path, was, was.segments), bars)
    if found:
        _commit_revision(path, was, found, bars, (), revised_ns)


def append_bars(path: Path, bars: SymbolBars, marks: BarMarks) -> int:
    """Store bars behind those that are stored; return how many were new."""
    was = describe(path)
    check_fit(path, was, bars, marks)
    old = bars.close_ns <= was.last_close_ns
    if old.any():
        first_ns, last_ns = int(bars.close_ns[0]) - 1, int(bars.close_ns[old][-1])
        check_repeats(read_bars(path, was, first_ns, last_ns), rows_of(bars, old))
    new = rows_of(bars, ~old)
    if len(new) == 0:
        return 0
    was = _present(path, was)
    kept, tail = list(was.segments), new
    if str(periods(new.close_ns[:1], new.interval_ns)[0]) == kept[-1].period:
        tail = joined([read_segments(path, was, [kept.pop()]), new])
    segments, data = segments_of(tail, marks)
    commit(path, replace(was, segments=(*kept, *segments)), data, was)
    return len(new)


def revise_bars(path: Path, bars: SymbolBars, revised_ns: int, gone: NDArray[np.int64]) -> Revision | None:
    """Change stored bars, put others among them, take some away."""
    was = _present(path, describe(path))
    check_fit(path, was, bars, was.marks)
    both = np.intersect1d(gone, bars.close_ns)
    if len(both):
        raise DataError(f"{was.symbol}: the bar closing at {moment(int(both[0]))} UTC is given and removed")
    touched = set(periods(np.concatenate([bars.close_ns, gone]), bars.interval_ns).tolist())
    stored = read_segments(path, was, [s for s in was.segments if s.period in touched])
    _, held = at(stored, gone)
    if not held.all():
        which = moment(int(gone[np.flatnonzero(~held)[0]]))
        raise DataError(f"{was.symbol}: no bar closing at {which} UTC is stored, so none can be removed")
    becomes = undone(stored, bars, gone)
    found = difference(stored, becomes)
    if not found:
        return None
    return _commit_revision(path, was, found, becomes, [s for s in was.segments if s.period not in touched], revised_ns)


def record_bars(path: Path, bars: SymbolBars, marks: BarMarks, revised_ns: int, *, whole: bool) -> Recorded:
    """Append what lies behind the stored bars; what differs from them becomes a revision."""
    was = describe(path)
    check_fit(path, was, bars, marks)
    known = bars.close_ns <= was.last_close_ns
    revision = None
    if known.any():
        old, gone = rows_of(bars, known), np.array([], np.int64)
        if whole:
            until_ns = int(old.close_ns[-1]) if known.all() else was.last_close_ns
            stored = read_bars(path, was, int(old.close_ns[0]) - 1, until_ns)
            gone = np.setdiff1d(stored.close_ns, old.close_ns)
        revision = revise_bars(path, old, revised_ns, gone)
    new = rows_of(bars, ~known)
    return Recorded(append_bars(path, new, marks) if len(new) else 0, revision)


def compact_bars(path: Path, forget_to_ns: int | None) -> int:
    """Bring bars to the present schema and forget old revisions; return the bytes that were set free."""
    before = _held_bytes(path)
    made = _present(path, describe(path))
    if forget_to_ns is not None:
        kept = tuple(r for r in made.revisions if r.revised_ns > forget_to_ns)
        since = made.history_from_ns if len(kept) == len(made.revisions) else forget_to_ns
        made = replace(made, revisions=kept, history_from_ns=since)
    commit(path, made, {}, made)
    return before - _held_bytes(path)


def _commit_revision(
    path: Path,
    was: Description,
    found: Difference,
    becomes: SymbolBars,
    untouched: Sequence[Segment],
    revised_ns: int,
) -> Revision:
    last_ns = max(
        [r.revised_ns for r in was.revisions] + ([was.history_from_ns] if was.history_from_ns else []), default=None
    )
    if last_ns is not None and revised_ns <= last_ns:
        raise DataError(
            f"{path}: expected a revision after the last one of {moment(last_ns)} UTC, found {moment(revised_ns)} UTC"
        )
    if len(becomes) == 0 and not untouched:
        raise DataError(f"{path}: expected a bar to be left, found that all are removed")
    segments, data = segments_of(becomes, was.marks)
    revision, undoing = revision_of(found, becomes, was.marks, revised_ns)
    in_time = sorted([*untouched, *segments], key=lambda s: s.first_close_ns)
    made = replace(was, segments=tuple(in_time), revisions=(*was.revisions, revision))
    commit(path, made, {**data, **undoing}, was)
    return revision


def _present(path: Path, was: Description) -> Description:
    """Bring what is stored to the present schema."""
    if was.schema > 1:
        return was
    segments, data = segments_of(read_segments(path, was, was.segments), was.marks)
    made = Description(was.symbol, was.interval, was.marks, was.columns, tuple(segments))
    commit(path, made, data, was)
    return made


def check_fit(path: Path, was: Description, bars: SymbolBars, marks: BarMarks) -> None:
    """Check that bars can become part of a stored history.

    Raises
    ------
    DataError
        If they come from elsewhere, or have other columns.
    """
    if marks != was.marks:
        raise DataError(
            f"{path}: expected bars of {was.marks}, which are stored, found {marks}; one history is not made of both"
            " (an import with --replace forgets the stored one)"
        )
    if extras_of(bars) != was.columns:
        expected, found = (
            ", ".join(names) or "neither vwap nor trade_count" for names in (was.columns, extras_of(bars))
        )
        raise DataError(f"{path}: expected bars with {expected}, as those that are stored, found {found}")


def _held_bytes(path: Path) -> int:
    files = [path, *path.parent.glob(f"{path.stem}-{'[0-9a-f]' * 16}.parquet")]
    folder = path.parent / path.stem
    files += list(folder.iterdir()) if folder.is_dir() else []
    return sum(file.stat().st_size for file in files)
