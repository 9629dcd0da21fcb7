"""`foxml trade`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import emit, path_text, table
from foxml.cli.options import ConfigOption, JsonOption, ModelOption, SetOption, VariantOption, resolve
from foxml.errors import ConfigError

if TYPE_CHECKING:
    from foxml.daemon.trade import TradeSummary
    from foxml.domain.orders import HaltLevel

__all__ = ["trade"]


def trade(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    model: ModelOption = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            "--journal", metavar="FILE", help="Goes on with this one if it is there; by default runs/CONFIG/journal.db."
        ),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="N", help="Replay N times as fast as it happened; 0: as fast as it can."),
    ] = None,
    halt: Annotated[
        str | None,
        typer.Option("--halt", metavar="LEVEL", help="From here on: active, reduce_only, cancel_only or flatten."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why --halt is given; kept in the journal.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the trading process: a feed, the engine, a broker, a journal. Logs are JSON lines on stderr.

    Ctrl-C stops it cleanly. However it ended, the same command goes on from the journal without a lost fill or a
    doubled order. Exits with code 6 if the journal cannot be written, 8 if the journal cannot be repeated at start-up.
    A halt that risk or a fault has raised stays through every start; --halt is the person's word that moves it.

    Example:
      foxml trade --config paper/spy_aapl_xom_5m.yaml --speed 60
      foxml trade --config paper/spy_aapl_xom_5m.yaml --halt active --reason "looked into the loss of Monday"
    """
    from foxml.daemon.trade import run

    settings = [*(overrides or []), *([] if speed is None else [f"feed.speed={speed}"])]
    resolved = resolve(config, variant, settings)
    name = "trade" if config is None else config.stem
    summary = run(resolved, model=model, journal=journal, name=name, halt=_halt(halt, reason))
    emit(summary, as_json=as_json, text=_text(summary))


def _halt(level: str | None, reason: str | None) -> "tuple[HaltLevel, str] | None":
    """Return the level that was asked for and its reason: neither is taken without the other."""
    from foxml.domain.orders import HaltLevel

    if level is None and reason is None:
        return None
    levels = {known.name.lower(): known for known in HaltLevel}
    if level not in levels:
        raise ConfigError(f"--halt: expected one of {', '.join(levels)}, found {level or 'nothing beside --reason'}")
    if not (reason or "").strip():
        raise ConfigError(f"--reason: --halt {level} needs one; it is kept in the journal")
    return levels[level], str(reason).strip()


def _text(summary: "TradeSummary") -> str:
    rows: list[list[object]] = [
        ["decisions", summary.decisions],
        ["orders", summary.submitted],
        ["fills", summary.fills],
        ["round trips", summary.trades],
        ["denials by risk", summary.denials],
        ["PnL of round trips, after fees", summary.pnl],
        ["cash", summary.cash],
        ["equity", summary.equity],
        ["halt", summary.halt],
    ]
    rows += [[f"latency of a slice, {name}", f"{value:.2f} ms"] for name, value in summary.latency_ms.items()]
    held = ", ".join(f"{shares} {symbol}" for symbol, shares in summary.positions.items()) or "none"
    if summary.decisions and not summary.submitted and not summary.denials:
        held += f"\nno order was decided on: `foxml report {path_text(summary.journal)}` says why"
    why = "the feed has ended" if summary.ended == "feed" else "stopped by a signal; the same command goes on"
    return f"{table(['', ''], rows)}\npositions: {held}\njournal: {path_text(summary.journal)}\n{why}"
