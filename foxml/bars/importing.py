"""From files to the store: what ``foxml data import`` does."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from foxml.bars.actions import holds_actions, read_actions
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.normalise import QualityReport, deduplicated, normalise, time_ordered
from foxml.bars.raw import RawBars
from foxml.bars.sniff import sniff
from foxml.bars.store import BarMarks, BarStore
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
) -> list[QualityReport]:
    """Import CSV files; either all of them are stored, or, at the first error, none.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders whose ``*.csv`` and ``*.csv.gz`` are taken. One with the header of a table of corporate
        actions is no file of bars.
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
        Told the name of each file as it is read.
    symbols : collection of str, optional
        Import these alone; each must be in some file.
    sort : bool, default False
        Put rows in order of time; without it a row out of order is an error.
    drop_duplicates : bool, default False
        Leave out rows that repeat another in every value; without it, and for rows that differ, it is an error.

    Raises
    ------
    DataError
        Names the file and row; the store is as it was.
    """
    interval_ns = parse_interval(interval)
    found = [file for path in paths for file in _files(path)]
    tables = [file for file in found if holds_actions(file)]
    files = [file for file in found if file not in tables]
    if not files:
        raise DataError(f"{tables[0]}: corporate actions, and no file of bars beside them")
    if actions_path is None and tables:
        actions_path = _only(tables)
    actions = read_actions(actions_path, calendar) if actions_path else None
    if actions_path is not None:
        progress(f"{actions_path.name}: corporate actions")
    normalised: dict[str, tuple[SymbolBars, QualityReport]] = {}
    for file in files:
        progress(file.name)
        for raw in read_csv(file, layout or _sniffed(file, calendar, interval), interval_ns=interval_ns):
            if symbols is not None and raw.symbol not in symbols:
                continue
            if raw.symbol in normalised:
                raise DataError(f"{file}: {raw.symbol} was already read from another file")
            bars, report = _normalised(raw, calendar, interval_ns, sort=sort, drop_duplicates=drop_duplicates)
            if len(bars) == 0:
                raise DataError(f"{file}: {raw.symbol}: none of {report.rows_read} rows lies in a regular session")
            normalised[raw.symbol] = (bars, report)
    missing = sorted(set(symbols or ()) - set(normalised))
    if missing:
        raise DataError(
            f"no file holds {', '.join(missing)}; found {', '.join(normalised) or 'none of those asked for'}"
        )
    for bars, _ in normalised.values():
        store.write(bars, marks=marks)
    if actions is not None:
        store.write_actions(actions)
    return [report for _, report in normalised.values()]


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


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted([*path.glob("*.csv"), *path.glob("*.csv.gz")])
    if not found:
        raise DataError(f"{path}: the folder holds no *.csv or *.csv.gz")
    return found
