"""`foxml data aggregate`: stored bars to bars of a higher timeframe."""

import datetime as dt
from dataclasses import replace
from enum import Enum
from typing import Annotated

import typer

from foxml.cli.console import Progress, emit, path_text, table
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

__all__ = ["aggregate_bars"]


class AnchorChoice(Enum):
    """Where intervals are counted from."""

    SESSION = "session"
    UTC = "utc"


def aggregate_bars(
    source: Annotated[str, typer.Option("--from", metavar="1m", help="Interval of the stored bars to take.")],
    to: Annotated[str, typer.Option("--to", metavar="1h", help="Interval of the bars to make: 5m, 1h, 1d, 1w.")],
    symbol: Annotated[
        list[str] | None, typer.Option("--symbol", metavar="SYMBOL", help="This one alone; repeatable.")
    ] = None,
    anchor: Annotated[
        AnchorChoice, typer.Option("--anchor", help="Where intervals below a day are counted from.")
    ] = AnchorChoice.SESSION,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="TIME", help="Bars are complete up to here, UTC; else to the last one's close."
        ),
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Aggregate stored bars to a higher timeframe, and store that, in place of what was stored of it.

    An interval without a bar stays without one; a last interval that is not over is left out.

    Example:
      foxml data aggregate --from 1m --to 1h
      foxml data aggregate --from 1d --to 1w --symbol SPY
    """
    from foxml.bars.aggregate import aggregate
    from foxml.bars.store import BarStore
    from foxml.bars.timeframes import parse_interval
    from foxml.errors import DataError

    interval_ns = parse_interval(to)
    parse_interval(source)
    until_ns = None if until is None else _utc_ns(until)
    resolved = resolve(config, variant, overrides)
    store, calendar = BarStore(resolved.store), calendar_of(resolved)
    held = {each.symbol: each.marks for each in store.list() if each.interval == source}
    wanted = sorted(held) if symbol is None else symbol
    missing = [name for name in wanted if name not in held]
    if missing or not wanted:
        raise DataError(f"no {source} bars of {', '.join(missing) or 'anything'}; the store holds {', '.join(held)}")
    made = []
    with Progress("aggregate", quiet=quiet or as_json) as progress:
        for done, name in enumerate(wanted, 1):
            bars = aggregate(
                store.read(name, source), interval_ns, anchor=anchor.value, calendar=calendar, until_ns=until_ns
            )
            if len(bars) == 0:
                raise DataError(f"{name}: no whole bar of {to} in its {source} bars")
            marks = held[name]
            store.write(bars, marks=replace(marks, anchor=anchor.value))
            made.append({"symbol": name, "interval": to, "bars": len(bars), "last_close_ns": int(bars.close_ns[-1])})
            progress(name, done, len(wanted))
    rows = [[each["symbol"], to, f"{each['bars']:,}", utc_text(int(str(each["last_close_ns"])))] for each in made]
    text = table(["symbol", "interval", "bars", "last close, UTC"], rows)
    emit(made, as_json=as_json, text=f"{text}\nstored in {path_text(resolved.store)}")


def _utc_ns(text: str) -> int:
    from foxml.errors import ConfigError

    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--until {text}: expected a date and time such as 2025-07-08T20:00") from None
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    return int(moment.timestamp()) * 1_000_000_000
