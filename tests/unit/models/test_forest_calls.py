"""Every way to call a forest gives the same scores, from any thread."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost
from forest_rows import differing_bits

from foxml.errors import ModelError
from foxml.models import Forest, ForestDescription

X = np.random.default_rng(1).normal(size=(400, 5))
Y = (X[:, 0] * X[:, 1] > 0).astype(float) + (X[:, 2] > 1)


def _lightgbm() -> bytes:
    params = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(params, lightgbm.Dataset(X, Y), 4).model_to_string().encode()


def _xgboost(form: str) -> bytes:
    return bytes(xgboost.train({"nthread": 1, "max_depth": 2}, xgboost.DMatrix(X, Y), 4).save_raw(form))


@pytest.mark.parametrize(
    ("data", "form"),
    [(_lightgbm(), "LightGBM text v4"), (_xgboost("json"), "XGBoost JSON"), (_xgboost("ubj"), "XGBoost UBJSON")],
    ids=["lightgbm", "json", "ubjson"],
)
def test_load_tells_the_format_by_the_bytes(data: bytes, form: str, tmp_path: Path) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(data)
    assert Forest.load(path).describe().format.startswith(form)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "the file is empty"), (b"\x80\x04pickle", "expected a model that LightGBM saved as text, or XGBoost")],
)
def test_load_refuses_what_is_no_model(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=f"{path}: {message}"):
        Forest.load(path)
    with pytest.raises(ModelError, match="cannot be read"):
        Forest.load(tmp_path)


@pytest.mark.parametrize("data", [_lightgbm(), _xgboost("ubj")], ids=["lightgbm", "xgboost"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_row_and_a_bound_row_score_as_many_do(data: bytes, dtype: type, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(data)
    forest = Forest.load(tmp_path / "m")
    rows = X.astype(dtype)
    raw, output = forest.predict(rows), forest.predict(rows, "output")
    assert raw.dtype == (np.float64 if data.startswith(b"tree") else np.float32)
    buffer = np.zeros(5, dtype)
    bound = forest.bind(buffer)
    for i in range(50):
        assert differing_bits(forest.predict_row(rows[i]), raw[i]) == 0
        assert differing_bits(forest.predict_row(rows[i], "output"), output[i]) == 0
        buffer[:] = rows[i]
        assert bound() == raw[i, 0]
        assert (bound.scores == raw[i]).all()
    with pytest.raises(ValueError, match="read-only"):
        bound.scores[0] = 1.0


def test_a_bound_row_keeps_forest_and_buffer_alive() -> None:
    bound = Forest.from_xgboost(_xgboost("ubj"), source="m").bind(np.zeros(5))
    assert np.isfinite([bound() for _ in range(3)]).all()


@pytest.mark.parametrize("buffer", [np.zeros(4), np.zeros((1, 5)), np.zeros(5, np.int32), np.zeros(10)[::2]])
def test_a_buffer_of_another_shape_is_refused(buffer: Any) -> None:
    forest = Forest.from_xgboost(_xgboost("ubj"), source="m")
    with pytest.raises(
        ModelError, match=r"m: the buffer must be a contiguous float32 or float64 array of shape \(5,\)"
    ):
        forest.bind(buffer)
    if buffer.shape != (5,) or buffer.dtype == np.int32:
        with pytest.raises(ModelError, match="m: expected rows of float32 or float64 with shape"):
            forest.predict_row(buffer)


def test_threads_share_a_forest() -> None:
    # The interpreter is let go while rows are scored: nothing of one call may reach another.
    forest = Forest.from_lightgbm(_lightgbm(), source="m")
    blocks = [np.random.default_rng(i).normal(size=(2000, 5)) for i in range(8)]
    expected = [forest.predict(block) for block in blocks]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for found, wanted in zip(pool.map(forest.predict, blocks), expected, strict=True):
                assert differing_bits(found, wanted) == 0


def test_description_counts_the_forest() -> None:
    booster = xgboost.train({"nthread": 1, "max_depth": 2}, xgboost.DMatrix(X, Y), 4)
    found = Forest.from_xgboost(bytes(booster.save_raw("ubj")), source="m").describe()
    trees = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    splits = [f for t in trees for f, left in zip(t["split_indices"], t["left_children"], strict=True) if left != -1]
    assert isinstance(found, ForestDescription)
    assert (found.trees, found.features, found.outputs, found.depth) == (4, 5, 1, 2)
    assert found.leaves == sum(t["left_children"].count(-1) for t in trees)
    assert found.features_used == len(set(splits))
    assert found.kernel
    assert found.table_bytes > 0


def test_an_unknown_kind_is_refused() -> None:
    forest = Forest.from_xgboost(_xgboost("ubj"), source="m")
    with pytest.raises(ModelError, match='m: kind: expected "raw" or "output", found \'margin\''):
        forest.predict(X, "margin")  # type: ignore[arg-type]
