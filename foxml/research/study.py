"""A study: stored bars to a validated model in the registry, as a config says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import foxml
from foxml.bars.store import BarStore
from foxml.bars.timeframes import DAY_NS
from foxml.domain.ports import Clock
from foxml.errors import ConfigError, DataError, ModelError
from foxml.features import FeaturePlan, LeftOut
from foxml.models import (
    BundleContents,
    Forest,
    Lineage,
    Manifest,
    Registry,
    ScoreStatistics,
    TrainingData,
    Trial,
    check_name,
)
from foxml.models.manifest import SCHEMA
from foxml.report.figures import require_matplotlib
from foxml.report.page import replace_page
from foxml.report.statistics import expected_maximum_sharpe, moments, probabilistic_sharpe_ratio
from foxml.research.evaluation import Evaluation, FoldResult, evaluate, score_statistics
from foxml.research.features.references import import_research
from foxml.research.features.training import TrainingFeatureComputer
from foxml.research.inputs import TrainingInputs, feature_plan, read_inputs
from foxml.research.leak_checks import LeakReport
from foxml.research.pipeline import Dataset, build_dataset
from foxml.research.progress import Progress
from foxml.research.study_evidence import study_evidence
from foxml.research.study_page import study_page
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import Resolved, load_model_config

__all__ = ["Findings", "LeakJudge", "StudyResult", "config_trainer", "run_study", "study_dataset"]

_TRAINERS = {"lightgbm": LightGBMTrainer}
_GOLDEN_ROWS = 256
_GOLDEN_HOLES = 32
"""Golden rows that are repeated with cells missing: a path through the trees of its own."""


LeakJudge = Callable[[Resolved, TrainingInputs, FeaturePlan, Dataset, Progress], LeakReport]
"""Checks a study for leaks: given its config, bars and targets, features and samples."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What validation found; a bundle's metrics.

    Attributes
    ----------
    samples : int
    dropped : mapping of str to int
        Bars without a sample, by reason.
    ambiguous : int
        Samples that were not learned from, since both barriers lay within one bar.
    left_out : tuple of LeftOut
        Features that the plan could not have, with the reason.
    folds : tuple of FoldResult
    overall : FoldResult
        Over all out-of-fold scores.
    psr : float or None
        Probability that their Sharpe ratio is truly above 0; None where there is too little to say so.
    dsr : float or None
        The same above what the best of `trials` worthless models is expected to show.
    trials : int
        Training runs of this name, this one included.
    trials_sharpe_variance : float
    """

    samples: int
    dropped: Mapping[str, int]
    ambiguous: int
    left_out: tuple[LeftOut, ...]
    folds: tuple[FoldResult, ...]
    overall: FoldResult
    psr: float | None
    dsr: float | None
    trials: int
    trials_sharpe_variance: float


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The model that a study registered.

    Attributes
    ----------
    name : str
    version : int
    path, sha256 : str
        Of the bundle.
    features, trees : int
    findings : Findings
    notes : tuple of str
        What the user should know of the registry.
    page : str or None
        File of the study's page, if one was asked for.
    """

    name: str
    version: int
    path: str
    sha256: str
    features: int
    trees: int
    findings: Findings
    notes: tuple[str, ...]
    page: str | None = None


