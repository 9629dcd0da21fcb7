"""`foxml trade`."""

from pathlib import Path
from typing import Annotated

import typer

from foxml.cli.console import emit
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, resolve

__all__ = ["trade"]


def trade(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="MODEL", help="NAME, NAME@VERSION or a path; by default model.name."),
    ] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="Goes on with this one if it is there.")
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="N", help="Replay N times as fast as it happened; 0: as fast as it can."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the trading daemon: a feed, the engine, a broker, a journal. Logs are JSON lines on stderr.

    Ctrl-C stops it cleanly. However it ended, the same command goes on from the journal without a lost fill or a
    doubled order. Exits with code 6 if the journal cannot be written, 8 if start-up finds an unexplained difference.

    Example:
      foxml trade --config paper/spy_aapl_xom_5m.yaml --speed 60
    """
    from foxml.daemon.trade import run

    settings = [*(overrides or []), *([] if speed is None else [f"feed.speed={speed}"])]
    resolved = resolve(config, variant, settings)
    summary = run(resolved, model=model, journal_path=journal)
    emit(summary, as_json=as_json, text=str(summary))
