"""`foxml replay JOURNAL`."""

from typing import Annotated

import typer

from foxml.cli.console import Progress, emit, path_text
from foxml.cli.options import ConfigOption, JournalArgument, JsonOption, QuietOption, SetOption, VariantOption, resolve

__all__ = ["EXIT_DIFFERENT", "replay"]

EXIT_DIFFERENT = 10


def replay(
    journal: JournalArgument,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="MODEL", help="NAME, NAME@VERSION or a path; by default the journal's."),
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Feed a journal's events to the engine again and compare every output with the recorded one.

    Exits with code 0 if all are equal, 10 if any differs, 6 if config or model are not those that the run was made
    with.

    Example:
      foxml replay runs/try/journal.db --config backtest/spy_aapl_ibm_bac_1h.yaml
    """
    from foxml.daemon.replay import replay as replay_journal

    resolved = resolve(config, variant, overrides)
    with Progress("replay", quiet=quiet or as_json) as progress:
        found = replay_journal(resolved, journal, model=model, progress=progress)
    lines = [
        f"{path_text(found.journal)}: {found.events:,} events of {found.model}, {found.commands:,} commands: "
        f"{found.differing:,} outputs differ",
        *found.differences,
    ]
    emit(found, as_json=as_json, text="\n".join(lines))
    if found.differing:
        raise typer.Exit(EXIT_DIFFERENT)
