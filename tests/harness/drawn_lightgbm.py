"""LightGBM models of drawn objectives, boosters, shapes and missing settings."""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from forest_rows import SPECIAL, Table, hard_rows, training_table
from numpy.typing import NDArray

__all__ = ["DrawnLightgbm", "draw_lightgbm"]

_OBJECTIVES = {
    "regression": "real",
    "regression_l1": "real",
    "huber": "real",
    "fair": "real",
    "quantile": "real",
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


@dataclass(frozen=True, slots=True)
class DrawnLightgbm:
    """A model's text, rows to try it on, and what the library says of them."""

    params: dict[str, Any]
    text: bytes
    rows: NDArray[Any]
    raw: NDArray[np.float64]
    output: NDArray[np.float64]


def _params(generator: np.random.Generator, table: Table) -> dict[str, Any]:
    def choice(*values: Any) -> Any:
        return values[generator.integers(len(values))]

    params: dict[str, Any] = {
        "objective": choice(*_OBJECTIVES),
        "boosting": choice("gbdt", "gbdt", "dart", "rf"),
        "num_leaves": choice(2, 7, 31, 65, 300),
        "max_depth": choice(-1, -1, 3, 6),
        "min_data_in_leaf": choice(1, 5, 20),
        "min_data_per_group": choice(1, 100),
        "cat_smooth": choice(0.0, 10.0),
        "max_cat_to_onehot": choice(1, 4, 100),
        "max_bin": choice(15, 255, 1023),
        "learning_rate": choice(0.02, 0.1, 0.7),
        "drop_rate": 0.4,
        "use_missing": choice(True, True, False),
        "zero_as_missing": choice(False, False, True),
        "linear_tree": choice(False, False, True),
        "extra_trees": choice(False, True),
        "reg_sqrt": choice(False, True),
        "sigmoid": choice(1.0, 0.7123456789),
    }
    if params["objective"].startswith("multiclass"):
        params["num_class"] = 3
    if params["boosting"] == "rf" or choice(False, True):
        params |= {"bagging_freq": 1, "bagging_fraction": 0.6}
    if params["linear_tree"]:  # which the library refuses together with these
        params |= {"zero_as_missing": False, "extra_trees": False}
        if params["objective"] == "regression_l1":
            params["objective"] = "regression"
    is_smooth = params["objective"] in ("regression", "binary", "poisson")  # the library has no constraints on all
    if not table.categories and not params["linear_tree"] and is_smooth and choice(False, True):
        params["monotone_constraints"] = [1, -1] + [0] * (table.x.shape[1] - 2)
    return params


def _thresholds(booster: lightgbm.Booster) -> NDArray[np.float64]:
    found = []
    for line in booster.model_to_string().split("\n"):
        if line.startswith("threshold="):
            found += [float(word) for word in line[len("threshold=") :].split()]
    return np.array(found or [0.0])


def draw_lightgbm(seed: int) -> DrawnLightgbm:
    """Train the model that a seed draws; rows have the type float32 or float64."""
    generator = np.random.default_rng([seed, 1])
    table = training_table(generator)
    params = _params(generator, table)
    fixed = {"verbosity": -1, "num_threads": 1, "deterministic": True, "force_col_wise": True, "seed": seed % 2**31}
    label = table.label(_OBJECTIVES[params["objective"]])
    group = [len(label)] if "rank" in params["objective"] else None
    data = lightgbm.Dataset(table.x, label, group=group, categorical_feature=list(table.categories))
    booster = lightgbm.train({**fixed, **params}, data, int(generator.integers(1, 25)))
    text = booster.model_to_string()
    rows = hard_rows(table, _thresholds(booster), [*SPECIAL, np.inf, -np.inf])
    if generator.random() < 0.5:
        with np.errstate(over="ignore"):
            rows = rows.astype(np.float32)
    loaded = lightgbm.Booster(model_str=text)
    raw = loaded.predict(rows, raw_score=True, num_threads=1)
    output = loaded.predict(rows, num_threads=1)
    return DrawnLightgbm(params, text.encode(), rows, np.asarray(raw), np.asarray(output))
