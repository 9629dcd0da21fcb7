"""Every row of the page's table of XGBoost is tried on a model that has the construct: the table cannot lie."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from construct_table import Check, Compared, Exact, Noted, Refused, documented, hold_to_the_table
from forest_rows import SPECIAL, Table, differing_bits, hard_rows
from numpy.typing import NDArray

from foxml.models import Forest

Model = dict[str, Any]
_FIXED = {"nthread": 1, "verbosity": 0, "seed": 1, "max_depth": 4}
_LABELS = {
    "reg:squarederror": "real",
    "reg:squaredlogerror": "positive",
    "reg:pseudohubererror": "real",
    "reg:absoluteerror": "real",
    "reg:quantileerror": "real",
    "reg:logistic": "unit",
    "reg:gamma": "positive",
    "reg:tweedie": "positive",
    "binary:logistic": "binary",
    "binary:logitraw": "binary",
    "binary:hinge": "binary",
    "count:poisson": "count",
    "survival:cox": "positive",
    "survival:aft": "positive",
    "multi:softprob": "classes",
    "multi:softmax": "classes",
    "rank:pairwise": "classes",
    "rank:ndcg": "classes",
    "rank:map": "binary",
}
_MORE: dict[str, dict[str, Any]] = {
    "multi:softprob": {"num_class": 3},
    "multi:softmax": {"num_class": 3},
    "reg:quantileerror": {"quantile_alpha": 0.3},
}


def _table() -> Table:
    """Four columns of numbers, with missing values."""
    generator = np.random.default_rng(5)
    x = generator.normal(size=(400, 4))
    x[generator.random(x.shape) < 0.1] = np.nan
    return Table(generator, x, [])


def _categories() -> Table:
    """Three columns of numbers, and one of 40 categories."""
    table = _table()
    table.x[:, 3] = table.generator.integers(0, 40, len(table.x))
    table.y += table.x[:, 3] % 3
    return Table(table.generator, table.x, [3])


def _matrix(table: Table, x: NDArray[Any], label: NDArray[Any] | None = None, objective: str = "") -> xgboost.DMatrix:
    types = ["c" if i in table.categories else "q" for i in range(x.shape[1])]
    found = xgboost.DMatrix(x.astype(np.float32), label, feature_types=types, enable_categorical=True)
    if label is not None and objective.startswith("rank:"):
        found.set_group([len(label)])
    if label is not None and objective == "survival:aft":
        found.set_float_info("label_lower_bound", label)
        found.set_float_info("label_upper_bound", label + 1)
    return found


def _train(table: Table, params: dict[str, Any], rounds: int = 8) -> xgboost.Booster:
    params = dict(params)
    objective = params.setdefault("objective", "reg:squarederror")
    label = table.label(params.pop("label", _LABELS.get(objective, "real")))
    stops = params.pop("stops", False)
    data = _matrix(table, table.x, label, objective)
    late = _matrix(table, table.x[::3], -label[::3])
    stop = {"early_stopping_rounds": 2, "evals": [(late, "late")], "verbose_eval": False} if stops else {}
    return xgboost.train({**_FIXED, **params}, data, rounds, **stop)


def _trees(model: Model) -> Sequence[dict[str, Any]]:
    booster = model["learner"]["gradient_booster"]
    found: Sequence[dict[str, Any]] = booster.get("gbtree", booster)["model"].get("trees", [])
    return found


def _exact(
    proof: Callable[[Model], object], table: Callable[[], Table] = _table, *, best: bool = False, **params: Any
) -> Exact:
    def train() -> Compared:
        data = table()
        booster = _train(data, params)
        booster.set_param({"nthread": 1, "verbosity": 0})
        text = bytes(booster.save_raw("json"))
        model = json.loads(text)
        cuts = [value for tree in _trees(model) for value in tree["split_conditions"]]
        rows = hard_rows(data, np.array(cuts or [0.0], np.float32), SPECIAL)
        tried = _matrix(data, rows)
        ahead = (0, booster.best_iteration + 1) if best else (0, 0)
        forest = Forest.from_xgboost(text, source="m", best_iteration=best)
        binary = Forest.from_xgboost(bytes(booster.save_raw("ubj")), source="m", best_iteration=best)
        assert differing_bits(forest.predict(rows), binary.predict(rows)) == 0
        raw = booster.predict(tried, output_margin=True, iteration_range=ahead)
        return Compared(forest, rows, raw, booster.predict(tried, iteration_range=ahead), proof(model))

    return Exact(train)


def _objective(name: str) -> Exact:
    return _exact(lambda model: model["learner"]["objective"]["name"] == name, objective=name, **_MORE.get(name, {}))


def _booster(name: str) -> Callable[[Model], object]:
    return lambda model: model["learner"]["gradient_booster"]["name"] == name


def _count(key: str, count: str) -> Callable[[Model], object]:
    return lambda model: model["learner"]["learner_model_param"][key] == count


def _has_scores(model: Model) -> bool:
    return str(model["learner"]["learner_model_param"]["base_score"]).count(",") == 2


def _is_pruned(model: Model) -> bool:
    return any(len(tree["split_conditions"]) < 31 for tree in _trees(model))


def _has_vectors(model: Model) -> bool:
    return all(int(tree["tree_param"]["size_leaf_vector"]) == 3 for tree in _trees(model))


def _parallel(model: Model) -> bool:
    booster = model["learner"]["gradient_booster"]["model"]
    return bool(booster["gbtree_model_param"]["num_parallel_tree"] == "3")


def _default(left: bool) -> Callable[[Model], object]:
    return lambda model: any(bool(way) == left for tree in _trees(model) for way, child in _ways(tree) if child >= 0)


def _ways(tree: dict[str, Any]) -> Sequence[tuple[int, int]]:
    return list(zip(tree["default_left"], tree["left_children"], strict=True))


def _changed(change: Callable[[Model], object]) -> Callable[[], object]:
    def read() -> object:
        model = json.loads(_train(_table(), {}, 2).save_raw("json"))
        change(model)
        return Forest.from_xgboost(json.dumps(model).encode(), source="m")

    return read


def _set_threshold(model: Model) -> None:
    _trees(model)[0]["split_conditions"][0] = float("-inf")


def _named(name: str) -> Callable[[], object]:
    return _changed(lambda model: model["learner"]["objective"].update(name=name))


def _expectile() -> object:
    booster = _train(_table(), {"objective": "reg:expectileerror", "expectile_alpha": 0.3, "label": "real"}, 2)
    return Forest.from_xgboost(bytes(booster.save_raw("ubj")), source="m")


def _old_binary() -> object:
    return Forest.from_xgboost(b"binf" + bytes(200), source="m")


def _vectors_of_dart() -> None:
    params = {"booster": "dart", "multi_strategy": "multi_output_tree", "tree_method": "hist", "label": "targets"}
    with pytest.raises(xgboost.core.XGBoostError):
        _train(_table(), params, 2)


def _all_iterations() -> None:
    table = _table()
    booster = _train(table, {"stops": True}, 12)
    text = bytes(booster.save_raw("ubj"))
    every = Forest.from_xgboost(text, source="m")
    best = Forest.from_xgboost(text, source="m", best_iteration=True)
    assert best.tree_count == booster.best_iteration + 1 < every.tree_count == booster.num_boosted_rounds()
    assert every.describe().best_iteration == booster.best_iteration
    data = _matrix(table, table.x)
    assert differing_bits(every.predict(table.x), booster.predict(data, output_margin=True)) == 0
    regressor = xgboost.XGBRegressor(n_jobs=1)
    regressor.load_model(bytearray(text))
    assert differing_bits(best.predict(table.x), regressor.predict(table.x.astype(np.float32), output_margin=True)) == 0


def _text_categories() -> None:
    table = _table()
    letters = pd.Categorical.from_codes(np.arange(400) % 5, list("vwxyz"))
    frame = pd.DataFrame({"a": table.x[:, 0].astype(np.float32), "b": letters})
    data = xgboost.DMatrix(frame, table.y + (3 * np.arange(400)) % 5, enable_categorical=True)
    booster = xgboost.train(_FIXED, data, 4)
    forest = Forest.from_xgboost(bytes(booster.save_raw("ubj")), source="m")
    codes = np.column_stack([table.x[:, 0], letters.codes.astype(float)])
    assert forest.describe().category_sets > 0
    assert differing_bits(forest.predict(codes), booster.predict(data, output_margin=True)) == 0


def _inplace_dart() -> None:
    table = _table()
    booster = _train(table, {"booster": "dart", "rate_drop": 0.5}, 30)
    forest = Forest.from_xgboost(bytes(booster.save_raw("ubj")), source="m")
    found = forest.predict(table.x)
    assert differing_bits(found, booster.predict(_matrix(table, table.x), output_margin=True)) == 0
    other = booster.inplace_predict(table.x.astype(np.float32), predict_type="margin")
    assert differing_bits(found, other) > 0


CHECKS: dict[str, Check] = {
    "hist": _exact(_trees, tree_method="hist"),
    "approx": _exact(_trees, tree_method="approx"),
    "exact": _exact(_trees, tree_method="exact"),
    "depthwise": _exact(_trees, grow_policy="depthwise"),
    "lossguide": _exact(_trees, grow_policy="lossguide", max_leaves=40, max_depth=0),
    "pruned trees": _exact(_is_pruned, gamma=2.0),
    "monotone constraints": _exact(_trees, monotone_constraints=(1, -1, 0, 0)),
    "interaction constraints": _exact(_trees, interaction_constraints="[[0, 1], [2, 3]]"),
    "default left": _exact(_default(True)),
    "default right": _exact(_default(False)),
    "dart": _exact(_booster("dart"), booster="dart", rate_drop=0.5),
    "gblinear": _exact(_booster("gblinear"), booster="gblinear"),
    "random forests (num_parallel_tree)": _exact(_parallel, num_parallel_tree=3, subsample=0.5),
    "several classes": _exact(_count("num_class", "3"), objective="multi:softprob", num_class=3),
    "several targets": _exact(_count("num_target", "3"), label="targets"),
    "vector leaves (multi_output_tree)": _exact(
        _has_vectors, label="targets", multi_strategy="multi_output_tree", tree_method="hist"
    ),
    "dart with vector leaves": Noted(_vectors_of_dart),
    "base_score as a number": _exact(_trees, base_score=0.375, objective="count:poisson"),
    "base_score as a list": _exact(_has_scores, label="targets", tree_method="hist"),
    "categorical splits": _exact(lambda model: any(tree["categories"] for tree in _trees(model)), _categories),
    "best_iteration=True": _exact(_trees, best=True, stops=True),
    "best iteration": Noted(_all_iterations),
    "another objective": Refused(_named("reg:other"), 'objective.name: the objective "reg:other" is not supported'),
    "reg:expectileerror": Refused(_named("reg:expectileerror"), "reg:expectileerror"),
    "categories as text (data frames since 3.1)": Noted(_text_categories),
    "Booster.inplace_predict of dart": Noted(_inplace_dart),
    "a threshold of -inf": Refused(
        _changed(_set_threshold), "tree 0 node 0 has a threshold that is not a number above"
    ),
    "the old binary format": Refused(_old_binary, "old binary format is not supported"),
    "pickles": Refused(lambda: Forest.from_xgboost(b"\x80\x04\x95" + bytes(50), source="m"), "byte 0: expected"),
    "version 4 and later": Refused(_changed(lambda model: model.update(version=[4, 0, 0])), "expected 1 to 3, found 4"),
}
CHECKS |= {name: _objective(name) for name in _LABELS}
TABLE = documented("XGBoost")


@pytest.mark.parametrize("construct", TABLE)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_row_of_the_table(construct: str) -> None:
    """Exact, or refused, or as it says: a construct in the table without a check fails."""
    hold_to_the_table(TABLE[construct], CHECKS[construct])


def test_nothing_is_tried_that_the_table_leaves_out() -> None:
    """What works and is not written down would be lost unnoticed."""
    assert set(CHECKS) == set(TABLE)
