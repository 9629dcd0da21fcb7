"""Every row of the page's table of converted models is tried on such a model: the table cannot lie."""

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import pytest
from construct_table import Check, Compared, Exact, Refused, documented, hold_to_the_table
from forest_rows import SPECIAL, Table, hard_rows
from numpy.typing import NDArray
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
from sklearn.linear_model import Ridge

from foxml.models import Forest
from foxml.research.forests import catboost_forest, ngboost_forest, sklearn_forest

_FEW: dict[str, Any] = {"n_estimators": 7, "random_state": 1, "max_depth": 4}
_ROUNDS: dict[str, Any] = {"max_iter": 7, "random_state": 1, "early_stopping": False}


def _table() -> Table:
    generator = np.random.default_rng(5)
    return Table(generator, generator.normal(size=(300, 4)), [])


def _exact(model: Any, kind: str, score: Callable[[Any, NDArray[Any]], NDArray[np.float64]]) -> Exact:
    def train() -> Compared:
        table = _table()
        model.fit(table.x, table.label(kind))
        forest = Forest.from_foxml(sklearn_forest(model), source="m")
        rows = np.nan_to_num(hard_rows(table, table.x.reshape(-1), [s for s in SPECIAL if abs(s) < 1e20]))
        raw = np.asarray(score(model, rows))
        return Compared(forest, rows, raw, None, type(model).__name__ in forest.describe().format)

    return Exact(train)


