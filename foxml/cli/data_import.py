"""`foxml data import`: files of bars to the store."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.data_sniff import sniffed_text
from foxml.cli.options import (
    ConfigOption,
    JsonOption,
    QuietOption,
    SetOption,
    VariantOption,
    calendar_of,
    resolve,
)

if TYPE_CHECKING:
    from foxml.bars.calendar import TradingCalendar
    from foxml.bars.cleaning import Cleaning
    from foxml.bars.csv import CsvFormat
    from foxml.bars.normalise import QualityReport
    from foxml.bars.sniff import Sniffed
    from foxml.bars.store import Recorded

__all__ = ["import_bars"]


class Label(Enum):
    """Which end of its bar a time names."""

    START = "start"
    END = "end"


PathsArgument = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="Files of bars (CSV, .gz, Parquet, HDF5), or folders of them.")
]
IntervalOption = Annotated[str, typer.Option("--interval", metavar="1h", help="Length of a bar: 5m, 1h, 1d.")]
TimezoneOption = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="Of times without an offset; by default found out from the files."),
]
LabelOption = Annotated[Label, typer.Option("--label", help="Which end of its bar a time names; with --timezone.")]
VendorOption = Annotated[str, typer.Option("--vendor", help="Who sold the bars; kept with them and with models.")]
FeedOption = Annotated[str, typer.Option("--feed", help="Which of the vendor's feeds, e.g. sip or iex.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="OURS=THEIRS", help="A column of another name; with --timezone."),
]
TimeFormatOption = Annotated[
    str,
    typer.Option(
        "--time-format",
        metavar="FORMAT",
        help="Of times that are not ISO 8601, such as '%d/%m/%Y %H:%M'; with --timezone. By default found out.",
    ),
]
PriceOption = Annotated[
    float, typer.Option("--price-per-dollar", help="Units of price in a dollar: 100 for cents; with --timezone.")
]
VolumeOption = Annotated[
    float, typer.Option("--volume-shares", help="Shares in a unit of volume: 100 for round lots; with --timezone.")
]
SymbolOption = Annotated[
    list[str] | None, typer.Option("--symbol", metavar="SYMBOL", help="Import this one alone; repeatable.")
]
SortOption = Annotated[bool, typer.Option("--sort", help="Put rows in order of time instead of refusing them.")]
DropDuplicatesOption = Annotated[
    bool, typer.Option("--drop-duplicates", help="Leave out rows that repeat another in every value.")
]
CleanOption = Annotated[
    list[str] | None,
    typer.Option(
        "--clean",
        metavar="NAME=POLICY",
        help="What is done with rows that are not as they should be, e.g. high_low=widen, outliers=drop, "
        "hours=extended, missing=fill; strict and research name whole sets. Repeatable.",
    ),
]
ActionsOption = Annotated[
    Path | None, typer.Option("--actions", metavar="FILE", help="Corporate actions: symbol,ex_date,kind,value.")
]
ListingsOption = Annotated[
    Path | None, typer.Option("--listings", metavar="FILE", help="Symbol changes: symbol,date,kind,successor.")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="In place of what is stored of a symbol, the past of which is forgotten.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show layouts and what would become of the rows; store nothing.")
]


def import_bars(
    paths: PathsArgument,
    interval: IntervalOption,
    timezone: TimezoneOption = None,
    label: LabelOption = Label.START,
    vendor: VendorOption = "csv",
    feed: FeedOption = "unknown",
    column: ColumnOption = None,
    time_format: TimeFormatOption = "",
    price_per_dollar: PriceOption = 1.0,
    volume_shares: VolumeOption = 1.0,
    symbol: SymbolOption = None,
    sort: SortOption = False,
    drop_duplicates: DropDuplicatesOption = False,
    clean: CleanOption = None,
    actions: ActionsOption = None,
    listings: ListingsOption = None,
    replace: ReplaceOption = False,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import bars from files: regular hours, on the grid, every dropped row counted. All files are stored, or none.

    Bars behind those that are stored are added; from a file's first bar to its last it says what there was, and what it
    changes is kept as a revision. Exits with code 3, and names file and row, if a bar cannot be one.

    Example:
      foxml data import bars --interval 1h --timezone America/New_York --actions corporate_actions.csv
      foxml data import messy --interval 5m --clean research --clean high_low=widen --dry-run
    """
    from foxml.bars.importing import import_files
    from foxml.bars.staging import Bounds
    from foxml.bars.store import BarMarks, BarStore
    from foxml.clock import WallClock

    resolved = resolve(config, variant, overrides)
    layout = _layout(timezone, label, column or [], time_format, price_per_dollar, volume_shares)
    calendar, cleaning = calendar_of(resolved), _cleaning(clean or [], sort, drop_duplicates)
    recorded: dict[str, Recorded] = {}
    with Progress("import", quiet=quiet or as_json) as progress:
        reports = import_files(
            paths,
            store=BarStore(resolved.store),
            calendar=calendar,
            interval=interval,
            layout=layout,
            marks=BarMarks(vendor=vendor, feed=feed, anchor="utc", filled=cleaning.missing == "fill"),
            actions_path=actions,
            listings_path=listings,
            symbols=symbol,
            counted=progress,
            bounds=Bounds(resolved.config.resources.workers, resolved.config.resources.memory_bytes),
            staging=resolved.store / ".import",
            revised_ns=None if replace else WallClock().now_ns(),
            recorded=recorded.__setitem__,
            cleaning=cleaning,
            dry_run=dry_run,
        )
    if dry_run:
        found = _sniffed(paths, calendar) if layout is None else {}
        text = "\n".join([*([sniffed_text(found), ""] if found else []), _summary(reports, {}), "nothing was stored"])
        emit({"files": found, "symbols": reports}, as_json=as_json, text=text)
        return
    stored = [{**asdict(each), **_became(recorded[each.symbol])} for each in reports]
    emit(stored, as_json=as_json, text=f"{_summary(reports, recorded)}\nstored in {path_text(resolved.store)}")


