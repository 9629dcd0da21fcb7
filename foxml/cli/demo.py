"""`foxml demo`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.options import JsonOption, calendar_of

if TYPE_CHECKING:
    from foxml.report.analysis import Analysis
    from foxml.research.study import StudyResult
    from foxml.settings import Resolved

__all__ = ["demo"]


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Made anew; an older demo there is replaced.")
    ] = Path("demo"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the synthetic market.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """Show everything once, on a synthetic market: import, train, backtest, then a paper-trading day.

    The market is made by a seeded generator with a weak signal planted in it: its profits mean nothing. The folder is
    a project like any other, and each step prints the command that repeats it there.

    Example:
      foxml demo --dir demo
    """
    from foxml.cli.init import copy_templates
    from foxml.research.demo import prepare_folder

    prepare_folder(directory)
    copy_templates(directory, force=True)
    steps = _Steps(directory, quiet=as_json)
    steps.say(f"A synthetic market with a planted signal, seed {seed}: no market ever moved so, profits mean nothing.")
    _import(steps, seed)
    study = _train(steps)
    model = f"{study.name}@{study.version}"
    tested = _backtest(steps)
    daemon = _trade(steps)
    runs = {"backtest": tested, "paper": Path(daemon["journal"])}
    reports = _report(steps, runs)
    found = {
        "directory": directory,
        "seed": seed,
        "synthetic": True,
        "seconds": steps.seconds,
        "model": model,
        "validation": study.findings.overall,
        "daemon": daemon,
        **{
            name: {"journal": journal, "report": journal.with_name("report.html"), **reports[name].summary()}
            for name, journal in runs.items()
        },
    }
    emit(found, as_json=as_json, text=_text(steps, model, daemon, runs, reports))


@dataclass
class _Steps:
    """The steps of the demonstration: where they work, what each took."""

    root: Path
    quiet: bool
    seconds: dict[str, float] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Tell what goes on, on stderr."""
        if not self.quiet:
            typer.echo(text, err=True)

    @contextmanager
    def step(self, name: str, command: str = "") -> Iterator[Progress]:
        """Announce a step with the command that repeats it, and time it."""
        self.say(f"-- {name}{': ' if command else ''}{command}")
        started = time.perf_counter()
        with Progress(name, quiet=self.quiet or not sys.stderr.isatty()) as progress:
            yield progress
        self.seconds[name] = time.perf_counter() - started
        self.say(f"-- {name}: {self.seconds[name]:.1f} s")

    def resolve(self, name: str) -> "Resolved":
        """Resolve one of the demo's configs; settings of the user's own environment are left out."""
        from foxml.settings import load_config

        return load_config(self.root / "demo" / f"{name}.yaml", environ={})


def _import(steps: _Steps, seed: int) -> None:
    from foxml.bars.csv import CsvFormat
    from foxml.bars.importing import import_files
    from foxml.bars.store import BarStore
    from foxml.bars.synthetic import SYNTHETIC_MARKS
    from foxml.research.demo import market_files

    first, last = steps.resolve("train"), steps.resolve("paper")
    calendar = calendar_of(first)
    with steps.step("market"):
        actions = market_files(steps.root / "market", first.config, last.config, seed=seed, calendar=calendar)
    interval = first.config.bars.interval
    command = f"foxml data import market/bars --interval {interval} --timezone UTC --vendor synthetic --feed synthetic"
    with steps.step("import", f"{command} --actions market/corporate_actions.csv") as progress:
        import_files(
            [actions.parent / "bars"],
            store=BarStore(first.store),
            calendar=calendar,
            interval=interval,
            layout=CsvFormat(timezone="UTC", label="start"),
            marks=SYNTHETIC_MARKS,
            actions_path=actions,
            progress=progress,
        )


