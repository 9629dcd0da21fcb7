"""Forests of scikit-learn and NGBoost, written in FoxML's own form, which the compiled core scores to the same bits.

These libraries have no model format that could be read without pickle, so a model is converted where it was trained.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeRegressor

from foxml.errors import ModelError

__all__ = ["ngboost_forest", "sklearn_forest"]

_AVERAGED = (RandomForestRegressor, RandomForestClassifier, ExtraTreesRegressor, ExtraTreesClassifier)
_BOOSTED = (GradientBoostingRegressor, GradientBoostingClassifier)
_HISTOGRAM = (HistGradientBoostingRegressor, HistGradientBoostingClassifier)
_LEAF = -1
_EVERY_OUTPUT = -1
_Tree = dict[str, Any]


def sklearn_forest(model: BaseEstimator, feature_names: Sequence[str] | None = None) -> bytes:
    """Write a fitted ensemble of scikit-learn in FoxML's form.

    Raw scores of the result equal, to the last bit: ``predict`` of a regressor (of `HistGradientBoostingRegressor` with
    a link, the prediction before it), ``predict_proba`` of a random forest or of extra trees, ``decision_function`` of
    boosting. Sums in several threads have no fixed order in scikit-learn's averaged forests: compare with ``n_jobs=1``.

    Parameters
    ----------
    model : estimator
        Random forest, extra trees, gradient boosting or histogram gradient boosting; regressor or classifier.
    feature_names : sequence of str, optional
        Of the columns; none if not given.

    Returns
    -------
    bytes
        For `foxml.models.Forest.from_foxml`.

    Raises
    ------
    ModelError
        If the model is of another kind, or has categorical features, several outputs to classify, or an ``init`` of its
        own.
    """
    if isinstance(model, _AVERAGED):
        return _write(model, feature_names, **_averaged(model))
    if isinstance(model, _BOOSTED):
        return _write(model, feature_names, **_boosted(model))
    if isinstance(model, _HISTOGRAM):
        return _write(model, feature_names, **_histogram(model))
    raise ModelError(f"{type(model).__name__}: expected a random forest, extra trees or gradient boosting")


def ngboost_forest(model: Any, feature_names: Sequence[str] | None = None) -> bytes:
    """Write a fitted NGBoost model in FoxML's form: one output for each parameter of its distribution.

    Raw scores equal ``model.pred_param(X)`` to the last bit: the parameters as the distribution's class takes them (of
    Normal: mean, logarithm of scale).

    Parameters
    ----------
    model : NGBRegressor, NGBClassifier
        With scikit-learn's regression trees as base learners, which is the default.
    feature_names : sequence of str, optional

    Returns
    -------
    bytes
        For `foxml.models.Forest.from_foxml`.

    Raises
    ------
    ModelError
        If its base learners are not regression trees.
    """
    trees = []
    for stage, scaling, columns in zip(model.base_models, model.scalings, model.col_idxs, strict=True):
        for output, learner in enumerate(stage):
            if not isinstance(learner, DecisionTreeRegressor):
                raise ModelError(f"{type(model).__name__}: expected regression trees, found {type(learner).__name__}")
            leaves = -(model.learning_rate * learner.tree_.value[:, 0, 0] * scaling)
            trees.append(_tree(learner.tree_, leaves, output, np.asarray(columns)))
    return _write(
        model,
        feature_names,
        features=int(model.n_features),
        inputs="float32",
        base_margin=np.asarray(model.init_params, dtype=np.float64),
        divisor=1.0,
        link="identity",
        trees=trees,
    )


def _averaged(model: Any) -> dict[str, Any]:
    is_classifier = isinstance(model, RandomForestClassifier | ExtraTreesClassifier)
    if is_classifier and model.n_outputs_ != 1:
        raise ModelError(f"{type(model).__name__}: expected one output to classify, found {model.n_outputs_}")
    outputs = int(model.n_classes_) if is_classifier else int(model.n_outputs_)
    trees = []
    for estimator in model.estimators_:
        values = estimator.tree_.value
        leaves = values[:, 0, :outputs] if is_classifier else values[:, :, 0]
        trees.append(_tree(estimator.tree_, leaves, _EVERY_OUTPUT if outputs > 1 else 0))
    return {
        "features": int(model.n_features_in_),
        "inputs": "float32",
        "base_margin": np.zeros(outputs),
        "divisor": float(len(trees)),
        "link": "identity",
        "trees": trees,
    }


def _boosted(model: Any) -> dict[str, Any]:
    constant = isinstance(model.init_, DummyRegressor | DummyClassifier) or model.init_ == "zero"
    if not constant:
        raise ModelError(f"{type(model).__name__}: init: expected none or 'zero', found {type(model.init_).__name__}")
    features = int(model.n_features_in_)
    base = model._raw_predict_init(np.zeros((1, features), dtype=np.float32))[0]
    trees = [
        _tree(estimator.tree_, model.learning_rate * estimator.tree_.value[:, 0, 0], output)
        for stage in model.estimators_
        for output, estimator in enumerate(stage)
    ]
    link = "identity"
    if isinstance(model, GradientBoostingClassifier):
        link = "sigmoid" if len(base) == 1 else "softmax"
    return {
        "features": features,
        "inputs": "float32",
        "base_margin": base,
        "divisor": 1.0,
        "link": link,
        "trees": trees,
    }


def _histogram(model: Any) -> dict[str, Any]:
    if model.is_categorical_ is not None:
        raise ModelError(f"{type(model).__name__}: categorical features are not supported")
    base = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1)
    trees = [
        _histogram_tree(predictor.nodes, output)
        for stage in model._predictors
        for output, predictor in enumerate(stage)
    ]
    link = "exponential" if getattr(model, "loss", None) in ("poisson", "gamma") else "identity"
    if isinstance(model, HistGradientBoostingClassifier):
        link = "sigmoid" if len(base) == 1 else "softmax"
    return {
        "features": int(model.n_features_in_),
        "inputs": "float64",
        "base_margin": base,
        "divisor": 1.0,
        "link": link,
        "trees": trees,
    }


def _tree(tree: Any, leaves: NDArray[np.float64], output: int, columns: NDArray[np.int64] | None = None) -> _Tree:
    """One of scikit-learn's trees; `leaves` has a value or a vector for every node."""
    is_leaf = tree.children_left == _LEAF
    feature = np.where(is_leaf, 0, tree.feature)
    return _rows(
        is_leaf,
        feature if columns is None else columns[feature],
        tree.threshold,
        tree.children_left,
        tree.children_right,
        tree.missing_go_to_left,
        leaves,
        output,
    )


