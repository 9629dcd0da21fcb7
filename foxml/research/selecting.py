"""What `foxml research` does: selects features and ranks targets on the study of a config."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from foxml.bars.store import BarStore
from foxml.domain.ports import Clock
from foxml.features import FeaturePlan
from foxml.models import Registry, Trial, check_name
from foxml.research.evaluation import evaluate
from foxml.research.features.references import import_research
from foxml.research.features.training import TrainingFeatureComputer
from foxml.research.inputs import feature_plan, read_inputs
from foxml.research.leak_checks import Split
from foxml.research.progress import Progress
from foxml.research.selection import Selection, TargetRanking, TargetScores, rank_targets, select_features
from foxml.research.study import config_trainer, study_dataset
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import FeatureSelection, FoxmlConfig, Resolved, config_sha256
from foxml.settings.sections.model import ValidationSection

__all__ = ["RankedBatch", "SelectedPlan", "rank_batch", "select_plan"]


@dataclass(frozen=True, slots=True)
class SelectedPlan:
    """What was selected of a plan.

    Attributes
    ----------
    plan : FeaturePlan
    fingerprint, dataset_sha256 : str
        Of the bars and of the samples.
    selection : Selection
    """

    plan: FeaturePlan
    fingerprint: str
    dataset_sha256: str
    selection: Selection

    def plan_yaml(self) -> str:
        """Return a plan file of the selected features."""
        references = {column.name: column.reference for column in self.plan.research}
        chosen = self.selection.selected
        kernel = [name for name in self.plan.row_names if name in chosen and name not in references]
        own = [references[name] for name in self.plan.row_names if name in chosen and name in references]
        lines = [f"# Selected from {len(self.plan.row_names)} features of the plan {self.plan.sha256[:12]}."]
        lines += ["include:", *(f'  - "{name}"' for name in kernel)] if kernel else ["include: []"]
        lines += ["research:", *(f'  - "{reference}"' for reference in own)] if own else []
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class RankedBatch:
    """Targets that were compared.

    Attributes
    ----------
    fingerprint : str
        Of the bars.
    ranking : TargetRanking
    samples : mapping of str to int
        Of each target.
    trials : int
        Of the config's model name, these included.
    """

    fingerprint: str
    ranking: TargetRanking
    samples: Mapping[str, int]
    trials: int


def select_plan(
    resolved: Resolved, store: BarStore, settings: FeatureSelection, validation: ValidationSection, progress: Progress
) -> SelectedPlan:
    """Select features of a config's plan on its bars.

    Parameters
    ----------
    resolved : Resolved
    store : BarStore
    settings : FeatureSelection
    validation : ValidationSection
        The walk-forward splits.
    progress : Progress

    Raises
    ------
    ConfigError
        If the config is wrong.
    DataError
        If the store lacks bars, or too little is left to learn from.
    """
    config, plan = resolved.config, feature_plan(resolved)
    progress(f"reading and labelling {len(config.universe.symbols)} symbols")
    inputs = read_inputs(config, store)
    progress(f"computing {len(plan.row_names)} features")
    computer = TrainingFeatureComputer(plan, import_research(plan.research, resolved.root))
    data = study_dataset(inputs, computer, config.target.value)
    splits = [
        Split(f"fold {number + 1}", train, test)
        for number, (train, test) in enumerate(_validator(validation).split(data.rows, data.y, data.groups))
    ]
    selection = select_features(
        data,
        splits,
        settings,
        lag=config.target.horizon_bars,
        rng=np.random.default_rng(settings.seed),
        progress=progress,
    )
    return SelectedPlan(plan, inputs.fingerprint, data.sha256(), selection)


def rank_batch(
    resolved: Resolved,
    batch: Mapping[str, FoxmlConfig],
    store: BarStore,
    registry: Registry,
    validation: ValidationSection,
    progress: Progress,
    clock: Clock,
) -> RankedBatch:
    """Train and test each target walk-forward, log each as a trial, and rank them.

    Interrupted at any moment and run again, it goes on with the fold that was not done.

    Parameters
    ----------
    resolved : Resolved
    batch : mapping of str to FoxmlConfig
        The config of each target; they differ in the section ``target`` alone.
    store : BarStore
    registry : Registry
    validation : ValidationSection
    progress : Progress
    clock : Clock

    Raises
    ------
    ConfigError, DataError
        As `select_plan`.
    """
    name, plan = check_name(resolved.config.model.name), feature_plan(resolved)
    computer = TrainingFeatureComputer(plan, import_research(plan.research, resolved.root))
    trainer, _ = config_trainer(resolved)
    found, samples, fingerprint = {}, {}, ""
    for target, config in batch.items():
        progress(f"{target}: reading and labelling {len(config.universe.symbols)} symbols")
        inputs = read_inputs(config, store)
        data = study_dataset(inputs, computer, config.target.value)
        evaluation = evaluate(
            data,
            trainer,
            _validator(validation),
            early_stopping_share=validation.early_stopping_share,
            lag=config.target.horizon_bars,
            runs_dir=resolved.runs / "training" / name,
            progress=lambda text, done=None, total=None, target=target: progress(f"{target}: {text}", done, total),
        )
        sharpe = evaluation.overall.sharpe
        registry.log_trial(Trial(name, clock.now_ns(), sharpe, config_sha256(config), evaluation.sha256))
        known = np.isfinite(evaluation.scores) & ~data.ambiguous
        scores, outcome = evaluation.scores[known], data.outcome[known]
        found[target] = TargetScores(scores, outcome, data.t0_ns[known], config.target.horizon_bars, sharpe)
        samples[target], fingerprint = len(data), inputs.fingerprint
    return RankedBatch(fingerprint, rank_targets(found), samples, len(registry.trial_sharpes(name)))


def _validator(validation: ValidationSection) -> WalkForwardValidator:
    return WalkForwardValidator(
        validation.folds, validation.min_train_sessions, validation.scheme, validation.embargo_bars
    )
