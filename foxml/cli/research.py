"""`foxml research ...`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, resolve
from foxml.cli.verbs import add_verb, group

if TYPE_CHECKING:
    from foxml.research.selecting import RankedBatch, SelectedPlan
    from foxml.settings import Resolved
    from foxml.settings.sections.model import ValidationSection

__all__ = ["app"]

SCHEMA: Final = 1
"""Version of the JSON documents' form."""

app = group("Which features and which targets are worth it.")

WalkforwardOption = Annotated[
    str | None,
    typer.Option(
        "--walkforward", "-w", metavar="NAME", help="A scheme of walkforward.yaml; by default the section validation."
    ),
]


def select(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    settings: Annotated[
        Path | None, typer.Option("--selection", metavar="FILE", help="By default feature_selection.yaml.")
    ] = None,
    walkforward: WalkforwardOption = None,
    plan_out: Annotated[
        Path | None, typer.Option("--plan-out", metavar="FILE", help="Write a plan of the selected features.")
    ] = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Score every feature of the plan, and select those that are stable and whose absence costs skill out of fold.

    Features that say the same are clustered, and judged together; one of each cluster is selected. Scores: gain,
    SHAP contributions, loss of rank IC by permutation in purged folds, stability selection, mutual information
    (docs/selection.md).

    Example:
      foxml research select --config train/spy_aapl_ibm_bac_1h.yaml
      foxml research select --set features.plan=comprehensive --walkforward quick --plan-out features/chosen.yaml
    """
    from foxml.bars.store import BarStore
    from foxml.errors import ConfigError
    from foxml.research.selecting import select_plan
    from foxml.settings import load_feature_selection

    resolved = resolve(config, variant, overrides)
    chosen = load_feature_selection(settings, root=resolved.config_root)
    validation = _validation(resolved, walkforward)
    if plan_out is not None and (plan_out.exists() or not plan_out.parent.is_dir()):
        found = "a file that is there" if plan_out.exists() else "no such folder"
        raise ConfigError(f"--plan-out {plan_out}: found {found}, expected the name of a new file")
    with Progress("select", quiet=quiet or as_json) as progress:
        result = select_plan(resolved, BarStore(resolved.store), chosen, validation, progress)
    if plan_out is not None and result.selection.selected:
        plan_out.write_text(result.plan_yaml(), encoding="utf-8")
    emit(_selection_document(result), as_json=as_json, text=_selection_text(result, plan_out))


def rank_targets(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    specs: Annotated[
        Path | None, typer.Option("--specs", metavar="FILE", help="Targets; by default first_batch_specs.yaml.")
    ] = None,
    walkforward: WalkforwardOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Rank targets by the skill of models that learn them, out of sample, with its standard error.

    Each target is trained and tested walk-forward as `foxml train` does, and counts as a trial of model.name. An
    interrupted run goes on with the fold that was not done.

    Example:
      foxml research rank-targets --config train/spy_aapl_ibm_bac_1h.yaml
      foxml research rank-targets --specs my_targets.yaml --walkforward quick --json
    """
    from foxml.bars.store import BarStore
    from foxml.clock import WallClock
    from foxml.models import Registry
    from foxml.research.selecting import rank_batch
    from foxml.settings import load_target_batch

    resolved = resolve(config, variant, overrides)
    batch = load_target_batch(resolved, specs)
    validation = _validation(resolved, walkforward)
    with Progress("rank", quiet=quiet or as_json) as progress:
        result = rank_batch(
            resolved,
            batch,
            BarStore(resolved.store),
            Registry(resolved.registry),
            validation,
            progress,
            WallClock(),
        )
    emit({"schema": SCHEMA, "ranking": result}, as_json=as_json, text=_ranking_text(result))


def _validation(resolved: "Resolved", name: str | None) -> "ValidationSection":
    from foxml.settings import load_walkforward

    return resolved.config.validation if name is None else load_walkforward(name, root=resolved.config_root)


def _selection_document(result: "SelectedPlan") -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "plan_sha256": result.plan.sha256,
        "fingerprint": result.fingerprint,
        "dataset_sha256": result.dataset_sha256,
        "selected": result.selection.selected,
        "selection": result.selection,
    }


def _selection_text(result: "SelectedPlan", plan_out: Path | None) -> str:
    found = result.selection
    columns = ["feature", "cluster", "loss", "t", "stable", "gain", "SHAP", "nats", "p", "selected"]
    rows = [
        [
            feature.name,
            str(feature.cluster + 1),
            f"{feature.loss:+.4f}",
            f"{feature.loss_t:+.1f}",
            f"{feature.stability:.0%}",
            f"{feature.gain:.1%}",
            f"{feature.contribution:.1%}",
            f"{feature.information:+.4f}",
            f"{feature.information_p:.2f}",
            "yes" if feature.selected else feature.reason,
        ]
        for feature in found.features
    ]
    lines = [
        table(columns, rows),
        "",
        "loss: of out-of-fold rank IC without the cluster; stable: share of halves of the sessions; nats: mutual "
        "information above chance",
        f"{found.rows:,} samples, {found.folds} folds, rank IC {found.ic:+.4f} ({found.ic_low:+.4f} to "
        f"{found.ic_high:+.4f}); at most {found.false_max:.2g} clusters are expected to be stable by chance",
    ]
    if plan_out is not None and found.selected:
        lines.append(f"plan written to {path_text(plan_out)}")
    lines.append(f"{len(found.selected)} of {len(found.features)} features selected, of {len(found.clusters)} clusters")
    return "\n".join(lines)


def _ranking_text(result: "RankedBatch") -> str:
    ranking = result.ranking
    columns = ["target", "samples", "labels", "IC", "error", "t", "rank IC", "p", "Sharpe", "as good as the first"]
    rows = [
        [
            each.name,
            f"{result.samples[each.name]:,}",
            f"{each.metrics.n:,}",
            f"{each.metrics.ic:+.4f}",
            "n/a" if each.ic_error is None else f"{each.ic_error:.4f}",
            f"{each.metrics.t:+.2f}",
            f"{each.metrics.rank_ic:+.4f}",
            f"{each.p_value:.2g}",
            f"{each.sharpe:+.3f}",
            "maybe" if each.alike else "no",
        ]
        for each in ranking.targets
    ]
    lines = [
        table(columns, rows),
        "",
        "out of sample; errors are those of overlapping labels; p is corrected for the number of targets",
        f"the best of {len(ranking.targets)} targets without skill is expected to have t "
        f"{ranking.best_t_of_noise:+.2f}; {result.trials} trials of this model name so far",
    ]
    return "\n".join(lines)


add_verb(app, "select", select)
add_verb(app, "rank-targets", rank_targets)