def _predict(model: Any, rows: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(model.predict(rows))


def _probabilities(model: Any, rows: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(model.predict_proba(rows))


def _decision(model: Any, rows: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(model.decision_function(rows))


def _ngboost(name: str, kind: str) -> Exact:
    def train() -> Compared:
        ngboost = pytest.importorskip("ngboost", reason="ngboost is not installed")
        table = _table()
        model = getattr(ngboost, name)(n_estimators=5, verbose=False, random_state=1)
        model.fit(table.x, table.label(kind).astype(int if kind == "binary" else float))
        forest = Forest.from_foxml(ngboost_forest(model), source="m")
        return Compared(forest, table.x, np.asarray(model.pred_param(table.x)), None, forest.tree_count > 0)

    return Exact(train)


def _catboost(name: str, kind: str, **params: Any) -> Exact:
    def train() -> Compared:
        table = _table()
        model = _few_of_catboost(name, **params)
        groups = np.arange(len(table.x)) // 20 if name == "CatBoostRanker" else None
        model.fit(table.x, table.label(kind), **({} if groups is None else {"group_id": groups}))
        forest = Forest.from_foxml(catboost_forest(model), source="m")
        rows = hard_rows(table, table.x.reshape(-1), SPECIAL[:-2])
        asked = {} if name == "CatBoostRanker" else {"prediction_type": "RawFormulaVal"}
        raw = np.asarray(model.predict(rows, **asked), dtype=np.float64)
        return Compared(forest, rows, raw, None, forest.describe().format == f"CatBoost {name}")

    return Exact(train)


def _few_of_catboost(name: str, **params: Any) -> Any:
    catboost = pytest.importorskip("catboost", reason="catboost is not installed")
    fixed = {"iterations": 7, "depth": 3, "thread_count": 1, "verbose": False, "allow_writing_files": False}
    return catboost.CatBoost(fixed | params) if name == "CatBoost" else getattr(catboost, name)(**(fixed | params))


def _catboost_of_categories() -> object:
    x = np.column_stack([np.arange(60.0), np.arange(60) % 4]).astype(int)
    return catboost_forest(_few_of_catboost("CatBoostRegressor", cat_features=[1]).fit(x, np.arange(60.0)))


def _catboost_scaled() -> object:
    model = _few_of_catboost("CatBoostRegressor").fit(_table().x, _table().y)
    model.set_scale_and_bias(0.5, 0.0)
    return catboost_forest(model)


def _other_learner() -> object:
    ngboost = pytest.importorskip("ngboost", reason="ngboost is not installed")
    table = _table()
    return ngboost_forest(ngboost.NGBRegressor(Base=Ridge(), n_estimators=2, verbose=False).fit(table.x, table.y))


def _fitted(model: Any, kind: str = "real") -> Callable[[], object]:
    def convert() -> object:
        table = _table()
        return sklearn_forest(model.fit(table.x, table.label(kind)))

    return convert


def _several_to_classify() -> object:
    table = _table()
    label = np.column_stack([table.label("binary"), table.label("classes")])
    return sklearn_forest(RandomForestClassifier(**_FEW).fit(table.x, label))


def _categories() -> object:
    table = _table()
    table.x[:, 0] = np.floor(abs(table.x[:, 0]))
    return sklearn_forest(HistGradientBoostingRegressor(**_ROUNDS, categorical_features=[0]).fit(table.x, table.y))


CHECKS: dict[str, Check] = {
    "RandomForestRegressor": _exact(RandomForestRegressor(**_FEW), "real", _predict),
    "ExtraTreesRegressor": _exact(ExtraTreesRegressor(**_FEW), "targets", _predict),
    "RandomForestClassifier": _exact(RandomForestClassifier(**_FEW), "classes", _probabilities),
    "ExtraTreesClassifier": _exact(ExtraTreesClassifier(**_FEW), "binary", _probabilities),
    "GradientBoostingRegressor": _exact(GradientBoostingRegressor(**_FEW), "real", _predict),
    "GradientBoostingClassifier": _exact(GradientBoostingClassifier(**_FEW), "classes", _decision),
    "HistGradientBoostingRegressor": _exact(HistGradientBoostingRegressor(**_ROUNDS), "real", _predict),
    "HistGradientBoostingClassifier": _exact(HistGradientBoostingClassifier(**_ROUNDS), "classes", _decision),
    "NGBRegressor": _ngboost("NGBRegressor", "real"),
    "NGBClassifier": _ngboost("NGBClassifier", "binary"),
    "CatBoost": _catboost("CatBoost", "real", loss_function="Quantile"),
    "CatBoostRegressor": _catboost("CatBoostRegressor", "real", grow_policy="Lossguide"),
    "CatBoostClassifier": _catboost("CatBoostClassifier", "classes", nan_mode="Max"),
    "CatBoostRanker": _catboost("CatBoostRanker", "unit", loss_function="QueryRMSE"),
    "an init that is a model of its own": Refused(
        _fitted(GradientBoostingRegressor(**_FEW, init=Ridge())), "init: expected none or 'zero', found Ridge"
    ),
    "categorical features of histogram boosting": Refused(_categories, "categorical features are not supported"),
    "classifiers of several outputs": Refused(_several_to_classify, "expected one output to classify, found 2"),
    "base learners of NGBoost that are no regression trees": Refused(_other_learner, "regression trees, found Ridge"),
    "CatBoost's columns of categories or texts or embeddings": Refused(_catboost_of_categories, "are categories"),
    "CatBoost's set_scale_and_bias with another scale than 1": Refused(
        _catboost_scaled, "scale: expected 1, found 0.5"
    ),
    "LightGBM's and XGBoost's own scikit-learn classes": Refused(
        _fitted(lightgbm.LGBMRegressor(n_estimators=2, verbosity=-1)), "LGBMRegressor: expected a random forest"
    ),
}
TABLE = documented("Converted when trained")


@pytest.mark.parametrize("construct", TABLE)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_row_of_the_table(construct: str) -> None:
    """Exact, or refused: a model in the table without a check fails."""
    hold_to_the_table(TABLE[construct], CHECKS[construct])


def test_nothing_is_tried_that_the_table_leaves_out() -> None:
    """What works and is not written down would be lost unnoticed."""
    assert set(CHECKS) == set(TABLE)
