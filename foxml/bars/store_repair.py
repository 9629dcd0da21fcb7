"""What is wrong with the files of a store, and what of it can be put right."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from foxml.bars.files import PARTIAL
from foxml.bars.store import BarStore
from foxml.bars.store_commit import commit
from foxml.bars.store_layout import BarMarks, Description, Revision, Segment
from foxml.bars.store_lock import unread
from foxml.bars.store_parquet import EXTRAS, content_digest, load_rows, to_bars
from foxml.bars.timeframes import INTERVALS
from foxml.errors import DataError

__all__ = ["Finding", "find_damage"]

_AGAIN = "cannot be repaired: import or fetch these bars again"
_REVISION = "revision-"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a store.

    Attributes
    ----------
    path : Path
    what : str
        What was found there.
    remedy : str
        What a repair does, or what a person can do.
    repairable : bool
    repaired : bool
    """

    path: Path
    what: str
    remedy: str
    repairable: bool
    repaired: bool = False


def find_damage(
    store: BarStore, *, repair: bool = False, progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Finding]:
    """Look at every file of a store, and hash it; put right what can be, if asked to.

    No file that a description names is removed, and no bar is made up: files that were changed or are gone are named.
    Without `repair` nothing is changed; what another process is writing just then shows as unfinished.

    Parameters
    ----------
    store : BarStore
    repair : bool, default False
    progress : callable
        Told the symbol, how many are done and of how many.

    Raises
    ------
    DataError
        If something is to be repaired and another process is writing.
    """
    with store.writing() if repair else nullcontext():
        folders = [folder for name in INTERVALS if (folder := store.root / name).is_dir()]
        found = [_removed(file, repair=repair) for at in (store.root, *folders) for file in _unfinished(at)]
        tables: tuple[tuple[str, Callable[[], object], str], ...] = (
            ("actions.json", lambda: store.actions([]), "import the corporate actions again"),
            ("listings.json", store.listings, "import the symbol changes again"),
        )
        for name, read, remedy in tables:
            try:
                read()
            except DataError as error:
                found.append(Finding(store.root / name, str(error), remedy, False))
        symbols = [(folder, symbol) for folder in folders for symbol in _symbols(folder)]
        for done, (folder, symbol) in enumerate(symbols):
            progress(f"{symbol} {folder.name}", done, len(symbols))
            found += _of_symbol(store, folder / f"{symbol}.json", repair=repair)
        return found


def _of_symbol(store: BarStore, path: Path, *, repair: bool) -> Iterator[Finding]:
    folder = path.parent / path.stem
    try:
        held = Description.load(path)
    except (DataError, OSError) as error:
        why = "files of bars without a description" if isinstance(error, FileNotFoundError) else str(error)
        yield _rebuilt(path, why, repair=repair)
        return
    yield from _damaged(path, held)
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    beside = sorted(path.parent.glob(f"{path.stem}-{'[0-9a-f]' * 16}.parquet"))
    for file in (*inside, *beside):
        if str(file.relative_to(path.parent)) not in held.files:
            yield _removed(file, repair=repair)
    if held.schema == 1:
        finding = Finding(path, "bars of schema 1, in one file", "is brought to schema 2, by month", True)
        if repair:
            store.compact(held.symbol, held.interval)
        yield replace(finding, repaired=repair)


def _damaged(path: Path, held: Description) -> Iterator[Finding]:
    """Find files that are gone, that were changed, or that do not hold what the description says."""
    kept = [(s.file, s.sha256, f"bars of {s.period}") for s in held.segments]
    kept += [(r.file, r.sha256, "bars as they were before a revision") for r in held.revisions]
    for name, expected, what in kept:
        file = path.parent / name
        try:
            sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            yield Finding(file, f"{what}: {error.strerror}", _AGAIN, False)
            continue
        if sha256 != expected:
            changed = f"{what}: expected sha256 {expected}, found {sha256}: the file was changed"
            yield Finding(file, changed, _AGAIN, False)


