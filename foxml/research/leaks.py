"""What `foxml check leaks` checks: the study of a config, as training makes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.store import BarStore
from foxml.errors import ConfigError, DataError, ModelError
from foxml.features import FeaturePlan
from foxml.models import Bundle
from foxml.research.feature_checks import History
from foxml.research.features.references import import_object, import_research
from foxml.research.features.training import TrainingFeatureComputer
from foxml.research.inputs import TrainingInputs, feature_plan, read_inputs
from foxml.research.leak_checks import (
    Check,
    Effort,
    FittedPreprocessor,
    JudgedModel,
    LeakReport,
    Limits,
    Material,
    Split,
    check_leaks,
    try_leak_canaries,
)
from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.research.study import config_trainer, study_dataset
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import Resolved

__all__ = ["LeakStudy", "check_study", "judge_study", "study_material", "study_splits"]


@dataclass(frozen=True, slots=True)
class LeakStudy:
    """What was checked, and what was found.

    Attributes
    ----------
    plan : FeaturePlan
    fingerprint, dataset_sha256 : str
        Of the bars and of the samples.
    model : str or None
        NAME@VERSION.
    report : LeakReport
    """

    plan: FeaturePlan
    fingerprint: str
    dataset_sha256: str
    model: str | None
    report: LeakReport


def check_study(
    resolved: Resolved,
    store: BarStore,
    *,
    bundle: Bundle | None = None,
    preprocessors: Sequence[str] = (),
    only: Sequence[Check] = (),
    effort: Effort,
    limits: Limits,
    progress: Progress,
) -> LeakStudy:
    """Make the dataset and the splits of a config as training does, and check them for leaks.

    Parameters
    ----------
    resolved : Resolved
    store : BarStore
    bundle : Bundle, optional
        A trained model of the same feature plan.
    preprocessors : sequence of str
        ``module:function`` each: takes the dataset and the splits, returns the object fitted for each split.
    only : sequence of Check
        By default all.
    effort : Effort
    limits : Limits
    progress : Progress

    Raises
    ------
    ConfigError
        If the config, or a preprocessor's reference, is wrong.
    DataError
        If the store lacks bars, or too little is left to learn from.
    ModelError
        If the model is of another feature plan.
    """
    plan = feature_plan(resolved)
    if bundle is not None and bundle.manifest.plan_sha256 != plan.sha256:
        raise ModelError(
            f"{bundle.path}: is of the feature plan {bundle.manifest.plan_sha256[:12]}, expected that of the config, "
            f"{plan.sha256[:12]}"
        )
    progress(f"reading and labelling {len(resolved.config.universe.symbols)} symbols")
    inputs = read_inputs(resolved.config, store)
    material = study_material(resolved, inputs, plan, bundle=bundle, preprocessors=preprocessors, progress=progress)
    report = check_leaks(material, effort=effort, limits=limits, only=only, progress=progress)
    named = None if bundle is None else f"{bundle.manifest.name}@{bundle.manifest.version}"
    return LeakStudy(plan, inputs.fingerprint, material.data.sha256(), named, report)


def judge_study(
    resolved: Resolved, inputs: TrainingInputs, plan: FeaturePlan, data: Dataset, progress: Progress
) -> LeakReport:
    """Check what a study has trained on, after the known leaks were found, at the usual effort.

    Raises
    ------
    DataError
        If a known leak is not found: no result can be believed then.
    """
    missed = [trial.name for trial in try_leak_canaries(progress=progress) if not trial.as_expected]
    if missed:
        raise DataError(f"leak checks: the known leaks {', '.join(missed)} were not found; nothing was checked")
    material = study_material(resolved, inputs, plan, data=data, progress=progress)
    return check_leaks(material, effort=Effort(), limits=Limits(), progress=progress)


def study_material(
    resolved: Resolved,
    inputs: TrainingInputs,
    plan: FeaturePlan,
    *,
    data: Dataset | None = None,
    bundle: Bundle | None = None,
    preprocessors: Sequence[str] = (),
    progress: Progress,
) -> Material:
    """Return what a config trains on, with what it was made from; `data` if that was made already.

    Raises
    ------
    ConfigError, DataError
        As `check_study`.
    """
    config = resolved.config
    computer = TrainingFeatureComputer(plan, import_research(plan.research, resolved.root))
    if data is None:
        progress(f"computing {len(plan.row_names)} features")
        data = study_dataset(inputs, computer, config.target.value)
    trainer, _ = config_trainer(resolved)
    validation = config.validation
    validator = WalkForwardValidator(
        validation.folds, validation.min_train_sessions, validation.scheme, validation.embargo_bars
    )
    splits = study_splits(data, validator, trainer, validation.early_stopping_share)
    benchmark = next((bars for bars in inputs.histories if bars.symbol == plan.benchmark), None)
    fitted = [each for reference in preprocessors for each in _fitted(reference, resolved, data, splits)]
    return Material(
        data,
        tuple(instrument.symbol for instrument in inputs.instruments),
        splits,
        lag=inputs.overlap_bars,
        embargo_bars=validation.embargo_bars,
        histories=tuple(History(bars, tuple(inputs.actions), benchmark) for bars in inputs.histories),
        computer=computer,
        preprocessors=tuple(fitted),
        model=None if bundle is None else _judged(bundle),
    )


def study_splits(
    data: Dataset, validator: WalkForwardValidator, trainer: LightGBMTrainer, share: float
) -> tuple[Split, ...]:
    """Return the splits of a walk-forward study, then those that early stopping makes within each and in the end.

    Raises
    ------
    DataError
        If there is too little to learn from.
    """
    outer = [
        Split(f"fold {number + 1}", train, test)
        for number, (train, test) in enumerate(validator.split(data.rows, data.y, data.groups))
    ]
    if share <= 0.0:
        return tuple(outer)
    windows = [*((split.name, split.train) for split in outer), ("final model", np.arange(len(data)))]
    inner = []
    for name, rows in windows:
        t0_ns, t1_ns = data.t0_ns[rows], data.t1_ns[rows]
        learned, stop = trainer.learned_from(t0_ns, t1_ns, share), trainer.held_out(t0_ns, t1_ns, share)
        inner.append(Split(f"early stopping, {name}", rows[learned], rows[stop], inner=True))
    return (*outer, *inner)


def _judged(bundle: Bundle) -> JudgedModel:
    def scores(rows: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(bundle.model.predict(rows)[:, 0], dtype=np.float64)

    manifest = bundle.manifest
    return JudgedModel(f"{manifest.name}@{manifest.version}", scores, manifest.data.last_close_ns)


def _fitted(reference: str, resolved: Resolved, data: Dataset, splits: Sequence[Split]) -> list[FittedPreprocessor]:
    make = import_object(reference, resolved.root)
    if not callable(make):
        raise ConfigError(f"{reference}: found a {type(make).__name__}, expected a function of a dataset and splits")
    outer = [split for split in splits if not split.inner]
    call: Callable[[Dataset, Sequence[Split]], Sequence[object]] = make
    try:
        found = list(call(data, outer))
    except Exception as error:  # whatever the user's function does
        raise ConfigError(f"{reference}: failed: {type(error).__name__}: {error}") from error
    if len(found) != len(outer):
        raise ConfigError(
            f"{reference}: found {len(found)} fitted objects, expected one for each of {len(outer)} splits"
        )
    return [FittedPreprocessor(reference, place, each) for place, each in enumerate(found)]
