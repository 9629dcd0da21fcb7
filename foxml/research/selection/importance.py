"""What the models of purged folds owe to each column: gain, contributions to scores, loss when it is taken away."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.estimates import Estimate, kept_skill, rank_ic
from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.research.selection.clusters import Clusters
from foxml.research.selection.learner import FoldModel
from foxml.research.trainers.lightgbm import LightGBMTrainer

__all__ = ["contribution_shares", "gain_shares", "out_of_fold", "permutation_losses", "skill"]

Floats = NDArray[np.float64]
_CONTRIBUTION_ROWS = 5000


def gain_shares(models: Sequence[FoldModel]) -> Floats:
    """Share of each column in what splits gained in training, mean over folds, shape (F,).

    It is measured on rows that were learned from: noise has some, too.
    """
    found = np.array([LightGBMTrainer.gain(model.text) for model in models])
    return np.asarray(found.mean(axis=0), dtype=np.float64)


def contribution_shares(data: Dataset, models: Sequence[FoldModel]) -> Floats:
    """Share of each column in the mean absolute contribution to out-of-fold scores (SHAP), mean over folds."""
    found = []
    for model in models:
        test = model.split.test[:: max(1, len(model.split.test) // _CONTRIBUTION_ROWS)]
        found.append(_shares(np.abs(LightGBMTrainer.contributions(model.text, data.rows[test])).mean(axis=0)))
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)


def out_of_fold(data: Dataset, models: Sequence[FoldModel], rows: NDArray[np.float32] | None = None) -> Floats:
    """Return scores out of fold, shape (n,); NaN where no fold tests.

    Parameters
    ----------
    data : Dataset
    models : sequence of FoldModel
    rows : ndarray of float32, shape (n, F), optional
        What is scored in the place of the dataset's rows.
    """
    found = np.full(len(data), np.nan)
    for model in models:
        found[model.split.test] = model.scores((data.rows if rows is None else rows)[model.split.test])
    return found


def skill(data: Dataset, scores: Floats, *, lag: int) -> Estimate:
    """Rank IC of scores with the return over sigma; labels that ended in both barriers at once are left out."""
    known = np.isfinite(scores) & ~data.ambiguous
    return rank_ic(scores[known], data.outcome[known], data.t0_ns[known], lag=lag)


def permutation_losses(
    data: Dataset,
    models: Sequence[FoldModel],
    clusters: Clusters,
    *,
    lag: int,
    repeats: int,
    rng: np.random.Generator,
    progress: Progress,
) -> list[Estimate]:
    """Loss of out-of-fold rank IC when a cluster's values are those of other tested rows of the fold.

    All columns of a cluster are taken away together: of two that say the same, each could stand in for the other.

    Returns
    -------
    list of Estimate
        One a cluster, with an error for overlapping labels.
    """
    scores = out_of_fold(data, models)
    known = np.isfinite(scores) & ~data.ambiguous
    rows, found = data.rows.copy(), []
    for cluster in range(len(clusters)):
        progress("taking features away", cluster, len(clusters))
        columns = clusters.members(cluster)
        without = np.zeros(len(data))
        for _ in range(repeats):
            for model in models:
                test = model.split.test
                rows[np.ix_(test, columns)] = data.rows[np.ix_(rng.permutation(test), columns)]
            without += out_of_fold(data, models, rows) / repeats
        rows[:, columns] = data.rows[:, columns]
        found.append(
            kept_skill(scores[known], without[known], data.outcome[known], data.t0_ns[known], lag=lag, kept=1.0)
        )
    return found


def _shares(values: Floats) -> Floats:
    total = float(values.sum())
    return values / total if total > 0.0 else np.zeros(len(values))
