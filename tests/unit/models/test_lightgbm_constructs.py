"""Every row of the page's table of LightGBM is tried on a model that has the construct: the table cannot lie."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
from construct_table import Check, Compared, Exact, Noted, Refused, documented, hold_to_the_table
from forest_rows import SPECIAL, Table, differing_bits, hard_rows
from numpy.typing import NDArray

from foxml.models import Forest, ForestDescription

_FIXED = {
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
    "min_data_in_leaf": 5,
    "min_data_per_group": 5,
}
_LABELS = {
    "mape": "positive",
    "poisson": "count",
    "gamma": "positive",
    "tweedie": "positive",
    "binary": "binary",
    "multiclass": "classes",
    "multiclassova": "classes",
    "cross_entropy": "unit",
    "cross_entropy_lambda": "unit",
    "lambdarank": "classes",
    "rank_xendcg": "classes",
}
Proof = str | Callable[[str, ForestDescription], object]


def _table(rows: int = 400) -> Table:
    """Three columns of numbers with zeros and missing values, and one of categories."""
    generator = np.random.default_rng(5)
    x = generator.normal(size=(rows, 4))
    x[:, 3] = generator.integers(0, 40, rows)
    x[generator.random(x.shape) < 0.1] = 0.0
    x[generator.random(x.shape) < 0.1] = np.nan
    return Table(generator, x, [3])


def _thresholds(text: str) -> NDArray[np.float64]:
    return np.array(
        [float(word) for line in re.findall(r"^threshold=(.+)$", text, re.M) for word in line.split()] or [0.0]
    )


def _train(params: dict[str, Any], table: Table, rounds: int = 12, **options: Any) -> lightgbm.Booster:
    objective = params.get("objective", "regression")
    label = table.label(_LABELS.get(objective, "real")) if isinstance(objective, str) else table.y
    is_ranked = isinstance(objective, str) and objective in ("lambdarank", "rank_xendcg")
    data = lightgbm.Dataset(
        table.x,
        label,
        group=[len(label)] if is_ranked else None,
        categorical_feature=list(table.categories),
    )
    if params.pop("stops", False):
        late = lightgbm.Dataset(table.x[::3], -table.y[::3], reference=data)
        options = {"valid_sets": [late], "callbacks": [lightgbm.early_stopping(2, verbose=False)]}
    return lightgbm.train({**_FIXED, **params}, data, rounds, **options)


def _exact(proof: Proof, table: Callable[[], Table] = _table, rounds: int = 12, **params: Any) -> Exact:
    def train() -> Compared:
        data = table()
        booster = _train(dict(params), data, rounds)
        text = booster.model_to_string()
        forest = Forest.from_lightgbm(text.encode(), source="m")
        rows = hard_rows(data, _thresholds(text), [*SPECIAL, np.inf, -np.inf])
        raw = np.asarray(booster.predict(rows, raw_score=True, num_threads=1))
        holds = re.search(proof, text, re.M) if isinstance(proof, str) else proof(text, forest.describe())
        return Compared(forest, rows, raw, np.asarray(booster.predict(rows, num_threads=1)), holds)

    return Exact(train)


def _objective(name: str) -> Exact:
    extra = {"num_class": 3} if name.startswith("multiclass") else {}
    return _exact(rf"^objective={name}\b", objective=name, **extra)


def _forced(depth: int, proof: Proof, table: Callable[[], Table], **params: Any) -> Exact:
    """Splits of feature 0 at 1, 2 and so on, each in the right half of the last."""

    def train() -> Compared:
        splits: dict[str, Any] = {}
        for level in reversed(range(depth)):
            splits = {"feature": 0, "threshold": level + 1.0} | ({"right": splits} if splits else {})
        path = Path("forced_splits.json")  # in the test's folder
        path.write_text(json.dumps(splits))
        return _exact(proof, table, forcedsplits_filename=str(path), **params).train()

    return Exact(train)


def _steps() -> Table:
    """A column of whole numbers that are the label: each split of it gains."""
    generator = np.random.default_rng(5)
    table = Table(generator, np.column_stack([np.arange(400) % 100.0, generator.normal(size=400)]), [])
    table.y = table.x[:, 0]
    return table


def _spread() -> Table:
    """Four thousand different values in a column."""
    generator = np.random.default_rng(5)
    return Table(generator, generator.normal(size=(4000, 2)), [])


def _many_thresholds(text: str, _: ForestDescription) -> bool:
    trees = zip(
        re.findall(r"^split_feature=(.+)$", text, re.M), re.findall(r"^threshold=(.+)$", text, re.M), strict=True
    )
    pairs = [pair for features, cuts in trees for pair in zip(features.split(), cuts.split(), strict=True)]
    return len({cut for feature, cut in pairs if feature == "0"}) > 254


def _custom(predictions: NDArray[Any], data: lightgbm.Dataset) -> tuple[NDArray[Any], NDArray[Any]]:
    return predictions - data.get_label(), np.ones_like(predictions)


def _changed(old: str, new: str) -> Callable[[], object]:
    def read() -> object:
        text = _train({}, _table(), 2).model_to_string()
        assert old in text
        return Forest.from_lightgbm(text.replace(old, new).encode(), source="m")

    return read


def _unknown_objective() -> object:
    text = _train({}, _table(), 2).model_to_string().replace("objective=regression", "objective=progression")
    with pytest.raises(lightgbm.basic.LightGBMError, match="progression"):
        lightgbm.Booster(model_str=text)
    return Forest.from_lightgbm(text.encode(), source="m")


def _pandas_codes() -> None:
    table = _table()
    letters = pd.Categorical.from_codes(np.arange(len(table.x)) % 5, list("vwxyz"))
    frame = pd.DataFrame({"a": table.x[:, 0], "b": letters})
    booster = lightgbm.train(_FIXED, lightgbm.Dataset(frame, table.y + (3 * np.arange(len(table.x))) % 5), 5)
    forest = Forest.from_lightgbm(booster.model_to_string().encode(), source="m")
    codes = np.column_stack([table.x[:, 0], letters.codes.astype(float)])
    assert forest.describe().category_sets > 0
    assert differing_bits(forest.predict(codes), np.asarray(booster.predict(frame, raw_score=True))) == 0


def _whole_model() -> None:
    table = _table()
    booster = _train({"objective": "binary"}, table)
    forest = Forest.from_lightgbm(booster.model_to_string().encode(), source="m")
    found = forest.predict(table.x)
    assert differing_bits(found, np.asarray(booster.predict(table.x, raw_score=True))) == 0
    for options in (
        {"start_iteration": 3},
        {"pred_early_stop": True, "pred_early_stop_margin": 0.1, "pred_early_stop_freq": 1},
    ):
        assert differing_bits(found, np.asarray(booster.predict(table.x, raw_score=True, **options))) > 0


CHECKS: dict[str, Check] = {
    "gbdt": _exact(r"^\[boosting: gbdt\]"),
    "goss": _exact(r"^\[data_sample_strategy: goss\]", data_sample_strategy="goss"),
    "dart": _exact(r"^\[boosting: dart\]", boosting="dart", drop_rate=0.5),
    "quantised gradients": _exact(r"^\[use_quantized_grad: 1\]", use_quantized_grad=True),
    "monotone constraints": _exact(r"^monotone_constraints=1 -1 0", monotone_constraints=[1, -1, 0, 0]),
    "extra trees": _exact(r"^\[extra_trees: 1\]", extra_trees=True),
    "forced splits": _forced(3, r"^split_feature=0 0 0 ", _steps),
    "path smoothing": _exact(r"^\[path_smooth: 3\]", path_smooth=3.0),
    "random forest (boosting=rf)": _exact(
        "^average_output$", boosting="rf", objective="binary", bagging_freq=1, bagging_fraction=0.6
    ),
    "missing type None (use_missing=false)": _exact(r"^decision_type=[0-3] ", use_missing=False),
    "missing type Zero (zero_as_missing)": _exact(r"^decision_type=.*\b[4-7]\b", zero_as_missing=True),
    "missing type NaN": _exact(r"^decision_type=.*\b(8|10)\b"),
    "default left": _exact(r"^decision_type=.*\b10\b"),
    "default right": _exact(r"^decision_type=.*\b8\b"),
    "values up to 1e-35f in magnitude": _exact(lambda text, _: (abs(_thresholds(text)) < 1e-30).any()),
    "categorical splits": _exact(r"^num_cat=[1-9]"),
    "linear leaves (linear_tree)": _exact(r"^is_linear=1", linear_tree=True),
    "several classes": _exact(
        r"^num_tree_per_iteration=3",
        boosting="rf",
        objective="multiclass",
        num_class=3,
        bagging_freq=1,
        bagging_fraction=0.5,
    ),
    "single-leaf trees": _exact(r"^num_leaves=1$", min_data_in_leaf=1000),
    "deep trees": _forced(
        60, lambda _, found: found.depth >= 60, _steps, num_leaves=110, min_data_in_leaf=1, min_data_in_bin=1
    ),
    "more than 64 leaves": _exact(r"^num_leaves=(6[5-9]|[7-9]\d|\d{3})$", num_leaves=300, min_data_in_leaf=1),
    "more than 254 thresholds a column": _exact(
        _many_thresholds, _spread, 20, num_leaves=500, min_data_in_leaf=1, max_bin=2000, min_data_in_bin=1
    ),
    "early stopping": _exact(lambda _, found: 0 < found.trees < 12, stops=True),
    "reg_sqrt": _exact("^objective=regression sqrt$", reg_sqrt=True),
    "sigmoid": _exact("^objective=binary sigmoid:0.7125$", objective="binary", sigmoid=0.7125),
    "none": _exact(lambda _, found: found.objective in ("", "custom", "none"), objective=_custom),
    "another objective": Refused(_unknown_objective, "progression"),
    "pandas columns of categories": Noted(_pandas_codes),
    "pred_early_stop": Noted(_whole_model),
    "start_iteration": Noted(_whole_model),
    "version 2 and older": Refused(_changed("version=v4", "version=v2"), "version"),
}
OBJECTIVES = (
    "regression",
    "regression_l1",
    "huber",
    "fair",
    "quantile",
    *_LABELS,
)
CHECKS |= {name: _objective(name) for name in OBJECTIVES}
TABLE = documented("LightGBM")


@pytest.mark.parametrize("construct", TABLE)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_row_of_the_table(construct: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact, or refused, or as it says: a construct in the table without a check fails."""
    monkeypatch.chdir(tmp_path)
    hold_to_the_table(TABLE[construct], CHECKS[construct])


def test_nothing_is_tried_that_the_table_leaves_out() -> None:
    """What works and is not written down would be lost unnoticed."""
    assert set(CHECKS) == set(TABLE)
