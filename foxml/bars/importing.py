"""From files to the store: what ``foxml data import`` does."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from foxml.bars.actions import holds_actions, read_actions
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.normalise import QualityReport, deduplicated, normalise, time_ordered
from foxml.bars.raw import RawBars
from foxml.bars.sniff import sniff
from foxml.bars.sources.files import files_in, read_file
from foxml.bars.staging import Bounds, Result, Staging, in_order
from foxml.bars.store import BarMarks, BarStore, Recorded
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["import_files"]


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
        None finds it out for each file (`foxml.bars.sniff`).
    marks : BarMarks
    actions_path : Path, optional
        Table of corporate actions that replaces the stored ones; by default the one among the files, if there is one.
    progress : callable
        Told the name of each file that was read.
    symbols : collection of str, optional
        Import these alone; each must be in some file.
    sort : bool, default False
        Put rows in order of time; without it a row out of order is an error.
    drop_duplicates : bool, default False
        Leave out rows that repeat another in every value; without it, and for rows that differ, it is an error.
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

    Raises
    ------
    DataError
        Names the file and row; the store is as it was.
    """
    parse_interval(interval)
    found = [file for path in paths for file in files_in(path)]
    tables = [file for file in found if holds_actions(file)]
    files = [file for file in found if file not in tables]
    if not files:
        raise DataError(f"{tables[0]}: corporate actions, and no file of bars beside them")
    if actions_path is None and tables:
        actions_path = _only(tables)
    actions = read_actions(actions_path, calendar) if actions_path else None
    if actions_path is not None:
        progress(f"{actions_path.name}: corporate actions")
    options = (interval, layout, calendar.name, calendar.covered_ns, sorted(symbols or ()), sort, drop_duplicates)
    kept = None if staging is None else Staging(staging, repr(options))
    read_one = partial(
        _read, calendar=calendar, interval=interval, layout=layout, symbols=symbols, sort=sort,
        drop_duplicates=drop_duplicates,
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
        held.append((file, result if kept is None else None))
        progress(file.name)
        counted(file.name, done, len(files))
    missing = sorted(set(symbols or ()) - set(reports))
    if missing:
        raise DataError(f"no file holds {', '.join(missing)}; found {', '.join(reports) or 'none of those asked for'}")
    for file, in_memory in held:
        for bars, _ in in_memory if in_memory is not None else read(file):
            if revised_ns is None:
                store.write(bars, marks=marks)
            else:
                recorded(bars.symbol, store.record(bars, marks=marks, revised_ns=revised_ns, whole=True))
    if actions is not None:
        store.write_actions(actions)
    if kept is not None:
        kept.clear()
    return list(reports.values())


def _read(
    file: Path,
    *,
    calendar: TradingCalendar,
    interval: str,
    layout: CsvFormat | None,
    symbols: Collection[str] | None,
    sort: bool,
    drop_duplicates: bool,
) -> Result:
    interval_ns = parse_interval(interval)
    parts = read_file(file, layout or _sniffed(file, calendar, interval), interval_ns=interval_ns)
    return [
        _normalised(raw, calendar, interval_ns, sort=sort, drop_duplicates=drop_duplicates)
        for raw in parts
        if symbols is None or raw.symbol in symbols
    ]


def _sniffed(file: Path, calendar: TradingCalendar, interval: str) -> CsvFormat:
    found = sniff(file, calendar)
    if found.interval != interval:
        raise DataError(f"{file}: expected bars of {interval}, found a step of {found.interval}")
    return found.layout


def _normalised(
    raw: RawBars, calendar: TradingCalendar, interval_ns: int, *, sort: bool, drop_duplicates: bool
) -> tuple[SymbolBars, QualityReport]:
    rows_read, repeats = len(raw), 0
    if sort:
        raw = time_ordered(raw)
    if drop_duplicates:
        raw, repeats = deduplicated(raw)
    bars, report = normalise(raw, calendar, interval_ns)
    if repeats:
        report = replace(report, rows_read=rows_read, dropped={**report.dropped, "repeated rows": repeats})
    return bars, report


def _only(tables: Sequence[Path]) -> Path:
    if len(tables) > 1:
        raise DataError(f"{tables[1]}: corporate actions, as in {tables[0]}; name the one that holds")
    return tables[0]
