"""`foxml replay JOURNAL`."""

import typer

from foxml.cli.console import Progress, emit
from foxml.cli.options import ConfigOption, JournalArgument, JsonOption, QuietOption, SetOption, VariantOption, resolve

__all__ = ["EXIT_DIFFERENT", "replay"]

EXIT_DIFFERENT = 10


def replay(
    journal: JournalArgument,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Feed a journal's events to the engine again and compare every command with the recorded one.

    Exits with code 0 if all are equal, 10 if any differs. The config must be the one that the run was made with.

    Example:
      foxml replay runs/try/journal.db --config backtest/spy_aapl_ibm_bac_1h.yaml
    """
    from foxml.daemon.replay import replay as replay_journal

    resolved = resolve(config, variant, overrides)
    with Progress("replay", quiet=quiet or as_json) as progress:
        found = replay_journal(resolved, journal, progress=progress)
    emit(found, as_json=as_json, text=str(found))
    if found.differences:
        raise typer.Exit(EXIT_DIFFERENT)