def _removed(file: Path, *, repair: bool) -> Finding:
    """Find a file that nothing names: what a killed process left, or what a reader was still reading."""
    what = "an unfinished file" if file.name.endswith(PARTIAL) else "a file that no description names"
    finding = Finding(file, what, "is removed", True)
    if not repair:
        return finding
    with unread(file.parent) as free:
        if not free:
            return replace(finding, remedy="is being read: repair again later")
        file.unlink(missing_ok=True)
    return replace(finding, repaired=True)


def _rebuilt(path: Path, why: str, *, repair: bool) -> Finding:
    """Make a description from files that each tell what they are, if there is only one way to."""
    try:
        made = _described(path)
    except DataError as error:
        return Finding(path, why, f"{error}; {_AGAIN}", False)
    remedy = (
        f"is made from {len(made.segments)} files, {made.bars} bars; if an import was cut off here, the history ends "
        f"early: import or append the rest"
    )
    if repair:
        commit(path, made, {}, made)
    return Finding(path, why, remedy, True, repaired=repair)


def _described(path: Path) -> Description:
    folder = path.parent / path.stem
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    segments: list[Segment] = []
    revisions: list[Revision] = []
    known: set[tuple[BarMarks, tuple[str, ...]]] = set()
    for file in files:
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if not file.stem.endswith(f"-{sha256[:16]}"):
            raise DataError(f"{file.name} was changed")
        name = str(file.relative_to(path.parent))
        rows = load_rows(data, None, None)
        header = _header(file, rows)
        if (header.get("symbol"), header.get("interval")) != (path.stem, path.parent.name):
            raise DataError(f"{file.name} holds bars of {header.get('symbol')} {header.get('interval')}")
        columns = tuple(column for column in EXTRAS if column in rows.column_names)
        known.add((BarMarks(**header["marks"]), columns))
        if file.name.startswith(_REVISION):
            counts = (header["revised_ns"], header["changed"], header["added"], header["removed"])
            revisions.append(Revision(*counts, name, sha256))
        else:
            bars = to_bars(path.stem, path.parent.name, [rows], columns)
            spread = (len(bars), int(bars.close_ns[0]), int(bars.close_ns[-1]))
            segments.append(Segment(header["period"], name, *spread, sha256, content_digest(bars)))
    segments.sort(key=lambda segment: segment.first_close_ns)
    revisions.sort(key=lambda revision: revision.revised_ns)
    _check_one_way(segments, len(known))
    ((marks, columns),) = known
    since = revisions[0].revised_ns - 1 if revisions else None  # whether older ones were forgotten is not known
    return Description(
        path.stem, path.parent.name, marks, columns, tuple(segments), tuple(revisions), history_from_ns=since
    )


def _check_one_way(segments: Sequence[Segment], kinds: int) -> None:
    names = [segment.period for segment in segments]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not segments:
        raise DataError("no file of bars is left")
    if twice:
        raise DataError(f"several files hold {', '.join(twice)}, and which is the newer cannot be told")
    if kinds > 1:
        raise DataError("the files have different marks or columns")


def _header(file: Path, rows: Any) -> dict[str, Any]:  # noqa: ANN401
    try:
        found = json.loads((rows.schema.metadata or {})[b"foxml"])
    except (KeyError, ValueError):
        raise DataError(f"{file.name} does not say what it is") from None
    assert isinstance(found, dict)
    return found


def _unfinished(folder: Path) -> list[Path]:
    return sorted(folder.glob(f".*{PARTIAL}")) if folder.is_dir() else []


def _symbols(folder: Path) -> list[str]:
    described = {path.stem for path in folder.glob("[A-Z]*.json")}
    return sorted(described | {path.name for path in folder.glob("[A-Z]*") if path.is_dir() and any(path.iterdir())})
