"""Forests of NGBoost, whose models are scikit-learn's trees."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeRegressor

from foxml.errors import ModelError
from foxml.research.forests.document import write_forest
from foxml.research.forests.scikit_learn import sklearn_tree

__all__ = ["ngboost_forest"]


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
            trees.append(sklearn_tree(learner.tree_, leaves, output, np.asarray(columns)))
    return write_forest(
        model,
        feature_names,
        features=int(model.n_features),
        inputs="float32",
        base_margin=np.asarray(model.init_params, dtype=np.float64),
        divisor=1.0,
        link="identity",
        trees=trees,
    )
