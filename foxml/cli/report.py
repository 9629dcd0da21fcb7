"""`foxml report JOURNAL`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import emit, path_text, table
from foxml.cli.options import ConfigOption, JournalArgument, JsonOption, SetOption, VariantOption, resolve

if TYPE_CHECKING:
    from foxml.report.analysis import Analysis

__all__ = ["overview", "report"]


def report(
    journal: JournalArgument,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="By default report.html beside the journal.")
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a run by its journal alone, and write one HTML file that needs no network.

    The journal of a trading day in progress can be read too; it is only read.

    Example:
      foxml report runs/try/journal.db --set report.title="Four stocks, 2015 to 2021"
    """
    from foxml.report.page import write_report

    options = resolve(config, variant, overrides).config.report
    target = out or journal.with_name("report.html")
    analysis = write_report(journal, target, title=options.title, trades_max=options.trades_max)
    found = {"report": target, **analysis.summary()}
    emit(found, as_json=as_json, text=overview(analysis) + f"\nreport: {path_text(target)}")


def overview(analysis: "Analysis") -> str:
    """Lay out the numbers that one looks for first."""
    from foxml.report.sections import bps, dollars, number, percent

    doubts = [f"NOTE: {text}" for text in analysis.caveats]
    if not analysis.performance:
        return "\n".join([*doubts, "no decision in this journal yet"])
    rows = [
        ["final value", *(dollars(p.final_value) for p in analysis.performance)],
        ["total return", *(percent(p.total_return) for p in analysis.performance)],
        ["annual return", *(percent(p.annual_return) for p in analysis.performance)],
        ["annual volatility", *(percent(p.annual_volatility) for p in analysis.performance)],
        ["Sharpe ratio, annual", *(number(p.sharpe) for p in analysis.performance)],
        ["PSR(0)", *(percent(p.psr, 1) for p in analysis.performance)],
        ["max drawdown", *(percent(p.max_drawdown) for p in analysis.performance)],
    ]
    strategy, costs, trades = analysis.performance[0], analysis.costs, analysis.trades
    lines = [
        *doubts,
        table(["", *(p.name for p in analysis.performance)], rows),
        "",
        f"deflated Sharpe ratio {percent(strategy.dsr, 1)}; trials: {strategy.trials}, sessions: {strategy.sessions:,}",
        f"{trades.trades:,} round trips, {percent(trades.win_rate, 1)} won; {costs.fills:,} fills; PnL after costs "
        f"{dollars(costs.net_pnl)}, before {dollars(costs.gross_pnl)}; costs {bps(costs.cost_bps)} of what was traded",
        f"denials by risk: {sum(d.count for d in analysis.denials):,}"
        + "".join(f", {d.count:,} {d.code}" for d in analysis.denials[:5]),
    ]
    return "\n".join(lines)