def run_study(
    resolved: Resolved,
    store: BarStore,
    registry: Registry,
    progress: Progress,
    clock: Clock,
    *,
    page: Path | None = None,
    judge: LeakJudge | None = None,
) -> StudyResult:
    """Train as a config says: validate walk-forward, log the trial, train on all rows, register what is reproduced.

    Interrupted at any moment and run again, it goes on with the fold that was not done, and ends with the same model.

    Parameters
    ----------
    resolved : Resolved
    store : BarStore
    registry : Registry
    progress : Progress
    clock : Clock
    page : Path, optional
        HTML file to draw the study in.
    judge : callable, optional
        Checks what is trained on for leaks, for the page (`foxml.research.leaks.judge_study`).

    Raises
    ------
    ConfigError
        If the model's family, variant, parameters or features are unknown.
    DataError
        If a symbol has no bars in the period, or too little is left to learn from.
    ModelError
        If the runtime does not reproduce the training library's scores; nothing is registered then.
    """
    if page is not None:
        _check_page(page)
    config = resolved.config
    name = check_name(config.model.name)
    torn = registry.trials().torn
    trainer, params = config_trainer(resolved)
    plan = feature_plan(resolved)
    progress(f"reading and labelling {len(config.universe.symbols)} symbols")
    inputs = read_inputs(config, store)
    progress(f"computing {len(plan.row_names)} features")
    computer = TrainingFeatureComputer(plan, import_research(plan.research, resolved.root))
    data = study_dataset(inputs, computer, config.target.value)
    evaluation = _evaluation(resolved, data, trainer, inputs.overlap_bars, progress)
    created_ns = clock.now_ns()
    registry.log_trial(Trial(name, created_ns, evaluation.overall.sharpe, resolved.sha256, evaluation.sha256))
    progress(f"training on all {len(data):,} rows")
    model, golden = _train(data, trainer, config.validation.early_stopping_share)
    findings = _findings(data, plan, evaluation, registry.trial_sharpes(name))
    contents = BundleContents(
        model=model,
        plan_json=plan.to_json(),
        config={"config": config.model_dump(mode="json"), "parameters": params},
        metrics=asdict(findings),
        golden_rows=golden,
        golden_scores=trainer.scores(model, golden),
    )
    progress("registering")
    score = score_statistics(evaluation, _mean_score(model, data), inputs.overlap_bars)
    manifest = _manifest(resolved, store, inputs, plan, findings, score, created_ns, trainer.library)
    bundle = registry.register(manifest, contents)
    result = StudyResult(
        name=name,
        version=bundle.manifest.version,
        path=str(bundle.path),
        sha256=bundle.sha256,
        features=len(plan.row_names),
        trees=Forest.from_lightgbm(model, source="model.txt").tree_count,
        findings=findings,
        notes=() if torn is None else (torn,),
        page=None if page is None else str(page),
    )
    if page is not None:
        leaks = None if judge is None else judge(resolved, inputs, plan, data, progress)
        progress("drawing the page")
        found = study_evidence(data, evaluation, inputs.histories, inputs.actions, lag=inputs.overlap_bars)
        replace_page(page, study_page(result, found, leaks))
    return result


def _check_page(page: Path) -> None:
    """Find out before hours of training whether the page can be drawn where it is wanted."""
    require_matplotlib()
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{page}: the study's page cannot be written there: {error.strerror}") from None
    if page.is_dir():
        raise DataError(f"{page}: expected a file for the study's page, found a folder")


def config_trainer(resolved: Resolved) -> tuple[LightGBMTrainer, dict[str, Any]]:
    """Return the trainer that a config names, and its parameters.

    Raises
    ------
    ConfigError
        If the family, variant or a parameter is unknown.
    """
    chosen = resolved.config.model
    found = load_model_config(chosen.family, chosen.variant, root=resolved.config_root)
    if chosen.family not in _TRAINERS:
        raise ConfigError(f"model.family: found {chosen.family}, expected one of {', '.join(_TRAINERS)}")
    params = {**found.params, **chosen.params}
    places = {key: resolved.provenance[f"model.params.{key}"].source for key in chosen.params}
    return _TRAINERS[chosen.family](params, seed=chosen.seed, places={**found.lines, **places}), params


def study_dataset(inputs: TrainingInputs, features: TrainingFeatureComputer, value: str) -> Dataset:
    """Join features with the targets of a config.

    Raises
    ------
    DataError
        If no sample is left.
    """
    data = build_dataset(
        inputs.histories,
        inputs.actions,
        inputs.targets,
        features=features,
        value=value,
    )
    if not len(data):
        bars = sum(len(bars) for bars in inputs.histories)
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in data.dropped.items())
        raise DataError(
            f"no sample is left of {bars:,} bars: {reasons}; a symbol's first row of features comes after "
            f"{features.plan.warmup_bars:,} bars"
        )
    return data


def _evaluation(
    resolved: Resolved, data: Dataset, trainer: LightGBMTrainer, lag: int, progress: Progress
) -> Evaluation:
    config, validation = resolved.config, resolved.config.validation
    return evaluate(
        data,
        trainer,
        WalkForwardValidator(
            validation.folds, validation.min_train_sessions, validation.scheme, validation.embargo_bars
        ),
        early_stopping_share=validation.early_stopping_share,
        lag=lag,
        runs_dir=resolved.runs / "training" / config.model.name,
        progress=progress,
    )


