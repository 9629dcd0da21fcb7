"""XGBoost models of drawn objectives, boosters, shapes and missing settings."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost
from forest_rows import SPECIAL, Table, hard_rows, training_table
from numpy.typing import NDArray

__all__ = ["DrawnXgboost", "draw_xgboost"]

_OBJECTIVES = {
    "reg:squarederror": "real",
    "reg:squaredlogerror": "positive",
    "reg:pseudohubererror": "real",
    "reg:absoluteerror": "real",
    "reg:quantileerror": "real",
    "reg:logistic": "unit",
    "reg:gamma": "positive",
    "reg:tweedie": "positive",
    "count:poisson": "count",
    "binary:logistic": "binary",
    "binary:logitraw": "binary",
    "binary:hinge": "binary",
    "survival:cox": "positive",
    "rank:pairwise": "classes",
    "rank:ndcg": "classes",
    "multi:softprob": "classes",
    "multi:softmax": "classes",
    "targets": "targets",
}


@dataclass(frozen=True, slots=True)
class DrawnXgboost:
    """A model's bytes, rows to try it on, and what the library says of them: with all trees, and up to the best."""

    params: dict[str, Any]
    model: bytes
    rows: NDArray[np.float32]
    raw: NDArray[np.float32]
    output: NDArray[np.float32]
    raw_up_to_best: NDArray[np.float32] | None


def _params(generator: np.random.Generator, table: Table) -> dict[str, Any]:
    def choice(*values: Any) -> Any:
        return values[generator.integers(len(values))]

    params: dict[str, Any] = {
        "objective": choice(*_OBJECTIVES),
        "booster": choice("gbtree", "gbtree", "gbtree", "dart", "gblinear"),
        "tree_method": "hist" if table.categories else choice("hist", "approx", "exact"),
        "max_depth": choice(1, 3, 6, 30),
        "min_child_weight": choice(0.01, 1.0, 5.0),
        "gamma": choice(0.0, 0.0, 1.0),
        "eta": choice(0.02, 0.3, 0.9),
        "subsample": choice(1.0, 0.6),
        "num_parallel_tree": choice(1, 1, 3),
        "rate_drop": 0.4,
        "normalize_type": choice("tree", "forest"),
        "max_bin": choice(8, 256, 600),
        "max_cat_to_onehot": choice(1, 4, 100),
    }
    if params["tree_method"] == "hist" and choice(False, True):
        params |= {"grow_policy": "lossguide", "max_leaves": choice(0, 31, 200)}
    if params["objective"].startswith("multi:"):
        params["num_class"] = 3
    if params["objective"] == "reg:quantileerror":
        params["quantile_alpha"] = choice([0.3], [0.1, 0.5, 0.9])
    if params["objective"] == "targets":
        params["objective"] = "reg:squarederror"
        params["targets"] = True
    if params["booster"] == "gbtree" and params["tree_method"] == "hist" and not table.categories:
        params["multi_strategy"] = choice("one_output_per_tree", "multi_output_tree")
    if choice(False, False, True):
        params["base_score"] = 0.3
    if params["booster"] == "gblinear":
        for key in set(params) - {
            "objective",
            "booster",
            "eta",
            "num_class",
            "base_score",
            "quantile_alpha",
            "targets",
        }:
            del params[key]
    return params


def _thresholds(model: dict[str, Any]) -> NDArray[np.float32]:
    booster = model["learner"]["gradient_booster"]
    trees = booster.get("gbtree", booster)["model"].get("trees", [])
    return np.array([value for tree in trees for value in tree["split_conditions"]] or [0.0], np.float32)


def draw_xgboost(seed: int) -> DrawnXgboost:
    """Train the model that a seed draws, early stopped or not, saved as JSON or UBJSON."""
    generator = np.random.default_rng([seed, 2])
    table = training_table(generator)
    params = _params(generator, table)
    kind = "targets" if params.pop("targets", False) else _OBJECTIVES[params["objective"]]
    is_linear = params["booster"] == "gblinear"
    categories = [] if is_linear else table.categories
    types = ["c" if i in categories else "q" for i in range(table.x.shape[1])]

    def matrix(x: NDArray[Any], label: NDArray[Any] | None = None) -> xgboost.DMatrix:
        found = xgboost.DMatrix(x.astype(np.float32), label, feature_types=types, enable_categorical=True)
        if label is not None and params["objective"].startswith("rank:"):
            found.set_group([len(label)])
        return found

    fixed = {"nthread": 1, "verbosity": 0, "seed": seed % 2**31}
    data = matrix(table.x, table.label(kind))
    stop = {} if is_linear or generator.random() < 0.6 else {"early_stopping_rounds": 2, "evals": [(data, "train")]}
    rounds = int(generator.integers(1, 25))
    booster = xgboost.train({**fixed, **params}, data, rounds, verbose_eval=False, **stop)
    booster.set_param({"nthread": 1, "verbosity": 0})
    text = bytes(booster.save_raw("json"))
    rows = hard_rows(table, _thresholds(json.loads(text)), SPECIAL)
    loaded = xgboost.Booster(params={"nthread": 1, "verbosity": 0}, model_file=bytearray(text))
    tried = matrix(rows)
    best = None
    if stop:
        best = loaded.predict(tried, output_margin=True, iteration_range=(0, loaded.best_iteration + 1))
    return DrawnXgboost(
        params,
        text if generator.random() < 0.5 else bytes(booster.save_raw("ubj")),
        rows.astype(np.float32),
        loaded.predict(tried, output_margin=True),
        loaded.predict(tried),
        best,
    )
