"""Forests that importance is read from: one of each fold, each learned from purged rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.models import Forest
from foxml.research.leak_checks.material import Split
from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.settings.research import LearnerSettings

__all__ = ["FoldModel", "Learner", "fold_models"]

Index = NDArray[np.int64]
Rows = NDArray[np.float32]


class Learner:
    """Trains forests on any rows.

    Parameters
    ----------
    settings : LearnerSettings
    seed : int
    """

    def __init__(self, settings: LearnerSettings, *, seed: int) -> None:
        self._rows_max = settings.rows_max
        self._trainer = LightGBMTrainer(
            {
                "objective": "regression",
                "boosting": "gbdt",
                "n_estimators": settings.trees,
                "early_stopping_rounds": 0,
                "max_bin": 127,
                "subsample_freq": 0,
                "num_threads": 1,
                "learning_rate": settings.learning_rate,
                "num_leaves": settings.num_leaves,
                "max_depth": -1,
                "min_child_samples": settings.min_child_samples,
                "subsample": 1.0,
                "colsample_bytree": 1.0,
                "reg_alpha": 0.0,
                "reg_lambda": 1.0,
            },
            seed=seed,
        )

    def fit(self, data: Dataset, rows: Index, columns: Rows | None = None) -> bytes:
        """Train on some samples of a dataset; return the model's text.

        Parameters
        ----------
        data : Dataset
        rows : ndarray of int64
            Samples; those without weight teach nothing.
        columns : ndarray of float32, shape (n, K), optional
            In the place of the dataset's own.

        Raises
        ------
        DataError
            If there are too few.
        """
        given = data.rows if columns is None else columns
        weighed = rows[data.weights[rows] > 0.0]
        taken = weighed[:: max(1, -(-len(weighed) // self._rows_max))]
        return self._trainer.fit(
            given[taken],
            data.y[taken],
            data.weights[taken],
            data.t0_ns[taken],
            data.t1_ns[taken],
            early_stopping_share=0.0,
            feature_names=tuple(f"c{k}" for k in range(given.shape[1])),
        )


@dataclass(frozen=True, slots=True, eq=False)
class FoldModel:
    """The model of one fold.

    Attributes
    ----------
    split : Split
    text : bytes
    forest : Forest
    level : float
        Its mean score on what it learned from.
    """

    split: Split
    text: bytes
    forest: Forest
    level: float

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return scores less the level, shape (n,)."""
        return np.asarray(self.forest.predict(rows)[:, 0] - self.level, dtype=np.float64)


def fold_models(data: Dataset, splits: tuple[Split, ...], learner: Learner, progress: Progress) -> list[FoldModel]:
    """Train a model of each split.

    Raises
    ------
    DataError
        If there is no split, or too little to learn from in one.
    """
    if not splits:
        raise DataError("no split to learn from: importance is measured out of fold")
    found = []
    for number, split in enumerate(splits):
        progress(f"learning {split.name}", number, len(splits))
        text = learner.fit(data, split.train)
        forest = Forest.from_lightgbm(text, source=split.name)
        found.append(FoldModel(split, text, forest, float(forest.predict(data.rows[split.train])[:, 0].mean())))
    return found
