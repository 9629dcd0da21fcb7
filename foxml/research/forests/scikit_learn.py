"""Forests of scikit-learn, which has no model format that could be read without pickle."""

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

from foxml.errors import ModelError
from foxml.research.forests.document import Tree, write_forest

__all__ = ["sklearn_forest", "sklearn_tree"]

_AVERAGED = (RandomForestRegressor, RandomForestClassifier, ExtraTreesRegressor, ExtraTreesClassifier)
_BOOSTED = (GradientBoostingRegressor, GradientBoostingClassifier)
_HISTOGRAM = (HistGradientBoostingRegressor, HistGradientBoostingClassifier)
_LEAF = -1
_EVERY_OUTPUT = -1


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
        return write_forest(model, feature_names, **_averaged(model))
    if isinstance(model, _BOOSTED):
        return write_forest(model, feature_names, **_boosted(model))
    if isinstance(model, _HISTOGRAM):
        return write_forest(model, feature_names, **_histogram(model))
    raise ModelError(f"{type(model).__name__}: expected a random forest, extra trees or gradient boosting")


def _averaged(model: Any) -> dict[str, Any]:
    is_classifier = isinstance(model, RandomForestClassifier | ExtraTreesClassifier)
    if is_classifier and model.n_outputs_ != 1:
        raise ModelError(f"{type(model).__name__}: expected one output to classify, found {model.n_outputs_}")
    outputs = int(model.n_classes_) if is_classifier else int(model.n_outputs_)
    trees = []
    for estimator in model.estimators_:
        values = estimator.tree_.value
        leaves = values[:, 0, :outputs] if is_classifier else values[:, :, 0]
        trees.append(sklearn_tree(estimator.tree_, leaves, _EVERY_OUTPUT if outputs > 1 else 0))
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
        sklearn_tree(estimator.tree_, model.learning_rate * estimator.tree_.value[:, 0, 0], output)
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


def sklearn_tree(tree: Any, leaves: NDArray[np.float64], output: int, columns: NDArray[np.int64] | None = None) -> Tree:
    """Convert one of scikit-learn's trees.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    leaves : ndarray
        A value or a vector for every node; those of splits are not used.
    output : int
        That the leaves add to; -1 if they are vectors.
    columns : ndarray, optional
        Of the row, for each of the tree's features.
    """
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


def _histogram_tree(nodes: NDArray[Any], output: int) -> Tree:
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
) -> Tree:
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
