"""Walk-forward evaluation: one fold after another, each result kept, so that an interrupted run goes on."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml.models import Forest
from foxml.report.statistics import sharpe_ratio
from foxml.research.metrics import InformationCoefficient, information_coefficient
from foxml.research.pipeline import Dataset
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator

__all__ = ["Evaluation", "FoldResult", "as_table", "evaluate", "score_statistics"]


@dataclass(frozen=True, slots=True)
class FoldResult:
    """One fold.

    Attributes
    ----------
    fold, trained_on : int
    first_ns, last_ns : int
        First and last prediction of the test block.
    metrics : InformationCoefficient
    trades : int
    mean_ret_bps, hit_rate, sharpe : float
        Of label returns before costs, long above the training rows' mean score and short below it; Sharpe ratio per
        moment, of the mean over symbols.
    """

    fold: int
    trained_on: int
    first_ns: int
    last_ns: int
    metrics: InformationCoefficient
    trades: int
    mean_ret_bps: float
    hit_rate: float
    sharpe: float


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All folds.

    Attributes
    ----------
    folds : tuple of FoldResult
    overall : FoldResult
        Over all out-of-fold scores; its `fold` is -1.
    scores : ndarray of float64, shape (n,)
        Out of fold; NaN where no fold tested.
    """

    folds: tuple[FoldResult, ...]
    overall: FoldResult
    scores: NDArray[np.float64]


def evaluate(
    data: Dataset,
    trainer: LightGBMTrainer,
    validator: WalkForwardValidator,
    *,
    key: str,
    early_stopping_share: float,
    lag: int,
    runs_dir: Path,
    progress: Callable[[float, str], None],
) -> Evaluation:
    """Train and test fold by fold.

    Parameters
    ----------
    data : Dataset
    trainer : LightGBMTrainer
    validator : WalkForwardValidator
    key : str
        Names everything else that decides the scores (the trainer's parameters, seed, versions).
    early_stopping_share : float
    lag : int
        Moments that labels overlap.
    runs_dir : Path
        Each fold's scores are kept in it under the hash of its inputs, and read back by a later run.
    progress : callable
        Given the share done, from 0 to 1, and a line to show.
    """
    base = json.dumps([data.sha256(), key, repr(validator), early_stopping_share])
    splits = list(validator.split(data.t0_ns, data.t1_ns, data.session_ns))
    scores, centre = np.full(len(data), np.nan), np.full(len(data), np.nan)
    folds = []
    runs_dir.mkdir(parents=True, exist_ok=True)
    for number, (train, test) in enumerate(splits):
        progress(number / len(splits), f"fold {number + 1} of {len(splits)}: {len(train)} rows")
        kept = runs_dir / f"fold-{hashlib.sha256(f'{base}{number}'.encode()).hexdigest()[:24]}.npz"
        if kept.is_file():
            with np.load(kept, allow_pickle=False) as file:
                scores[test], centre[test] = file["scores"], float(file["centre"])
        else:
            model = trainer.fit(
                data.rows[train],
                data.y[train],
                data.weights[train],
                data.t0_ns[train],
                data.t1_ns[train],
                early_stopping_share=early_stopping_share,
                feature_names=data.feature_names,
            )
            forest = Forest.from_lightgbm(model, source=f"fold {number + 1}")
            scores[test] = forest.predict(data.rows[test])[:, 0]
            centre[test] = forest.predict(data.rows[train])[:, 0].mean()
            _keep(kept, {"scores": scores[test], "centre": np.array(centre[test[0]])})
        folds.append(_result(data, scores, centre, test, number, len(train), lag))
    tested = np.flatnonzero(~np.isnan(scores))
    progress(1.0, "all folds done")
    return Evaluation(tuple(folds), _result(data, scores, centre, tested, -1, 0, lag), scores)


def score_statistics(evaluation: Evaluation, horizon_bars: int) -> Mapping[str, Any]:
    """Mean, spread and IC of the out-of-fold scores, as a bundle states them."""
    scores = evaluation.scores[~np.isnan(evaluation.scores)]
    metrics = evaluation.overall.metrics
    return {
        "mean": float(scores.mean()),
        "std": float(scores.std()),
        "ic": metrics.ic,
        "ic_n": metrics.n,
        "horizon_bars": horizon_bars,
    }


def as_table(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return one row per fold, and the overall one last."""
    return [asdict(result) for result in (*evaluation.folds, evaluation.overall)]


def _result(
    data: Dataset,
    scores: NDArray[np.float64],
    centre: NDArray[np.float64],
    test: NDArray[np.int64],
    fold: int,
    trained_on: int,
    lag: int,
) -> FoldResult:
    side = np.sign(scores[test] - centre[test])
    gained = side * data.ret[test]
    traded = gained[side != 0.0]
    _, moment = np.unique(data.t0_ns[test], return_inverse=True)
    per_moment = np.bincount(moment, weights=gained) / np.bincount(moment)
    flat = len(per_moment) < 2 or float(per_moment.std()) == 0.0
    return FoldResult(
        fold=fold,
        trained_on=trained_on,
        first_ns=int(data.t0_ns[test].min()),
        last_ns=int(data.t0_ns[test].max()),
        metrics=information_coefficient(scores[test], data.y[test], data.t0_ns[test], lag=lag),
        trades=len(traded),
        mean_ret_bps=float(traded.mean()) * 1e4 if len(traded) else 0.0,
        hit_rate=float((traded > 0.0).mean()) if len(traded) else 0.0,
        sharpe=0.0 if flat else float(sharpe_ratio(per_moment)),
    )


def _keep(path: Path, arrays: Mapping[str, NDArray[np.float64]]) -> None:
    # A killed run must leave a whole file or none.
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
