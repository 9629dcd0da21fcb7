"""Models that are trained to see what can be learned: eager ones, since a leak is what they are to find."""

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.models import Forest
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.material import Index, Material, Split
from foxml.research.progress import Progress
from foxml.research.trainers.lightgbm import LightGBMTrainer

__all__ = ["ROWS_MIN", "Probe"]

Floats = NDArray[np.float64]

ROWS_MIN = 200
"""Training rows below which no model is asked."""


class Probe:
    """Trains models on the splits of a material.

    Parameters
    ----------
    material : Material
    effort : Effort
    progress : Progress
    """

    def __init__(
        self,
        material: Material,
        effort: Effort,
        progress: Progress = lambda text, done=None, total=None: None,
    ) -> None:
        self._material = material
        self._effort = effort
        self.progress = progress
        self._trainer = _trainer(effort, num_leaves=15, max_depth=6, min_child_samples=20)
        # Remembers rows rather than learns from them: what it knows of a row's neighbours is what shows.
        self._eager = _trainer(effort, num_leaves=63, max_depth=12, min_child_samples=3)
        self._forests: list[Forest] | None = None

    @property
    def splits(self) -> tuple[Split, ...]:
        """Outer splits with enough rows to learn from, and some to test on."""
        return tuple(s for s in self._material.outer if len(s.train) >= ROWS_MIN and len(s.test))

    def fit(self, train: Index, y: Floats, *, number: int = 0, eager: bool = False) -> Forest:
        """Train on some rows and any target.

        Parameters
        ----------
        train : ndarray of int64
        y : ndarray of float64, shape (n,)
        number : int
            Of the split, for errors.
        eager : bool
            By a model that would rather remember than learn.

        Raises
        ------
        DataError
            If there are too few rows.
        """
        data = self._material.data
        weighed = train[data.weights[train] > 0.0]
        step = -(-len(weighed) // self._effort.rows_max)
        rows = weighed[:: max(step, 1)]
        if len(rows) < ROWS_MIN:
            raise DataError(f"{len(rows)} rows are too few to learn from, expected at least {ROWS_MIN}")
        trainer = self._eager if eager else self._trainer
        model = trainer.fit(
            data.rows[rows],
            y[rows],
            data.weights[rows],
            data.t0_ns[rows],
            data.t1_ns[rows],
            early_stopping_share=0.0,
            feature_names=tuple(f"c{i}" for i in range(data.rows.shape[1])),
        )
        return Forest.from_lightgbm(model, source=f"probe {number}")

    def forests(self) -> list[Forest]:
        """Return a model of each split, trained on the target as it is."""
        if self._forests is None:
            found = []
            for number, split in enumerate(self.splits):
                self.progress(f"learning {split.name}", number, len(self.splits))
                found.append(self.fit(split.train, self._material.data.y, number=number))
            self._forests = found
        return self._forests

    def scores(self, rows: NDArray[np.float32] | None = None) -> Floats:
        """Return out-of-fold scores, less the mean score of each fold's training rows; NaN where no split tests.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, F), optional
            What is scored in the place of the dataset's rows.
        """
        found = np.full(len(self._material.data), np.nan)
        for split, forest in zip(self.splits, self.forests(), strict=True):
            found[split.test] = self.scored(forest, split.train, split.test, rows)
        return found

    def scored(self, forest: Forest, train: Index, test: Index, rows: NDArray[np.float32] | None = None) -> Floats:
        """Return scores of some rows, less the mean score of the training rows."""
        own = self._material.data.rows
        level = float(forest.predict(own[train[:: max(1, len(train) // 5000)]])[:, 0].mean())
        return np.asarray(forest.predict((own if rows is None else rows)[test])[:, 0] - level, dtype=np.float64)


def _trainer(effort: Effort, *, num_leaves: int, max_depth: int, min_child_samples: int) -> LightGBMTrainer:
    params = {
        "objective": "regression",
        "boosting": "gbdt",
        "n_estimators": effort.trees,
        "early_stopping_rounds": 0,
        "max_bin": 63,
        "subsample_freq": 0,
        "num_threads": 1,
        "learning_rate": 0.1,
        "num_leaves": num_leaves,
        "max_depth": max_depth,
        "min_child_samples": min_child_samples,
        "subsample": 1.0,
        "colsample_bytree": 1.0,
        "reg_alpha": 0.0,
        "reg_lambda": 1.0,
    }
    return LightGBMTrainer(params, seed=effort.seed)
