"""Bundles of every kind of model: written, loaded, and refused where a single bit differs."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xgboost
from bundle_builders import NAMES, contents, manifest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from foxml.errors import ModelError
from foxml.models import BundleContents, load_bundle, write_bundle
from foxml.research.forests import sklearn_forest

Made = tuple[str, str, BundleContents]
GENERATOR = np.random.default_rng(5)
X = GENERATOR.standard_normal((300, len(NAMES))).astype(np.float32)
Y = X[:, 0] * 2 + X[:, 1]
CLASSES = np.digitize(Y, [-1.0, 1.0])


def _lightgbm() -> Made:
    return "lightgbm", "model.txt", contents()


def _xgboost(form: str, **params: object) -> Made:
    fixed = {"nthread": 1, "max_depth": 3, **params}
    label = CLASSES if "num_class" in params else Y
    booster = xgboost.train(fixed, xgboost.DMatrix(X, label, feature_names=list(NAMES)), 6)
    golden = X[:16]
    scores = booster.predict(xgboost.DMatrix(golden, feature_names=list(NAMES)), output_margin=True)
    model = bytes(booster.save_raw(form))
    name = "model.ubj" if form == "ubj" else "model.json"
    return "xgboost", name, contents(model=model, golden_rows=golden, golden_scores=scores)


def _scikit_learn() -> Made:
    model = RandomForestRegressor(5, max_depth=4, n_jobs=1, random_state=1).fit(X, Y)
    golden = X[:16]
    found = contents(model=sklearn_forest(model, NAMES), golden_rows=golden, golden_scores=model.predict(golden))
    return "foxml", "model.json", found


def _classes() -> Made:
    model = RandomForestClassifier(5, max_depth=4, n_jobs=1, random_state=1).fit(X, CLASSES)
    golden = X[:16]
    scores = model.predict_proba(golden)
    return "foxml", "model.json", contents(model=sklearn_forest(model), golden_rows=golden, golden_scores=scores)


KINDS: dict[str, Callable[[], Made]] = {
    "LightGBM": _lightgbm,
    "XGBoost UBJSON": lambda: _xgboost("ubj"),
    "XGBoost JSON": lambda: _xgboost("json"),
    "XGBoost classes": lambda: _xgboost("ubj", objective="multi:softprob", num_class=3),
    "scikit-learn": _scikit_learn,
    "scikit-learn classes": _classes,
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_loads_with_the_scores_of_its_library(kind: str, tmp_path: Path) -> None:
    """Every format is held to the same promise, in the precision of its library."""
    name, file, made = KINDS[kind]()
    write_bundle(tmp_path / "bundle", manifest(kind=name), made)
    bundle = load_bundle(tmp_path / "bundle")
    assert file in bundle.manifest.files
    assert bundle.golden_rows == len(made.golden_rows)
    found = bundle.forest.predict(made.golden_rows)
    assert found.dtype == made.golden_scores.dtype
    np.testing.assert_array_equal(found, made.golden_scores.reshape(found.shape))


@pytest.mark.parametrize("bit", [0, 1, 20, 31])
@pytest.mark.parametrize("kind", KINDS)
def test_one_flipped_bit_of_a_golden_score_is_refused(kind: str, bit: int, tmp_path: Path) -> None:
    """If this passed, the check would check nothing."""
    name, _, made = KINDS[kind]()
    scores = made.golden_scores.copy()
    words = scores.reshape(-1).view(np.uint32)
    words[-1] ^= np.uint32(1 << bit)
    damaged = contents(model=made.model, golden_rows=made.golden_rows, golden_scores=scores)
    with pytest.raises(ModelError, match=r"golden row 15.* 1 of 16 rows are not reproduced"):
        write_bundle(tmp_path / "bundle", manifest(kind=name), damaged)
    assert list(tmp_path.iterdir()) == []


def test_one_flipped_bit_of_a_leaf_is_refused(tmp_path: Path) -> None:
    """Even with every hash made anew: the scores themselves are compared."""
    name, file, made = _scikit_learn()
    folder = write_bundle(tmp_path / "bundle", manifest(kind=name), made).path
    document = json.loads((folder / file).read_bytes())
    leaves = np.array(document["trees"][0]["leaves"])
    leaves.view(np.uint64)[:] ^= np.uint64(1 << 8)  # above what the average rounds off
    document["trees"][0]["leaves"] = leaves.tolist()
    data = json.dumps(document, separators=(",", ":")).encode()
    _replace(folder, file, data)
    with pytest.raises(ModelError, match=r"golden row .* are not reproduced"):
        load_bundle(folder)


def _replace(folder: Path, file: str, data: bytes) -> None:
    whole = json.loads((folder / "bundle.json").read_bytes())
    whole["files"][file] = hashlib.sha256(data).hexdigest()
    for path, written in ((folder / file, data), (folder / "bundle.json", json.dumps(whole).encode())):
        path.chmod(0o644)
        path.write_bytes(written)


@pytest.mark.parametrize(("kind", "other"), [("lightgbm", "xgboost"), ("xgboost", "lightgbm"), ("foxml", "xgboost")])
def test_a_model_of_another_kind_is_refused(kind: str, other: str, tmp_path: Path) -> None:
    """The manifest's word is law: a reader never guesses."""
    made = {"lightgbm": _lightgbm, "xgboost": lambda: _xgboost("ubj"), "foxml": _scikit_learn}[kind]()[2]
    with pytest.raises(ModelError, match=str(tmp_path / "bundle")):
        write_bundle(tmp_path / "bundle", manifest(kind=other), made)
    with pytest.raises(ModelError, match="kind: expected one of lightgbm, xgboost, foxml, found 'pickle'"):
        write_bundle(tmp_path / "bundle", manifest(kind="pickle"), made)
