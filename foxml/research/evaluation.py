"""Walk-forward evaluation: one fold after another, each result kept, so that an interrupted run goes on."""

import hashlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.models import Forest, ScoreStatistics
from foxml.report.statistics import sharpe_ratio
from foxml.research.metrics import InformationCoefficient, information_coefficient
from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator

__all__ = ["Evaluation", "FoldResult", "evaluate", "score_statistics"]


@dataclass(frozen=True, slots=True)
class FoldResult:
    """One fold.

    Attributes
    ----------
    fold, trained_on : int
    first_ns, last_ns : int
        First and last prediction of the test block.
    metrics : InformationCoefficient
        Of the scores with the return over sigma_h; labels that ended in both barriers at once are left out.
    trades : int
    mean_ret_bps, hit_rate : float
        Of label returns before costs, long above the training rows' mean score and short below it; both barriers at
        once is a loss for either side.
    sharpe : float
        Per session: of the mean over symbols, counted on the session of the prediction.
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
        Out of fold, less the mean score of that fold's training rows: models of different windows have levels of
        their own, which order nothing. NaN where no fold tested.
    session_returns : ndarray of float64
        Mean returns over symbols and moments of the sessions that were tested.
    sha256 : str
        Of all that decides the scores.
    """

    folds: tuple[FoldResult, ...]
    overall: FoldResult
    scores: NDArray[np.float64]
    session_returns: NDArray[np.float64]
    sha256: str


def evaluate(
    data: Dataset,
    trainer: LightGBMTrainer,
    validator: WalkForwardValidator,
    *,
    early_stopping_share: float,
    lag: int,
    runs_dir: Path,
    progress: Progress,
) -> Evaluation:
    """Train and test fold by fold.

    Parameters
    ----------
    data : Dataset
    trainer : LightGBMTrainer
    validator : WalkForwardValidator
    early_stopping_share : float
    lag : int
        Moments that labels overlap.
    runs_dir : Path
        Each fold's scores are kept in it under the hash of all that decides them, and read back by a later run.
    progress : Progress
    """
    base = json.dumps([data.sha256(), trainer.identity, repr(validator), early_stopping_share, lag])
    splits = list(validator.split(data.rows, data.y, data.groups))
    scores = np.full(len(data), np.nan)
    folds = []
    for number, (train, test) in enumerate(splits):
        progress(f"fold {number + 1}: {len(train):,} rows", number, len(splits))
        path = runs_dir / f"fold-{hashlib.sha256(f'{base}{number}'.encode()).hexdigest()[:24]}.npy"
        kept = _kept(path, len(test))
        if kept is None:
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
            kept = forest.predict(data.rows[test])[:, 0] - forest.predict(data.rows[train])[:, 0].mean()
            _keep(path, kept)
        scores[test] = kept
        folds.append(_result(data, scores, test, number, len(train), lag))
    tested = np.flatnonzero(~np.isnan(scores))
    progress("all folds done", len(splits), len(splits))
    return Evaluation(
        folds=tuple(folds),
        overall=_result(data, scores, tested, -1, 0, lag),
        scores=scores,
        session_returns=_session_returns(data, tested, _gained(data, scores, tested)[0]),
        sha256=hashlib.sha256(base.encode()).hexdigest(),
    )


def score_statistics(evaluation: Evaluation, mean: float, horizon_bars: int) -> ScoreStatistics:
    """State how a model's scores are distributed, and how well they order, as far as validation can tell.

    Parameters
    ----------
    evaluation : Evaluation
    mean : float
        Of the final model's scores on its training rows, as in each fold.
    horizon_bars : int

    Raises
    ------
    DataError
        If all scores are the same: nothing was learned.
    """
    scores = evaluation.scores[~np.isnan(evaluation.scores)]
    spread = float(scores.std())
    if not spread > 0.0:
        raise DataError(f"all {len(scores):,} out-of-fold scores are alike: the model has learned nothing")
    metrics = evaluation.overall.metrics
    return ScoreStatistics(mean, spread, metrics.ic, metrics.n, horizon_bars)


def _result(
    data: Dataset,
    scores: NDArray[np.float64],
    test: NDArray[np.int64],
    fold: int,
    trained_on: int,
    lag: int,
) -> FoldResult:
    gained, traded = _gained(data, scores, test)
    returns = _session_returns(data, test, gained)
    flat = len(returns) < 2 or float(returns.std()) == 0.0
    clear = test[~data.ambiguous[test]]
    return FoldResult(
        fold=fold,
        trained_on=trained_on,
        first_ns=int(data.t0_ns[test].min()),
        last_ns=int(data.t0_ns[test].max()),
        metrics=information_coefficient(scores[clear], data.outcome[clear], data.t0_ns[clear], lag=lag),
        trades=int(traded.sum()),
        mean_ret_bps=float(gained[traded].mean()) * 1e4 if traded.any() else 0.0,
        hit_rate=float((gained[traded] > 0.0).mean()) if traded.any() else 0.0,
        sharpe=0.0 if flat else float(sharpe_ratio(returns)),
    )


def _gained(
    data: Dataset, scores: NDArray[np.float64], test: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return of each label to a trade on its score, and whether there was one."""
    side = np.sign(scores[test])
    gained = side * data.ret[test]
    return np.where(data.ambiguous[test], -np.abs(gained), gained), side != 0.0


def _session_returns(data: Dataset, test: NDArray[np.int64], gained: NDArray[np.float64]) -> NDArray[np.float64]:
    moments, moment = np.unique(data.t0_ns[test], return_inverse=True)
    per_moment = np.bincount(moment, weights=gained) / np.bincount(moment)
    session_of = np.zeros(len(moments), dtype=np.int64)
    session_of[moment] = data.session_ns[test]
    _, session = np.unique(session_of, return_inverse=True)
    return np.asarray(np.bincount(session, weights=per_moment) / np.bincount(session), dtype=np.float64)


def _kept(path: Path, rows: int) -> NDArray[np.float64] | None:
    """Return what an earlier run kept of a fold; None where there is nothing, or nothing whole."""
    try:
        scores = np.lib.format.read_array(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return scores if scores.shape == (rows,) and scores.dtype == np.float64 else None


def _keep(path: Path, scores: NDArray[np.float64]) -> None:
    # A killed run must leave a whole file or none.
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.save(file, scores, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path}: a fold's scores could not be kept: {error.strerror}") from None
