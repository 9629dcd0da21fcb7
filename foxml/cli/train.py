"""`foxml train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, resolve, utc_text

if TYPE_CHECKING:
    from foxml.research.study import StudyResult

__all__ = ["train", "validation_text"]


def train(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option("--report", help="HTML file to draw the study in.")] = None,
    check_leaks: Annotated[
        bool, typer.Option("--check-leaks", help="Check for leaks too, for the page; takes minutes.")
    ] = False,
) -> None:
    """Train a model walk-forward on stored bars, and register it.

    Every run is counted as a trial of its name. An interrupted run goes on with the fold that was not done.

    Example:
      foxml train --config train/spy_aapl_ibm_bac_1h.yaml
      foxml train --config train/spy_aapl_ibm_bac_1h.yaml --report study.html --check-leaks
      foxml train --set model.variant=conservative --set period.end=2014-12-31
    """
    from foxml.bars.store import BarStore
    from foxml.clock import WallClock
    from foxml.errors import ConfigError
    from foxml.models import Registry
    from foxml.research.leaks import judge_study
    from foxml.research.study import run_study

    if check_leaks and report is None:
        raise ConfigError("--check-leaks needs --report: its verdicts stand on the study's page")
    resolved = resolve(config, variant, overrides)
    with Progress("train", quiet=quiet or as_json) as progress:
        result = run_study(
            resolved,
            BarStore(resolved.store),
            Registry(resolved.registry),
            progress,
            WallClock(),
            page=report,
            judge=judge_study if check_leaks else None,
        )
    emit(result, as_json=as_json, text=validation_text(result))


def validation_text(result: "StudyResult") -> str:
    """Lay out how a model did out of fold, and where it is."""
    found = result.findings
    rows = [
        [
            "all" if fold.fold < 0 else str(fold.fold + 1),
            f"{fold.trained_on:,}" if fold.fold >= 0 else "-",
            utc_text(fold.first_ns)[:10],
            utc_text(fold.last_ns)[:10],
            f"{fold.metrics.n:,}",
            f"{fold.metrics.ic:+.4f}",
            f"{fold.metrics.t:+.2f}",
            f"{fold.metrics.rank_ic:+.4f}",
            f"{fold.hit_rate:.1%}",
            f"{fold.mean_ret_bps:+.2f}",
            f"{fold.sharpe:+.3f}",
        ]
        for fold in (*found.folds, found.overall)
    ]
    columns = ["fold", "trained on", "from", "to", "labels", "IC", "t", "rank IC", "hit rate", "bps", "Sharpe"]
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in found.dropped.items()) or "none"
    lines = [
        table(columns, rows),
        "",
        "before costs; t with errors for overlapping labels; Sharpe ratio per session",
        f"P(Sharpe > 0) {_percent(found.psr)}; above the best of {found.trials:,} worthless trials "
        f"{_percent(found.dsr)}",
        f"{found.samples:,} samples of {result.features} features, {found.ambiguous:,} of them without a clear "
        f"outcome; bars without a sample: {dropped}",
        *(f"feature {each.name} left out: {each.reason}" for each in found.left_out),
        *result.notes,
        f"{result.name}@{result.version}: {result.trees} trees, in {path_text(Path(result.path))}",
        *([] if result.page is None else [f"the study's page: {path_text(Path(result.page))}"]),
    ]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{share:.1%}"
