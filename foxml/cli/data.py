"""`foxml data ...`."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.data_aggregate import aggregate_bars
from foxml.cli.data_check import check_data
from foxml.cli.data_export import export_file
from foxml.cli.data_fetch import fetch
from foxml.cli.data_repair import repair_store
from foxml.cli.data_show import show_bars
from foxml.cli.data_sniff import sniff_files
from foxml.cli.options import (
    ConfigOption,
    JsonOption,
    QuietOption,
    SetOption,
    VariantOption,
    calendar_of,
    resolve,
    utc_text,
)
from foxml.cli.verbs import add_verb, group

if TYPE_CHECKING:
    from foxml.bars.csv import CsvFormat
    from foxml.bars.normalise import QualityReport

__all__ = ["app"]

app = group("Bars and corporate actions in the store.")


class Label(Enum):
    """Which end of its bar a time names."""

    START = "start"
    END = "end"


def import_bars(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="CSV files (.gz too), or folders of them.")],
    interval: Annotated[str, typer.Option("--interval", metavar="1h", help="Length of a bar: 5m, 1h, 1d.")],
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone", metavar="ZONE", help="Of times without an offset; by default found out from the files."
        ),
    ] = None,
    label: Annotated[
        Label, typer.Option("--label", help="Which end of its bar a time names; with --timezone.")
    ] = Label.START,
    vendor: Annotated[str, typer.Option("--vendor", help="Who sold the bars; kept with them and with models.")] = "csv",
    feed: Annotated[str, typer.Option("--feed", help="Which of the vendor's feeds, e.g. sip or iex.")] = "unknown",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="OURS=THEIRS", help="A column of another name; with --timezone."),
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option("--symbol", metavar="SYMBOL", help="Import this one alone; repeatable.")
    ] = None,
    sort: Annotated[bool, typer.Option("--sort", help="Put rows in order of time instead of refusing them.")] = False,
    drop_duplicates: Annotated[
        bool, typer.Option("--drop-duplicates", help="Leave out rows that repeat another in every value.")
    ] = False,
    actions: Annotated[
        Path | None, typer.Option("--actions", metavar="FILE", help="Corporate actions: symbol,ex_date,kind,value.")
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import bars from CSV: regular hours, on the grid, every dropped row counted. All files are stored, or none.

    Exits with code 3, and names file and row, if a bar cannot be one.

    Example:
      foxml data import bars --interval 1h --timezone America/New_York --actions corporate_actions.csv
      foxml data import bars-5m --interval 5m --symbol SPY --vendor mine --feed sip
    """
    from foxml.bars.importing import import_files
    from foxml.bars.store import BarMarks, BarStore

    resolved = resolve(config, variant, overrides)
    layout = _layout(timezone, label, column or [])
    marks = BarMarks(vendor=vendor, feed=feed, anchor="utc")
    with Progress("import", quiet=quiet or as_json) as progress:
        reports = import_files(
            paths,
            store=BarStore(resolved.store),
            calendar=calendar_of(resolved),
            interval=interval,
            layout=layout,
            marks=marks,
            actions_path=actions,
            symbols=symbol,
            sort=sort,
            drop_duplicates=drop_duplicates,
            progress=lambda _: None,
            counted=progress,
            staging=resolved.store / ".import",
        )
    text = f"{_summary(reports)}\nstored in {path_text(resolved.store)}"
    emit(reports, as_json=as_json, text=text)


def _layout(timezone: str | None, label: Label, columns: list[str]) -> "CsvFormat | None":
    from foxml.bars.csv import CsvFormat
    from foxml.errors import ConfigError

    if timezone is not None:
        return CsvFormat(timezone=timezone, label=label.value, columns=_columns(columns))
    if columns or label is not Label.START:
        raise ConfigError(
            "--label and --column need --timezone: without it the whole layout is found out from the files"
        )
    return None


def _summary(reports: "list[QualityReport]") -> str:
    rows = [
        [
            report.symbol,
            f"{report.rows_read:,}",
            f"{report.bars_kept:,}",
            f"{report.bars_expected - report.bars_kept:,}",
            ", ".join(f"{count:,} {reason}" for reason, count in report.dropped.items()) or "none",
        ]
        for report in reports
    ]
    return table(["symbol", "rows", "bars", "absent", "dropped"], rows)


def list_bars(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the bars that are stored.

    Example:
      foxml data list --json
    """
    from foxml.bars.store import BarStore

    resolved = resolve(config, variant, overrides)
    stored = list(BarStore(resolved.store).list())
    text = f"no bars in {path_text(resolved.store)}: import some with `foxml data import`"
    if stored:
        rows = [
            [s.symbol, s.interval, f"{s.bars:,}", utc_text(s.first_close_ns), utc_text(s.last_close_ns), s.marks.vendor]
            for s in stored
        ]
        text = table(["symbol", "interval", "bars", "first close, UTC", "last close, UTC", "vendor"], rows)
    emit(stored, as_json=as_json, text=text)


def _columns(pairs: list[str]) -> dict[str, str]:
    from foxml.errors import ConfigError

    found = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise ConfigError(f"--column {pair}: expected OURS=THEIRS, such as timestamp=date")
        found[ours] = theirs
    return found


add_verb(app, "import", import_bars)
add_verb(app, "sniff", sniff_files)
add_verb(app, "aggregate", aggregate_bars)
add_verb(app, "fetch", fetch)
add_verb(app, "list", list_bars)
add_verb(app, "show", show_bars)
add_verb(app, "export", export_file)
add_verb(app, "check", check_data)
add_verb(app, "repair", repair_store)
