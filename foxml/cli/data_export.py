"""`foxml data export`: stored bars to a file that other tools read."""

from pathlib import Path
from typing import Annotated

import typer

from foxml.cli.console import Progress, emit, path_text
from foxml.cli.data_moments import EndOption, IntervalOption, StartOption, ZoneOption, moment_ns, zone_of
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, resolve

__all__ = ["export_file"]


def export_file(
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL...")],
    interval: IntervalOption,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Ends in .parquet, .csv or .csv.gz.")],
    start: StartOption = None,
    end: EndOption = None,
    timezone: ZoneOption = "UTC",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write stored bars, raw, to a Parquet or CSV file; times in it are UTC.

    The file appears when it is whole. Exits with code 3 if a symbol is not stored or the file cannot be written.

    Example:
      foxml data export SPY QQQ --interval 1m --start 2024-01-02 --to bars.parquet
      foxml data export SPY --interval 1d --to spy.csv.gz
    """
    from foxml.bars.store import BarStore
    from foxml.bars.store_export import export_bars
    from foxml.errors import DataError

    zone = zone_of(timezone)
    start_ns = moment_ns("--start", start, zone)
    end_ns = moment_ns("--end", end, zone, end_of_day=True)
    resolved = resolve(config, variant, overrides)
    if to.exists() and not force:
        raise DataError(f"{to}: there is such a file; --force replaces it")
    with Progress("export", quiet=quiet or as_json) as progress:
        count = export_bars(
            BarStore(resolved.store), symbols, interval, to, start_ns=start_ns, end_ns=end_ns, progress=progress
        )
    emit({"file": to, "symbols": symbols, "bars": count}, as_json=as_json, text=f"{count:,} bars in {path_text(to)}")