def _histogram_tree(nodes: NDArray[Any], output: int) -> _Tree:
    return _rows(
        nodes["is_leaf"].astype(bool),
        nodes["feature_idx"],
        nodes["num_threshold"],
        nodes["left"].astype(np.int64),
        nodes["right"].astype(np.int64),
        nodes["missing_go_to_left"],
        nodes["value"],
        output,
    )


def _rows(
    is_leaf: NDArray[np.bool_],
    feature: NDArray[Any],
    threshold: NDArray[Any],
    left: NDArray[Any],
    right: NDArray[Any],
    default_left: NDArray[Any],
    leaves: NDArray[Any],
    output: int,
) -> _Tree:
    """Split the nodes into splits and leaves; child number i is split i, or below 0 leaf -1 - i."""
    number = np.where(is_leaf, np.int64(0) - np.cumsum(is_leaf), np.cumsum(~is_leaf) - 1)
    split = ~is_leaf
    return {
        "output": output,
        "feature": feature[split].tolist(),
        "threshold": threshold[split].astype(np.float64).tolist(),
        "left": number[left[split]].tolist(),
        "right": number[right[split]].tolist(),
        "default_left": default_left[split].astype(np.int64).tolist(),
        "leaves": np.asarray(leaves[is_leaf], dtype=np.float64).reshape(-1).tolist(),
    }


def _write(
    model: Any,
    feature_names: Sequence[str] | None,
    *,
    features: int,
    inputs: str,
    base_margin: NDArray[np.float64],
    divisor: float,
    link: str,
    trees: list[_Tree],
) -> bytes:
    document: dict[str, Any] = {
        "format": "foxml-forest",
        "version": 1,
        "origin": f"{_library(model)} {type(model).__name__}",
        "inputs": inputs,
        "feature_count": features,
        "outputs": len(base_margin),
        "base_margin": base_margin.tolist(),
        "divisor": divisor,
        "link": link,
        "trees": trees,
    }
    if feature_names is not None:
        if len(feature_names) != features:
            raise ModelError(f"feature_names: expected {features}, found {len(feature_names)}")
        document["feature_names"] = list(feature_names)
    return json.dumps(document, separators=(",", ":")).encode()


def _library(model: Any) -> str:
    root = type(model).__module__.split(".")[0]
    return {"sklearn": "scikit-learn", "ngboost": "NGBoost"}.get(root, root)