def _train(steps: _Steps) -> "StudyResult":
    from foxml.bars.store import BarStore
    from foxml.clock import WallClock
    from foxml.models import Registry
    from foxml.research.study import run_study

    resolved = steps.resolve("train")
    with steps.step("train", "foxml train --config demo/train.yaml") as progress:
        return run_study(resolved, BarStore(resolved.store), Registry(resolved.registry), progress, WallClock())


def _backtest(steps: _Steps) -> Path:
    from foxml.research.backtest import run_backtest

    with steps.step("backtest", "foxml backtest --config demo/backtest.yaml") as progress:
        return run_backtest(steps.resolve("backtest"), progress=progress).journal


def _trade(steps: _Steps) -> dict[str, Any]:
    """Run the trading process itself, over the one session that nothing has seen."""
    from foxml.errors import FoxmlError

    arguments = ["trade", "--config", "demo/paper.yaml", "--journal", "runs/demo-paper/journal.db", "--speed", "0"]
    with steps.step("trade", f"foxml {' '.join(arguments)}"):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FOXML__")}
        command = [sys.executable, "-m", "foxml", *arguments, "--json"]
        done = subprocess.run(command, cwd=steps.root, env=environment, capture_output=True, text=True)
    log = steps.root / "runs" / "demo-paper" / "log.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(done.stderr, encoding="utf-8")
    if done.returncode != 0:
        raise FoxmlError(
            f"the trading process ended with code {done.returncode}; its log: {log}\n{done.stderr[-2000:]}"
        )
    return {**json.loads(done.stdout), "journal": log.with_name("journal.db"), "log": log}


def _report(steps: _Steps, runs: Mapping[str, Path]) -> "dict[str, Analysis]":
    from foxml.report.page import write_report

    titles = {"backtest": "FoxML demo: backtest on a synthetic market", "paper": "FoxML demo: one synthetic session"}
    with steps.step("report", " and ".join(f"foxml report {path_text(journal)}" for journal in runs.values())):
        return {
            name: write_report(journal, journal.with_name("report.html"), title=titles[name])
            for name, journal in runs.items()
        }


def _text(
    steps: _Steps, model: str, daemon: Mapping[str, Any], runs: Mapping[str, Path], reports: "Mapping[str, Analysis]"
) -> str:
    from foxml.report.sections import bps, dollars, number

    names = {"backtest": "backtest, two months", "paper": "trading process, one session"}
    columns = list(reports.values())
    facts: list[list[object]] = [
        ["decisions", *(f"{len(a.run.decided):,}" for a in columns)],
        ["fills", *(f"{a.costs.fills:,}" for a in columns)],
        ["round trips", *(f"{a.trades.trades:,}" for a in columns)],
        ["PnL before costs", *(dollars(a.costs.gross_pnl) for a in columns)],
        ["PnL after costs", *(dollars(a.costs.net_pnl) for a in columns)],
        ["costs, of what was traded", *(bps(a.costs.cost_bps) for a in columns)],
        ["Sharpe ratio, annual", *(number(a.performance[0].sharpe) for a in columns)],
        ["denials by risk", *(f"{len(a.run.denials):,}" for a in columns)],
    ]
    took = [[name, f"{seconds:.1f}"] for name, seconds in steps.seconds.items()]
    lines = [
        f"Synthetic market: what follows shows that {model} was traded, not that anything can be earned.",
        "",
        table(["", *(names[name] for name in reports)], facts),
        "",
        f"the trading process took {_latency(daemon)} from a bar to the commands that it led to, journalled and sent",
        "",
        table(["step", "seconds"], [*took, ["all", f"{sum(steps.seconds.values()):.1f}"]]),
        "",
        *(f"report, {names[name]}: {path_text(journal.with_name('report.html'))}" for name, journal in runs.items()),
        f"the project, to go on with: cd {path_text(steps.root)}; `foxml --help`",
    ]
    return "\n".join(lines)


def _latency(daemon: Mapping[str, Any]) -> str:
    found: Mapping[str, float] = daemon["latency_ms"]
    return ", ".join(f"{value:.2f} ms ({name})" for name, value in found.items())
