"""`foxml data spread`: what crossing half the spread costs, for the cost model."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import Progress, emit, table
from foxml.cli.data_moments import EndOption, IntervalOption, StartOption, ZoneOption, moment_ns, zone_of
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
    from foxml.bars.spreads import QuoteBars, SpreadEstimate
    from foxml.domain.bars import SymbolBars

__all__ = ["estimate_spreads"]


def estimate_spreads(
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL...")],
    interval: IntervalOption,
    start: StartOption = None,
    end: EndOption = None,
    timezone: ZoneOption = "UTC",
    quotes: Annotated[
        list[str] | None,
        typer.Option("--quotes", metavar="SYMBOL=FILE", help="CSV of quote bars, in --timezone; repeatable."),
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Estimate half spreads, from quotes where they are given and else from stored bars, as keys of a config.

    Quotes of some symbols calibrate the estimates of the others. Bars of a minute give the best ones; of daily bars
    they are several times too large.

    Example:
      foxml data spread SPY IBM BAC --interval 1m
      foxml data spread SPY IBM --interval 1m --quotes IBM=IBM_quotes.csv.gz --timezone America/New_York
    """
    from foxml.bars.store import BarStore

    zone = zone_of(timezone)
    start_ns = moment_ns("--start", start, zone)
    end_ns = moment_ns("--end", end, zone, end_of_day=True)
    resolved = resolve(config, variant, overrides)
    store, calendar = BarStore(resolved.store), calendar_of(resolved)
    wanted = list(dict.fromkeys(symbols))
    given = _quotes(quotes or [], wanted, timezone)
    bars = {}
    with Progress("spread", quiet=quiet or as_json) as progress:
        for done, symbol in enumerate(wanted, 1):
            bars[symbol] = store.read(symbol, interval, start_ns, end_ns)
            progress(symbol, done, len(wanted))
    factors = _factors(bars, given, calendar)
    found = [_estimate(bars[symbol], calendar, given.get(symbol), factors) for symbol in wanted]
    known = {each.symbol: round(each.half_spread_bps, 2) for each in found if math.isfinite(each.half_spread_bps)}
    document = {"factors": {"corwin_schultz": factors[0], "roll": factors[1]}, "symbols": found}
    emit(document, as_json=as_json, text=_text(found, known))


def _quotes(pairs: Sequence[str], symbols: Sequence[str], timezone: str) -> "dict[str, QuoteBars]":
    from foxml.bars.spreads import read_quotes
    from foxml.errors import ConfigError

    found = {}
    for pair in pairs:
        symbol, equals, file = pair.partition("=")
        if not equals or symbol not in symbols:
            raise ConfigError(f"--quotes {pair}: expected SYMBOL=FILE of one of {', '.join(symbols)}")
        found[symbol] = read_quotes(Path(file), timezone=timezone, symbol=symbol)
    return found


def _factors(
    bars: "Mapping[str, SymbolBars]", quotes: "Mapping[str, QuoteBars]", calendar: "TradingCalendar"
) -> tuple[float, float]:
    from foxml.bars.spreads import calibrated

    if not quotes:
        return 1.0, 1.0
    found = calibrated([bars[symbol] for symbol in quotes], list(quotes.values()), calendar)
    return tuple(factor if math.isfinite(factor) else 1.0 for factor in found)  # type: ignore[return-value]


def _estimate(
    bars: "SymbolBars", calendar: "TradingCalendar", quotes: "QuoteBars | None", factors: tuple[float, float]
) -> "SpreadEstimate":
    from foxml.bars.spreads import half_spread

    return half_spread(bars, calendar, quotes=quotes, factors=factors)


def _text(found: "Sequence[SpreadEstimate]", known: Mapping[str, float]) -> str:
    rows = [[e.symbol, f"{e.half_spread_bps:.2f}", e.method.replace("_", "-"), f"{e.samples:,}"] for e in found]
    inside = ", ".join(f"{symbol}: {value:g}" for symbol, value in known.items())
    keys = ["signals:", f"  half_spread_by_symbol: {{{inside}}}"]
    keys += ["broker:", "  simulated:", f"    half_spread_by_symbol: {{{inside}}}"]
    return "\n".join([table(["symbol", "half spread, bps", "from", "samples"], rows), "", *keys])
