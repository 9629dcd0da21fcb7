"""Gradient-boosted trees by LightGBM (Ke et al., NeurIPS 2017)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml.errors import ConfigError, DataError
from foxml.models import Forest
from foxml.settings.problems import nearest

__all__ = ["LightGBMTrainer"]

_PARAMS = (
    "objective",
    "boosting",
    "n_estimators",
    "early_stopping_rounds",
    "max_bin",
    "subsample_freq",
    "num_threads",
    "learning_rate",
    "num_leaves",
    "max_depth",
    "min_child_samples",
    "subsample",
    "colsample_bytree",
    "reg_alpha",
    "reg_lambda",
)
_ROWS_MIN = 100


class LightGBMTrainer:
    """Regression forest with early stopping on the newest, purged part of the training window.

    The same rows, parameters, seed and number of threads give the same bytes.

    Parameters
    ----------
    params : mapping of str to object
        As in ``config/models/lightgbm.yaml``; an unknown one is an error.
    seed : int
    """

    def __init__(self, params: Mapping[str, Any], *, seed: int) -> None:
        for name in params:
            if name not in _PARAMS:
                raise ConfigError(f"unknown parameter {name} of lightgbm; {nearest(name, _PARAMS)}")
        for name in _PARAMS:
            if name not in params:
                raise ConfigError(f"missing parameter {name} of lightgbm")
        if params["objective"] != "regression" or params["boosting"] != "gbdt":
            raise ConfigError("lightgbm: expected objective regression and boosting gbdt")
        self._params = dict(params)
        self._seed = seed

    def fit(
        self,
        rows: NDArray[np.float32],
        y: NDArray[np.float64],
        weights: NDArray[np.float64],
        t0_ns: NDArray[np.int64],
        t1_ns: NDArray[np.int64],
        *,
        early_stopping_share: float,
        feature_names: Sequence[str],
    ) -> bytes:
        """Train; return the model in LightGBM's text format.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, F)
        y, weights : ndarray of float64, shape (n,)
        t0_ns, t1_ns : ndarray of int64, shape (n,)
        early_stopping_share : float
            Last share of the samples, in time, that decides the number of trees; 0: all trees are kept.
        feature_names : sequence of str, length F

        Raises
        ------
        DataError
            If there are too few rows to learn from.
        """
        import lightgbm as lgb

        train, stop = self._divide(t0_ns, t1_ns, early_stopping_share)
        params: dict[str, Any] = {k: v for k, v in self._params.items() if k not in ("n_estimators",)}
        rounds = params.pop("early_stopping_rounds")
        params |= {"seed": self._seed, "deterministic": True, "force_row_wise": True, "verbosity": -1}
        names = list(feature_names)
        data = lgb.Dataset(rows[train], y[train], weight=weights[train], feature_name=names, free_raw_data=True)
        stopping: dict[str, Any] = {}
        if len(stop):
            stopping["valid_sets"] = [lgb.Dataset(rows[stop], y[stop], weight=weights[stop], reference=data)]
            stopping["callbacks"] = [lgb.early_stopping(rounds, verbose=False)]
        booster = lgb.train(params, data, num_boost_round=self._params["n_estimators"], **stopping)
        best = booster.best_iteration if len(stop) else -1
        text: str = booster.model_to_string(num_iteration=best)
        model = text.encode()
        self._verify(booster, model, rows[-1000:], best)
        return model

    def _divide(
        self, t0_ns: NDArray[np.int64], t1_ns: NDArray[np.int64], share: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if share <= 0.0:
            train, stop = np.arange(len(t0_ns)), np.arange(0)
        else:
            boundary = np.sort(t0_ns)[int(len(t0_ns) * (1.0 - share))] if len(t0_ns) else 0
            train, stop = np.flatnonzero(t1_ns < boundary), np.flatnonzero(t0_ns >= boundary)
        if len(train) < _ROWS_MIN or (share > 0.0 and len(stop) < _ROWS_MIN // 4):
            raise DataError(
                f"too few rows to train on: {len(train)} after the purge and {len(stop)} to stop on, "
                f"expected at least {_ROWS_MIN} and {_ROWS_MIN // 4}"
            )
        return train, stop

    @staticmethod
    def _verify(booster: Any, model: bytes, rows: NDArray[np.float32], best: int) -> None:  # noqa: ANN401 (untyped)
        expected = np.asarray(booster.predict(rows, raw_score=True, num_iteration=best), dtype=np.float64)
        found = Forest.from_lightgbm(model, source="model.txt").predict(rows)[:, 0]
        if not np.array_equal(expected.view(np.int64), found.view(np.int64)):
            raise DataError("the forest does not reproduce LightGBM's scores; the model is refused")
