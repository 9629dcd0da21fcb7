"""`foxml data show`: bars as they are stored, or as they looked at a time."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from foxml.cli.console import emit, table
from foxml.cli.data_moments import EndOption, IntervalOption, StartOption, ZoneOption, moment_ns, zone_of
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, resolve

if TYPE_CHECKING:
    from foxml.domain.bars import SymbolBars

__all__ = ["show_bars"]


def show_bars(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL")],
    interval: IntervalOption,
    start: StartOption = None,
    end: EndOption = None,
    timezone: ZoneOption = "UTC",
    rows: Annotated[int, typer.Option("--rows", min=0, help="Show the last so many; 0 shows all.")] = 20,
    adjusted: Annotated[
        bool,
        typer.Option(
            "--adjusted", help="On the terms of the last bar shown: splits, dividends and earlier names of the share."
        ),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="TIME", help="As they were stored at that time: without later revisions."),
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the stored bars of a symbol, raw or adjusted for splits and dividends.

    Exits with code 3 if there are none of that symbol, or a file was changed.

    Example:
      foxml data show SPY --interval 1m --start 2024-03-28 --rows 5 --timezone America/New_York
      foxml data show AAPL --interval 1d --adjusted --json
    """
    from foxml.bars.store import BarStore
    from foxml.bars.views import share_history

    zone = zone_of(timezone)
    start_ns = moment_ns("--start", start, zone)
    end_ns = moment_ns("--end", end, zone, end_of_day=True)
    as_of_ns = moment_ns("--as-of", as_of, zone)
    store = BarStore(resolve(config, variant, overrides).store)
    bars = store.read(symbol, interval, start_ns, end_ns, as_of_ns=as_of_ns)
    if adjusted and len(bars):
        last_ns = int(bars.close_ns[-1])
        bars = share_history(store, symbol, interval, last_ns, start_ns=start_ns, stored_ns=as_of_ns)
    first = max(len(bars) - rows, 0) if rows else 0
    shown = _records(bars, first, zone)
    text = f"no {interval} bars of {symbol} in that time"
    if shown:
        names = list(shown[0])
        cells = [[_cell(record[name]) for name in names] for record in shown]
        more = f"\n{first:,} earlier bars not shown (--rows 0 shows all)" if first else ""
        text = table([f"close, {timezone}" if name == "close_time" else name for name in names], cells) + more
    document = {
        "symbol": symbol,
        "interval": interval,
        "adjusted": adjusted,
        "marks": store.marks(symbol, interval),
        "bars_found": len(bars),
        "bars": shown,
    }
    emit(document, as_json=as_json, text=text)


def _records(bars: "SymbolBars", first: int, zone: ZoneInfo) -> list[dict[str, object]]:
    found = []
    for row in range(first, len(bars)):
        moment = dt.datetime.fromtimestamp(int(bars.close_ns[row]) // 1_000_000_000, tz=zone)
        record: dict[str, object] = {"close_time": moment.isoformat()}
        record |= dict(zip(("open", "high", "low", "close", "volume"), bars.ohlcv[row].tolist(), strict=True))
        if bars.vwap is not None:
            record["vwap"] = float(bars.vwap[row])
        if bars.trade_count is not None:
            record["trade_count"] = int(bars.trade_count[row])
        found.append(record)
    return found


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) >= 1e5 else f"{value:.10g}"
    return str(value).replace("T", " ")
