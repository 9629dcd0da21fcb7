"""The compiled forest scores exactly what LightGBM scores, and refuses what it cannot read."""

from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foxml.errors import ModelError
from foxml.models import Forest

N_FEATURES = 12
CASES: dict[str, dict[str, Any]] = {
    "regression": {"objective": "regression"},
    "binary": {"objective": "binary"},
    "three classes": {"objective": "multiclass", "num_class": 3},
    "zero as missing": {"objective": "regression", "zero_as_missing": True},
    "missing ignored": {"objective": "regression", "use_missing": False},
    "leafy": {"objective": "regression", "num_leaves": 255, "min_data_in_leaf": 2},
    "dart": {"objective": "regression", "boosting": "dart"},
}


def _train(params: dict[str, Any], rounds: int = 60) -> lightgbm.Booster:
    generator = np.random.default_rng(7)
    x = generator.normal(size=(3000, N_FEATURES)).round(2)
    x[generator.random(x.shape) < 0.1] = np.nan
    x[generator.random(x.shape) < 0.1] = 0.0
    y = np.nan_to_num(x[:, 0] * x[:, 1] + x[:, 2]) + generator.normal(size=len(x))
    if params["objective"] == "binary":
        y = (y > 0).astype(float)
    elif params["objective"] == "multiclass":
        y = np.digitize(y, [-0.5, 0.5]).astype(float)
    fixed = {"verbosity": -1, "num_threads": 1, "deterministic": True, "seed": 1}
    return lightgbm.train({**fixed, **params}, lightgbm.Dataset(x, y), rounds)


def _hard_rows(booster: lightgbm.Booster, count: int) -> NDArray[np.float64]:
    """Rows that sit on thresholds, one ulp beside them, and on every special value."""
    generator = np.random.default_rng(11)
    thresholds = booster.trees_to_dataframe()["threshold"].dropna().to_numpy(dtype=float)
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1e-35, -1e-35, 1e-36, 1e300])
    pool = np.concatenate(
        [thresholds, np.nextafter(thresholds, np.inf), np.nextafter(thresholds, -np.inf), np.repeat(special, 20)]
    )
    rows = generator.choice(pool, size=(count, N_FEATURES))
    rows[::2] = np.where(generator.random(rows[::2].shape) < 0.8, generator.normal(size=rows[::2].shape), rows[::2])
    return rows


def _differing_bits(left: NDArray[np.float64], right: NDArray[np.float64]) -> int:
    return int((left.reshape(-1).view(np.int64) != right.reshape(-1).view(np.int64)).sum())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_equal_lightgbm_to_the_bit(name: str, dtype: type) -> None:
    # A model must trade on the numbers that it was validated on.
    booster = _train(CASES[name])
    forest = Forest.from_lightgbm(booster.model_to_string().encode(), source=name)
    with np.errstate(over="ignore"):
        rows = _hard_rows(booster, 100_000 // len(CASES)).astype(dtype)
    expected = booster.predict(rows, raw_score=True)
    assert _differing_bits(forest.predict(rows), np.asarray(expected)) == 0
    assert _differing_bits(forest.predict_reference(rows), np.asarray(expected)) == 0


def test_equality_check_sees_one_ulp() -> None:
    # The canary of the comparison itself.
    one = np.ones(3)
    assert _differing_bits(one, np.nextafter(one, 2.0)) == 3


def test_single_leaf_trees_score_the_constant() -> None:
    # Training on a constant label yields trees without any split.
    x = np.random.default_rng(0).normal(size=(100, N_FEATURES))
    booster = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(x, np.full(100, 0.25)), 3)
    forest = Forest.from_lightgbm(booster.model_to_string().encode(), source="constant")
    assert _differing_bits(forest.predict(x), np.asarray(booster.predict(x, raw_score=True))) == 0


def test_description_comes_from_the_file() -> None:
    forest = Forest.from_lightgbm(_train(CASES["three classes"], 4).model_to_string().encode(), source="m")
    assert (forest.feature_count, forest.output_count, forest.tree_count) == (N_FEATURES, 3, 12)
    assert forest.feature_names[:2] == ("Column_0", "Column_1")
    assert forest.objective.startswith("multiclass")


@pytest.mark.parametrize("rows", [np.zeros((2, 3)), np.zeros(N_FEATURES), np.zeros((2, N_FEATURES), dtype=np.int64)])
def test_rows_of_another_shape_are_refused(rows: Any) -> None:
    forest = Forest.from_lightgbm(_train(CASES["regression"], 2).model_to_string().encode(), source="m")
    with pytest.raises(ModelError, match=r"m: expected rows of float32 or float64 with shape \(n, 12\), found"):
        forest.predict(rows)


MODEL = _train({"objective": "regression", "num_leaves": 4}, 2).model_to_string()


def _with(key: str, value: str) -> str:
    """The model with the first line of that key replaced."""
    lines = MODEL.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(key + "="))
    lines[at] = f"{key}={value}"
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'm:1: expected a LightGBM text model, whose first line is "tree"'),
        ("not a model\n", 'm:1: expected a LightGBM text model, whose first line is "tree"'),
        (_with("version", "v9"), 'expected version v3 or v4, found "v9"'),
        (_with("max_feature_idx", "3"), "expected 4 feature names, found 12"),
        (_with("num_cat", "1"), 'lacks the key "cat_boundaries"'),
        (_with("is_linear", "1"), 'lacks the key "leaf_const"'),
        (_with("decision_type", "1 2 2"), "names a category set that does not exist"),
        (_with("decision_type", "2 2 12"), "decision type 12 is not one of LightGBM's"),
        (_with("objective", "custom_loss"), 'the objective "custom_loss" is not supported'),
        (_with("objective", "binary sigmoid:-1"), 'expected a positive number after "sigmoid:"'),
        (_with("split_feature", "0 1"), "expected 3 values, found 2"),
        (_with("split_feature", "0 1 12"), "uses feature 12; the model has 12"),
        (_with("threshold", "0.5 abc 1"), 'expected a number, found "abc"'),
        (_with("threshold", "0.5 nan 1"), "threshold that is not a number"),
        (_with("leaf_value", "1 2 inf 4"), "leaf value that is not finite"),
        (_with("left_child", "0 1 2"), "tree 0 reaches node 0 twice"),
        (_with("left_child", "9 1 2"), "tree 0 points to node 9, which does not exist"),
        (_with("num_leaves", "-1"), "expected a count of at least 1"),
        (MODEL[: MODEL.index("Tree=1")], 'the file ends before "end of trees"'),
        (MODEL[: MODEL.index("Tree=1") - 40], "cut off in the middle of a line"),
    ],
)
def test_broken_model_is_refused_by_line(text: str, message: str) -> None:
    # A file that is not a whole model must never become half a model.
    with pytest.raises(ModelError) as caught:
        Forest.from_lightgbm(text.encode(), source="m")
    assert message in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutation_crashes_the_reader(data: st.DataObject) -> None:
    # Whatever a disk does to a file: a forest that predicts, or a ModelError.
    text = bytearray(MODEL.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    try:
        forest = Forest.from_lightgbm(bytes(text), source="m")
    except ModelError:
        return
    assert forest.predict(np.zeros((1, forest.feature_count))).shape == (1, forest.output_count)
