"""From files to the store: what ``foxml data import`` does."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from foxml.bars.actions import holds_actions, read_actions
from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import STRICT, Cleaning
from foxml.bars.csv import CsvFormat
from foxml.bars.listings import holds_listings, read_listings
from foxml.bars.normalise import QualityReport, normalise
from foxml.bars.sniff import completed, sniff
from foxml.bars.sources.files import files_in, read_file
from foxml.bars.staging import Bounds, Result, Staging, in_order
from foxml.bars.store import BarMarks, BarStore, Recorded
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["import_files"]

_ACTIONS: Final = "corporate actions"
_LISTINGS: Final = "symbol changes"


def import_files(
    paths: Sequence[Path],
    *,
    store: BarStore,
    calendar: TradingCalendar,
    interval: str,
    layout: CsvFormat | None,
    marks: BarMarks,
    actions_path: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    symbols: Collection[str] | None = None,
    sort: bool = False,
    drop_duplicates: bool = False,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
    staging: Path | None = None,
    counted: Callable[[str, int, int], object] = lambda *_: None,
    revised_ns: int | None = None,
    recorded: Callable[[str, Recorded], object] = lambda *_: None,
    cleaning: Cleaning = STRICT,
    listings_path: Path | None = None,
    dry_run: bool = False,
) -> list[QualityReport]:
    """Import files; either all of them are stored, or, at the first error, none.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders whose CSV (``.gz`` too), Parquet and HDF5 files are taken. One with the header of a
        table of corporate actions is no file of bars.
    store : BarStore
    calendar : TradingCalendar
    interval : str
        E.g. ``"1h"``.
    layout : CsvFormat or None
        None finds it out for each file (`foxml.bars.sniff`); usual names of columns, and usual forms of dates, need
        not be named.
    marks : BarMarks
    actions_path : Path, optional
        Table of corporate actions that replaces the stored ones; by default the one among the files, if there is one.
    progress : callable
        Told the name of each file that was read.
    symbols : collection of str, optional
        Import these alone; each must be in some file.
    sort : bool, default False
        Put rows in order of time: `cleaning` with ``order="sort"``.
    drop_duplicates : bool, default False
        Leave out rows that repeat another in every value: `cleaning` with ``repeats="drop"``.
    bounds : Bounds
        Files that are read at a time, and memory.
    staging : Path, optional
        Folder for what was read, until all is stored: it need not be held in memory, and an interrupted import goes on
        from there. Without it all is held in memory.
    counted : callable
        Told the name of each file that was read, how many are, and of how many.
    revised_ns : int, optional
        When this import became known. Files are then what there was from their first bar to their last: bars behind
        those that are stored are appended, and where they differ from stored ones that is kept as a revision. Without
        it they take the place of what is stored, the past of which is forgotten.
    recorded : callable
        Told each symbol, and what became of its bars, when they are stored.
    cleaning : Cleaning, default strict
        What is done with rows that are not as they should be. Whoever fills holes says so in `marks`.
    listings_path : Path, optional
        Table of symbol changes and delistings that replaces the stored ones; by default the one among the files.
    dry_run : bool, default False
        Read and judge everything, and store nothing.

    Raises
    ------
    DataError
        Names the file and row; the store is as it was.
    """
    parse_interval(interval)
    files, tables = _sorted_out(paths, actions_path, listings_path)
    writes = [_table(store, what, path, calendar, progress) for what, path in tables]
    cleaning = _asked(cleaning, sort=sort, drop_duplicates=drop_duplicates)
    options = (interval, layout, calendar.name, calendar.covered_ns, sorted(symbols or ()), cleaning)
    kept = None if staging is None or dry_run else Staging(staging, repr(options))
    read_one = partial(
        _read, calendar=calendar, interval=interval, layout=layout, symbols=symbols, cleaning=cleaning
    )  # fmt: skip
    read = read_one if kept is None else partial(kept.read, read_one)
    reports: dict[str, QualityReport] = {}
    held: list[tuple[Path, Result | None]] = []
    for done, (file, result) in enumerate(in_order(files, read, bounds), 1):
        for bars, report in result:
            if bars.symbol in reports:
                raise DataError(f"{file}: {bars.symbol} was already read from another file")
            if len(bars) == 0:
                raise DataError(f"{file}: {bars.symbol}: none of {report.rows_read} rows lies in a regular session")
            if revised_ns is not None:
                store.check_record(bars, marks)
            reports[bars.symbol] = report
        held.append((file, result if kept is None and not dry_run else None))
        progress(file.name)
        counted(file.name, done, len(files))
    missing = sorted(set(symbols or ()) - set(reports))
    if missing:
        raise DataError(f"no file holds {', '.join(missing)}; found {', '.join(reports) or 'none of those asked for'}")
    if dry_run:
        return list(reports.values())
    for file, in_memory in held:
        for bars, _ in in_memory if in_memory is not None else read(file):
            recorded(bars.symbol, _stored(bars, store, marks, revised_ns))
    for write in writes:
        write()
    if kept is not None:
        kept.clear()
    return list(reports.values())


def _sorted_out(
    paths: Sequence[Path], actions_path: Path | None, listings_path: Path | None
) -> tuple[list[Path], list[tuple[str, Path]]]:
    """Return the files of bars, and the tables of corporate actions and of symbol changes that hold."""
    files = [file for path in paths for file in files_in(path)]
    tables = []
    for what, given, holds in (
        (_ACTIONS, actions_path, holds_actions),
        (_LISTINGS, listings_path, holds_listings),
    ):
        found = [file for file in files if holds(file)]
        files = [file for file in files if file not in found]
        if given is None and len(found) > 1:
            raise DataError(f"{found[1]}: {what}, as in {found[0]}; name the one that holds")
        if given is not None or found:
            tables.append((what, given or found[0]))
    if not files:
        raise DataError(f"{tables[0][1]}: {tables[0][0]}, and no file of bars beside them")
    return files, tables


def _table(
    store: BarStore, what: str, path: Path, calendar: TradingCalendar, progress: Callable[[str], None]
) -> Callable[[], None]:
    """Read a table; return what stores it."""
    made: Callable[[], None]
    if what == _ACTIONS:
        made = partial(store.write_actions, read_actions(path, calendar))
    else:
        made = partial(store.write_listings, read_listings(path, calendar))
    progress(f"{path.name}: {what}")
    return made


def _asked(cleaning: Cleaning, *, sort: bool, drop_duplicates: bool) -> Cleaning:
    order, repeats = "sort" if sort else cleaning.order, "drop" if drop_duplicates else cleaning.repeats
    return replace(cleaning, order=order, repeats=repeats)


def _stored(bars: SymbolBars, store: BarStore, marks: BarMarks, revised_ns: int | None) -> Recorded:
    if revised_ns is not None:
        return store.record(bars, marks=marks, revised_ns=revised_ns, whole=True)
    store.write(bars, marks=marks)
    return Recorded(len(bars))


def _read(
    file: Path,
    *,
    calendar: TradingCalendar,
    interval: str,
    layout: CsvFormat | None,
    symbols: Collection[str] | None,
    cleaning: Cleaning,
) -> Result:
    interval_ns = parse_interval(interval)
    parts = read_file(
        file,
        _sniffed(file, calendar, interval) if layout is None else completed(file, layout),
        interval_ns=interval_ns,
    )
    return [
        normalise(raw, calendar, interval_ns, cleaning) for raw in parts if symbols is None or raw.symbol in symbols
    ]


def _sniffed(file: Path, calendar: TradingCalendar, interval: str) -> CsvFormat:
    found = sniff(file, calendar)
    if found.interval != interval:
        raise DataError(f"{file}: expected bars of {interval}, found a step of {found.interval}")
    return found.layout
