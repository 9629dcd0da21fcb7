"""`foxml demo`."""

from pathlib import Path
from typing import Annotated

import typer

from foxml.cli.console import emit
from foxml.cli.options import JsonOption

__all__ = ["demo"]


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Made anew; an older demo there is replaced.")
    ] = Path("demo"),
    seed: Annotated[int, typer.Option("--seed", help="Of the synthetic market.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """Show everything once, on a synthetic market: import, train, backtest, then a paper-trading day.

    The market is made by a seeded generator with a weak signal planted in it: its profits mean nothing.

    Example:
      foxml demo --dir demo
    """
    emit({"directory": directory, "seed": seed}, as_json=as_json, text="")