def _sniffed(paths: list[Path], calendar: "TradingCalendar") -> "dict[str, Sniffed]":
    from foxml.bars.actions import holds_actions
    from foxml.bars.listings import holds_listings
    from foxml.bars.sniff import sniff
    from foxml.bars.sources.files import files_in

    found = [file for path in paths for file in files_in(path)]
    files = [file for file in found if not holds_actions(file) and not holds_listings(file)]
    return {str(file): sniff(file, calendar) for file in files}


def _cleaning(words: list[str], sort: bool, drop_duplicates: bool) -> "Cleaning":
    from foxml.bars.cleaning import cleaning_of
    from foxml.errors import ConfigError, DataError

    try:
        return cleaning_of([*words, *["order=sort"] * sort, *["repeats=drop"] * drop_duplicates])
    except DataError as error:
        raise ConfigError(f"--clean: {error}") from None


def _layout(
    timezone: str | None,
    label: Label,
    columns: list[str],
    time_format: str,
    price_per_dollar: float,
    volume_shares: float,
) -> "CsvFormat | None":
    from foxml.bars.csv import CsvFormat
    from foxml.errors import ConfigError

    if timezone is not None:
        return CsvFormat(
            timezone=timezone,
            label=label.value,
            columns=_columns(columns),
            time_format=time_format,
            price_per_dollar=price_per_dollar,
            volume_shares=volume_shares,
        )
    if columns or label is not Label.START or time_format or price_per_dollar != 1.0 or volume_shares != 1.0:
        raise ConfigError(
            "--label, --column, --time-format, --price-per-dollar and --volume-shares need --timezone: without it the "
            "whole layout is found out from the files"
        )
    return None


def _became(recorded: "Recorded") -> dict[str, object]:
    revision = recorded.revision
    counts = None if revision is None else {n: getattr(revision, n) for n in ("changed", "added", "removed")}
    return {"appended": recorded.appended, "revised": counts}


def _summary(reports: "list[QualityReport]", recorded: "Mapping[str, Recorded]") -> str:
    rows = [
        [
            report.symbol,
            f"{report.rows_read:,}",
            f"{report.bars_kept:,}",
            f"{max(report.bars_expected - report.bars_kept, 0):,}",
            _counts(report.dropped),
            _counts({**report.changed, **report.marked}),
        ]
        for report in reports
    ]
    lines = [table(["symbol", "rows", "bars", "absent", "dropped", "changed or marked"], rows)]
    for symbol, each in recorded.items():
        if each.revision is not None:
            found = {name: getattr(each.revision, name) for name in ("changed", "added", "removed")}
            lines.append(f"{symbol}: stored bars revised, {_counts({k: v for k, v in found.items() if v})}")
    return "\n".join(lines)


def _counts(counts: "Mapping[str, int]") -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items()) or "none"


def _columns(pairs: list[str]) -> dict[str, str]:
    from foxml.errors import ConfigError

    found = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise ConfigError(f"--column {pair}: expected OURS=THEIRS, such as timestamp=date")
        found[ours] = theirs
    return found
