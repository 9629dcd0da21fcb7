"""Gradient-boosted trees by LightGBM (Ke et al., NeurIPS 2017)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

import foxml
from foxml.errors import ConfigError, DataError, MissingExtra
from foxml.models import Forest
from foxml.settings.problems import nearest

__all__ = ["LightGBMTrainer", "Trained"]

_WORD, _WHOLE, _NUMBER = (str,), (int,), (int, float)
_PARAMS: dict[str, tuple[type, ...]] = {
    "objective": _WORD,
    "boosting": _WORD,
    "n_estimators": _WHOLE,
    "early_stopping_rounds": _WHOLE,
    "max_bin": _WHOLE,
    "subsample_freq": _WHOLE,
    "num_threads": _WHOLE,
    "learning_rate": _NUMBER,
    "num_leaves": _WHOLE,
    "max_depth": _WHOLE,
    "min_child_samples": _WHOLE,
    "subsample": _NUMBER,
    "colsample_bytree": _NUMBER,
    "reg_alpha": _NUMBER,
    "reg_lambda": _NUMBER,
}
_ROWS_MIN = 100
_TRAINING, _STOPPING = "training", "stopping"


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A model and how it came about.

    Attributes
    ----------
    model : bytes
        In LightGBM's text format.
    train_loss, stop_loss : ndarray of float64, shape (rounds,)
        Mean squared error after each round on the rows that were trained on, and on those that ended the training;
        the latter empty where all rows were trained on.
    """

    model: bytes
    train_loss: NDArray[np.float64]
    stop_loss: NDArray[np.float64]


class LightGBMTrainer:
    """Regression forest with early stopping on the newest, purged part of the training window.

    The same rows, parameters, seed and number of threads give the same bytes.

    Parameters
    ----------
    params : mapping of str to object
        As in ``config/models/lightgbm.yaml``; an unknown one is an error.
    seed : int
    places : mapping of str to str, optional
        File and line, or option, that each parameter comes from, for errors.
    """

    def __init__(self, params: Mapping[str, Any], *, seed: int, places: Mapping[str, str] | None = None) -> None:
        for name, value in params.items():
            place = f"{places[name]}: " if places and name in places else ""
            if name not in _PARAMS:
                raise ConfigError(f"{place}unknown parameter {name} of lightgbm; {nearest(name, list(_PARAMS))}")
            if type(value) not in _PARAMS[name]:
                kinds = " or ".join(kind.__name__ for kind in _PARAMS[name])
                raise ConfigError(f"{place}parameter {name} of lightgbm: found {value!r}, expected {kinds}")
        for name in _PARAMS:
            if name not in params:
                raise ConfigError(f"missing parameter {name} of lightgbm")
        if params["objective"] != "regression" or params["boosting"] != "gbdt":
            raise ConfigError("lightgbm: expected objective regression and boosting gbdt")
        self._params = dict(params)
        self._seed = seed

    @property
    def library(self) -> str:
        """The training library and its version."""
        return f"lightgbm {_lightgbm().__version__}"

    @property
    def identity(self) -> str:
        """All that decides a model besides its rows: equal identities make equal models of equal rows."""
        return json.dumps([foxml.__version__, self.library, self._params, self._seed], sort_keys=True)

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
        """Train as `train` does; return the model alone."""
        return self.train(
            rows,
            y,
            weights,
            t0_ns,
            t1_ns,
            early_stopping_share=early_stopping_share,
            feature_names=feature_names,
        ).model

    def train(
        self,
        rows: NDArray[np.float32],
        y: NDArray[np.float64],
        weights: NDArray[np.float64],
        t0_ns: NDArray[np.int64],
        t1_ns: NDArray[np.int64],
        *,
        early_stopping_share: float,
        feature_names: Sequence[str],
    ) -> Trained:
        """Train a model.

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
        lgb = _lightgbm()
        train, stop = self._divide(t0_ns, t1_ns, early_stopping_share)
        params: dict[str, Any] = {k: v for k, v in self._params.items() if k not in ("n_estimators",)}
        rounds = params.pop("early_stopping_rounds")
        params |= {"seed": self._seed, "deterministic": True, "force_row_wise": True, "verbosity": -1}
        names = list(feature_names)
        data = lgb.Dataset(rows[train], y[train], weight=weights[train], feature_name=names, free_raw_data=True)
        losses: dict[str, dict[str, list[float]]] = {}
        watched, callbacks = {_TRAINING: data}, [lgb.record_evaluation(losses)]
        if len(stop):
            watched[_STOPPING] = lgb.Dataset(rows[stop], y[stop], weight=weights[stop], reference=data)
            callbacks.append(lgb.early_stopping(rounds, verbose=False))
        try:
            booster = lgb.train(
                params,
                data,
                num_boost_round=self._params["n_estimators"],
                valid_sets=list(watched.values()),
                valid_names=list(watched),
                callbacks=callbacks,
            )
        except lgb.basic.LightGBMError as error:
            raise ConfigError(f"lightgbm refuses its parameters: {error}") from None
        best = booster.best_iteration if len(stop) else -1
        text: str = booster.model_to_string(num_iteration=best)
        model = text.encode()
        self._verify(booster, model, rows[-1000:], best)
        train_loss, stop_loss = (np.array(losses.get(name, {}).get("l2", [])) for name in (_TRAINING, _STOPPING))
        return Trained(model, train_loss, stop_loss)

    def held_out(
        self, t0_ns: NDArray[np.int64], t1_ns: NDArray[np.int64], early_stopping_share: float
    ) -> NDArray[np.int64]:
        """Return the rows that `fit` decides the number of trees on, and learns nothing else from."""
        return self._divide(t0_ns, t1_ns, early_stopping_share)[1]

    def learned_from(
        self, t0_ns: NDArray[np.int64], t1_ns: NDArray[np.int64], early_stopping_share: float
    ) -> NDArray[np.int64]:
        """Return the rows that `fit` learns from, whatever decides the number of trees."""
        return self._divide(t0_ns, t1_ns, early_stopping_share)[0]

    @staticmethod
    def scores(model: bytes, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return LightGBM's own raw scores by a model's text, shape (n,)."""
        booster = _lightgbm().Booster(model_str=model.decode())
        return np.asarray(booster.predict(rows, raw_score=True), dtype=np.float64)

    @staticmethod
    def gain(model: bytes) -> NDArray[np.float64]:
        """Return what the splits on each feature took from the loss, as shares of the whole, shape (F,)."""
        gain = np.asarray(_lightgbm().Booster(model_str=model.decode()).feature_importance("gain"), dtype=np.float64)
        return gain / gain.sum() if gain.sum() > 0.0 else gain

    @staticmethod
    def contributions(model: bytes, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each column's part of each score (Lundberg et al., Nature Machine Intelligence 2, 2020), shape (n, F).

        Their sum over a row is its score less the mean score.
        """
        booster = _lightgbm().Booster(model_str=model.decode())
        return np.asarray(booster.predict(rows, pred_contrib=True), dtype=np.float64)[:, :-1]

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


def _lightgbm() -> ModuleType:
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtra(f"training needs lightgbm ({error}): pip install 'foxml[train]'") from error
    module: ModuleType = lightgbm
    return module
