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
from foxml.research.forests import ngboost_forest, sklearn_forest

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
    "an init that is a model of its own": Refused(
        _fitted(GradientBoostingRegressor(**_FEW, init=Ridge())), "init: expected none or 'zero', found Ridge"
    ),
    "categorical features of histogram boosting": Refused(_categories, "categorical features are not supported"),
    "classifiers of several outputs": Refused(_several_to_classify, "expected one output to classify, found 2"),
    "base learners of NGBoost that are no regression trees": Refused(_other_learner, "regression trees, found Ridge"),
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