def _train(data: Dataset, trainer: LightGBMTrainer, share: float) -> tuple[bytes, NDArray[np.float32]]:
    """Train on everything; return the model, if the runtime reproduces it, and rows to check it with ever after."""
    model = trainer.fit(
        data.rows,
        data.y,
        data.weights,
        data.t0_ns,
        data.t1_ns,
        early_stopping_share=share,
        feature_names=data.feature_names,
    )
    held_out = trainer.held_out(data.t0_ns, data.t1_ns, share)
    rows = data.rows[held_out] if len(held_out) else data.rows
    found = Forest.from_lightgbm(model, source="model.txt").predict(rows)[:, 0]
    differs = int((found.view(np.int64) != trainer.scores(model, rows).view(np.int64)).sum())
    if differs:
        raise ModelError(
            f"model.txt: expected LightGBM's scores of {len(rows):,} held-out rows, found {differs:,} that differ; the "
            "model is not registered"
        )
    golden = rows[np.unique(np.linspace(0, len(rows) - 1, _GOLDEN_ROWS).astype(np.int64))]
    holes = golden[:_GOLDEN_HOLES].copy()
    holes[np.add.outer(np.arange(len(holes)), np.arange(holes.shape[1])) % 3 == 0] = np.nan
    return model, np.concatenate([golden, holes])


def _mean_score(model: bytes, data: Dataset) -> float:
    return float(Forest.from_lightgbm(model, source="model.txt").predict(data.rows)[:, 0].mean())


def _findings(data: Dataset, plan: FeaturePlan, evaluation: Evaluation, sharpes: Sequence[float]) -> Findings:
    found = moments(evaluation.session_returns)
    variance = float(np.var(sharpes, ddof=1)) if len(sharpes) > 1 else 0.0
    benchmarks = (0.0, expected_maximum_sharpe(len(sharpes), variance))
    psr, dsr = (
        probabilistic_sharpe_ratio(
            found.sharpe, benchmark, observations=found.n, skewness=found.skewness, kurtosis=found.kurtosis
        )
        for benchmark in benchmarks
    )
    return Findings(
        samples=len(data),
        dropped=dict(data.dropped),
        ambiguous=int(data.ambiguous.sum()),
        left_out=plan.left_out,
        folds=evaluation.folds,
        overall=evaluation.overall,
        psr=psr if isfinite(psr) else None,
        dsr=dsr if isfinite(dsr) else None,
        trials=len(sharpes),
        trials_sharpe_variance=variance,
    )


def _manifest(
    resolved: Resolved,
    store: BarStore,
    inputs: TrainingInputs,
    plan: FeaturePlan,
    findings: Findings,
    score: ScoreStatistics,
    created_ns: int,
    library: str,
) -> Manifest:
    config = resolved.config
    age_ns = config.model.max_age_days * DAY_NS
    return Manifest(
        schema=SCHEMA,
        name=config.model.name,
        version=1,
        kind=config.model.family,
        created_ns=created_ns,
        expires_ns=created_ns + age_ns if age_ns else None,
        interval_ns=inputs.histories[0].interval_ns,
        plan_sha256=plan.sha256,
        feature_names=plan.row_names,
        research_features=tuple(column.name for column in plan.research),
        instruments=inputs.instruments,
        target=inputs.target,
        data=TrainingData(
            fingerprint=inputs.fingerprint,
            calendar=config.bars.calendar,
            first_close_ns=min(int(bars.close_ns[0]) for bars in inputs.histories),
            last_close_ns=max(int(bars.close_ns[-1]) for bars in inputs.histories),
            samples=findings.samples,
            marks={i.symbol: store.marks(i.symbol, config.bars.interval) for i in inputs.instruments},
        ),
        score=score,
        trials=findings.trials,
        trials_sharpe_variance=findings.trials_sharpe_variance,
        lineage=Lineage(resolved.sha256, foxml.__version__, library, None),
        runtime=None,
        files={},
    )
