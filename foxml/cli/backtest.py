"""`foxml backtest`."""

from pathlib import Path
from typing import Annotated

import typer

from foxml.cli.console import Progress, emit, path_text
from foxml.cli.options import ConfigOption, JsonOption, ModelOption, QuietOption, SetOption, VariantOption, resolve
from foxml.cli.report import overview
from foxml.cli.verbs import EXIT_INTERRUPTED

__all__ = ["backtest"]


def backtest(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    model: ModelOption = None,
    journal: Annotated[
        Path | None,
        typer.Option("--journal", metavar="FILE", help="Where the run is recorded; it must not be there yet."),
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Trade the stored bars of the config's period through the engine that trades for real, and report.

    Writes a journal, by default runs/MODEL-backtest-N/journal.db with the next free N, and a report beside it. A
    decision on one bar fills on the next one at the earliest. Ctrl-C ends it with exit code 130: journal and report
    hold what was done, and say that it is unfinished.

    Example:
      foxml backtest --config backtest/spy_aapl_ibm_bac_1h.yaml
      foxml backtest --model spy_aapl_ibm_bac_1h@2 --set period.start=2020-01-02 --journal runs/try/journal.db --json
    """
    from foxml.report.page import write_report
    from foxml.research.backtest import run_backtest

    resolved = resolve(config, variant, overrides)
    with Progress("backtest", quiet=quiet or as_json) as progress:
        run = run_backtest(resolved, model=model, journal_path=journal, progress=progress)
        progress("report")
        page = run.journal.with_name("report.html")
        options = resolved.config.report
        analysis = write_report(run.journal, page, title=options.title, trades_max=options.trades_max)
    found = {
        "journal": run.journal,
        "report": page,
        "model": run.model,
        "finished": run.finished,
        "seconds": run.seconds,
        **analysis.summary(),
    }
    text = (
        f"{overview(analysis)}\n\n{run.model}: {run.slices:,} slices in {run.seconds:.1f} s\n"
        f"journal: {path_text(run.journal)}\nreport: {path_text(page)}"
    )
    emit(found, as_json=as_json, text=text)
    if not run.finished:
        raise typer.Exit(EXIT_INTERRUPTED)
