"""Forests that are converted at training time score the bits of their library; each day draws other models."""

from typing import Any

import numpy as np
import pytest
from forest_rows import differing_bits, hard_rows, training_table
from numpy.typing import NDArray
from rotating_share import share_of_this_run
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
from foxml.models import Forest
from foxml.research.forests import ngboost_forest, sklearn_forest

_MODELS_A_DAY = 2
_SPECIAL = (0.0, -0.0, 5e-324, 1e-45, 1e-36, -1e-35, 1e30, -1e30)


def _seeds() -> list[int]:
    share = share_of_this_run()
    if share == "all":
        return list(range(20 * _MODELS_A_DAY))
    first = (int(share) + 1000) * _MODELS_A_DAY
    return list(range(first, first + _MODELS_A_DAY))


def _models(generator: np.random.Generator) -> dict[str, tuple[Any, str, bool]]:
    """Models by name, with the label that each wants and whether it takes missing values."""
    few = {"n_estimators": int(generator.integers(1, 20)), "random_state": 1}
    depth = {"max_depth": [None, 2, 6][generator.integers(3)]}
    boost = {**few, "max_depth": int(generator.integers(1, 7)), "learning_rate": 0.3, "subsample": 0.7}
    rounds = {"max_iter": few["n_estimators"], "random_state": 1, "min_samples_leaf": 5, "early_stopping": False}
    return {
        "forest": (RandomForestRegressor(**few, **depth), "real", True),
        "forest, targets": (RandomForestRegressor(**few, **depth), "targets", True),
        "forest, classes": (RandomForestClassifier(**few, **depth), "classes", True),
        "forest, two classes": (RandomForestClassifier(**few, **depth), "binary", True),
        "extra": (ExtraTreesRegressor(**few, **depth), "real", False),
        "extra, classes": (ExtraTreesClassifier(**few, **depth), "classes", False),
        "boosting": (GradientBoostingRegressor(**boost), "real", False),
        "boosting, quantile": (GradientBoostingRegressor(**boost, loss="quantile"), "real", False),
        "boosting, zero": (GradientBoostingRegressor(**boost, init="zero"), "real", False),
        "boosting, two classes": (GradientBoostingClassifier(**boost), "binary", False),
        "boosting, classes": (GradientBoostingClassifier(**boost), "classes", False),
        "histogram": (HistGradientBoostingRegressor(**rounds), "real", True),
        "histogram, counts": (HistGradientBoostingRegressor(**rounds, loss="poisson"), "count", True),
        "histogram, two classes": (HistGradientBoostingClassifier(**rounds), "binary", True),
        "histogram, classes": (HistGradientBoostingClassifier(**rounds), "classes", True),
    }


def _scores(model: Any, rows: NDArray[Any]) -> NDArray[np.float64]:
    """What the library says, before its link."""
    if isinstance(model, HistGradientBoostingRegressor):
        found = model._raw_predict(rows)
    elif hasattr(model, "decision_function"):
        found = model.decision_function(rows)
    elif hasattr(model, "predict_proba"):
        found = model.predict_proba(rows)
    else:
        found = model.predict(rows)
    return np.asarray(found)


@pytest.mark.parametrize("name", _models(np.random.default_rng(0)))
@pytest.mark.parametrize("seed", _seeds())
def test_scikit_learn(seed: int, name: str) -> None:
    # The trees compare float32 values with float64 thresholds; histogram boosting does not round.
    generator = np.random.default_rng([seed, 3])
    table = training_table(generator)
    model, kind, takes_missing = _models(generator)[name]
    x = table.x if takes_missing else np.nan_to_num(table.x)
    model.fit(x, table.label(kind))
    forest = Forest.from_foxml(sklearn_forest(model), source=f"seed {seed}")
    rows = hard_rows(table, _thresholds(model), _SPECIAL)
    rows = rows if takes_missing else np.nan_to_num(rows)
    for each in (rows, rows.astype(np.float32)):
        expected = _scores(model, each)
        assert differing_bits(forest.predict(each), expected) == 0
        assert differing_bits(forest.predict_reference(each), expected) == 0


def _thresholds(model: Any) -> NDArray[np.float64]:
    if hasattr(model, "_predictors"):
        parts = [predictor.nodes["num_threshold"] for stage in model._predictors for predictor in stage]
    else:
        parts = [tree.tree_.threshold for tree in np.ravel(model.estimators_)]
    found = np.concatenate(parts)
    return found[np.isfinite(found)]


@pytest.mark.parametrize("seed", _seeds())
def test_ngboost(seed: int) -> None:
    # Scale and learning rate multiply each leaf, in the library's order.
    ngboost = pytest.importorskip("ngboost", reason="ngboost is not installed")
    generator = np.random.default_rng([seed, 4])
    table = training_table(generator)
    x = np.nan_to_num(table.x)
    model = ngboost.NGBRegressor(n_estimators=8, verbose=False, col_sample=0.7, minibatch_frac=0.8, random_state=1)
    model.fit(x, table.y)
    forest = Forest.from_foxml(ngboost_forest(model), source=f"seed {seed}")
    rows = np.nan_to_num(hard_rows(table, x.reshape(-1), _SPECIAL))
    assert differing_bits(forest.predict(rows), model.pred_param(rows)) == 0


def test_what_cannot_be_exact_is_refused() -> None:
    x, y = np.random.default_rng(0).normal(size=(80, 3)), np.arange(80.0)
    with pytest.raises(ModelError, match="init: expected none or 'zero', found RandomForestRegressor"):
        sklearn_forest(GradientBoostingRegressor(init=RandomForestRegressor(2), n_estimators=2).fit(x, y))
    categorical = HistGradientBoostingRegressor(max_iter=2, categorical_features=[0]).fit(abs(x).round(), y)
    with pytest.raises(ModelError, match="categorical features are not supported"):
        sklearn_forest(categorical)
    with pytest.raises(ModelError, match="expected a random forest, extra trees or gradient boosting"):
        sklearn_forest(np.random.default_rng(0))  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="feature_names: expected 3, found 1"):
        sklearn_forest(RandomForestRegressor(2).fit(x, y), ["a"])
