"""Bundles of linear models, mixtures and ONNX: loaded, and refused where a weight, a bit or the runtime differs."""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from bundle_builders import NAMES, contents, manifest
from onnx import helper, numpy_helper
from onnx_builders import INPUT, WEIGHTS, graph, perceptron, save
from sklearn.linear_model import Ridge
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from foxml.errors import ModelError
from foxml.models import BundleContents, OnnxModel, Registry, SmallModel, load_bundle, verify_models, write_bundle
from foxml.models.onnx_document import read_onnx
from foxml.research.small_models import sklearn_linear, sklearn_mixture

Made = tuple[str, str, BundleContents]
X = np.random.default_rng(5).standard_normal((300, len(NAMES))).astype(np.float32)
GOLDEN = X[:16]


def _small(kind: str, model: bytes) -> Made:
    scores = SmallModel.from_json(model, source="model.json").predict(GOLDEN)
    return kind, "model.json", contents(model=model, golden_rows=GOLDEN, golden_scores=np.squeeze(scores))


def _linear() -> Made:
    model = make_pipeline(StandardScaler(), Ridge()).fit(X, X[:, 0] * 2 + X[:, 1])
    return _small("linear", sklearn_linear(model, NAMES))


def _mixture() -> Made:
    return _small("mixture", sklearn_mixture(GaussianMixture(2, random_state=1).fit(X), NAMES))


def _onnx(type: str = "float32") -> Made:
    model = save(perceptron((len(NAMES), 8, 1), type=type))
    scores = OnnxModel.from_onnx(model, source="model.onnx").predict(GOLDEN)
    return "onnx", "model.onnx", contents(model=model, golden_rows=GOLDEN, golden_scores=scores[:, 0])


KINDS: dict[str, Callable[[], Made]] = {
    "linear": _linear,
    "mixture": _mixture,
    "onnx": _onnx,
    "onnx float64": lambda: _onnx("float64"),
}


def _write(folder: Path, made: Made) -> Path:
    return write_bundle(folder / "bundle", manifest(kind=made[0]), made[2]).path


@pytest.mark.parametrize("kind", KINDS)
def test_it_loads_with_its_scores(kind: str, tmp_path: Path) -> None:
    """What the daemon loads is what training scored with."""
    made = KINDS[kind]()
    bundle = load_bundle(_write(tmp_path, made))
    assert made[1] in bundle.manifest.files
    assert bundle.golden_rows == len(GOLDEN)
    found = bundle.model.predict(GOLDEN)
    assert found.dtype == made[2].golden_scores.dtype
    np.testing.assert_array_equal(found, made[2].golden_scores.reshape(found.shape))
    expected = f"onnxruntime {onnxruntime.__version__}" if made[0] == "onnx" else None
    assert bundle.manifest.runtime == expected


@pytest.mark.parametrize("kind", KINDS)
def test_one_flipped_bit_of_a_golden_score_is_refused(kind: str, tmp_path: Path) -> None:
    """If this passed, the check would check nothing."""
    made = KINDS[kind]()
    scores = made[2].golden_scores.copy()
    scores.reshape(-1).view(np.uint8)[0] ^= 1
    with pytest.raises(ModelError, match=r"golden row 0.* 1 of 16 rows are not reproduced"):
        _write(tmp_path, (*made[:2], replace(made[2], golden_scores=scores)))
    assert list(tmp_path.iterdir()) == []


def _forge(folder: Path, file: str, data: bytes) -> None:
    """Replace a file and put its new hash into the manifest, as somebody who knows the format would."""
    whole = json.loads((folder / "bundle.json").read_bytes())
    whole["files"][file] = hashlib.sha256(data).hexdigest()
    for path, written in ((folder / file, data), (folder / "bundle.json", json.dumps(whole).encode())):
        path.chmod(0o644)
        path.write_bytes(written)


def _heavier(document: dict[str, object], *path: str | int) -> bytes:
    """Move one number of a document by a little."""
    here: object = document
    for key in path[:-1]:
        here = here[key]  # type: ignore[index]
    here[path[-1]] *= 1 + 1e-12  # type: ignore[index]
    return json.dumps(document, separators=(",", ":")).encode()


def _heavier_onnx(data: bytes) -> bytes:
    made = perceptron((len(NAMES), 8, 1))
    assert save(made) == data
    tensor = next(t for t in made.graph.initializer if t.name == WEIGHTS)
    weights = numpy_helper.to_array(tensor) * np.float32(1 + 1e-5)
    tensor.CopyFrom(numpy_helper.from_array(weights, WEIGHTS))
    return save(made)


CANARIES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a weight": ("linear", lambda d: _heavier(json.loads(d), "outputs", 0, "weight", 1)),
    "an intercept": ("linear", lambda d: _heavier(json.loads(d), "outputs", 0, "intercept")),
    "a mean": ("linear", lambda d: _heavier(json.loads(d), "mean", 0)),
    "a scale": ("linear", lambda d: _heavier(json.loads(d), "scale", 2)),
    "a component's mean": ("mixture", lambda d: _heavier(json.loads(d), "components", 1, "mean", 0)),
    "a covariance": ("mixture", lambda d: _heavier(json.loads(d), "components", 0, "covariance", 3)),
    "weights of a layer": ("onnx", _heavier_onnx),
}


@pytest.mark.parametrize("canary", CANARIES)
def test_a_changed_weight_is_refused(canary: str, tmp_path: Path) -> None:
    """Even with every hash made anew: the scores themselves are compared."""
    kind, change = CANARIES[canary]
    made = KINDS[kind]()
    folder = _write(tmp_path, made)
    _forge(folder, made[1], change(made[2].model))
    with pytest.raises(ModelError, match=r"golden row .* are not reproduced"):
        load_bundle(folder)


def test_another_version_of_the_runtime_must_give_the_same_bits(tmp_path: Path) -> None:
    """It may: then the model is what it was. If not, the message names both versions."""
    made = _onnx()
    folder = _write(tmp_path, made)
    whole = json.loads((folder / "bundle.json").read_bytes())
    assert whole["runtime"] == f"onnxruntime {onnxruntime.__version__}"
    whole["runtime"] = "onnxruntime 1.2.3"
    (folder / "bundle.json").chmod(0o644)
    (folder / "bundle.json").write_text(json.dumps(whole))
    assert load_bundle(folder).manifest.runtime == "onnxruntime 1.2.3"
    _forge(folder, "model.onnx", _heavier_onnx(made[2].model))
    with pytest.raises(
        ModelError, match=rf"made by onnxruntime 1.2.3, scored by onnxruntime {onnxruntime.__version__}\)"
    ):
        load_bundle(folder)


def test_a_graph_that_mixes_its_rows_is_refused(tmp_path: Path) -> None:
    """Scores that depend on who else has a bar are neither reproducible nor what was validated."""
    nodes = [
        helper.make_node("ReduceMean", [INPUT], ["mean"], axes=[0], keepdims=1),
        helper.make_node("Sub", [INPUT, "mean"], ["scores"]),
    ]
    model = save(graph(nodes, input_shape=("n", len(NAMES)), output_shape=("n", len(NAMES))))
    scores = OnnxModel.from_onnx(model, source="m").predict(GOLDEN)
    made = contents(model=model, golden_rows=GOLDEN, golden_scores=scores)
    with pytest.raises(ModelError, match="the score depends on the other rows of a call"):
        _write(tmp_path, ("onnx", "model.onnx", made))


@pytest.mark.parametrize(
    ("kind", "other"), [("linear", "mixture"), ("mixture", "foxml"), ("onnx", "linear"), ("linear", "onnx")]
)
def test_a_model_of_another_kind_is_refused(kind: str, other: str, tmp_path: Path) -> None:
    """The manifest's word is law: a reader never guesses."""
    with pytest.raises(ModelError, match=str(tmp_path / "bundle")):
        write_bundle(tmp_path / "bundle", manifest(kind=other), KINDS[kind]()[2])


def test_a_model_of_other_columns_is_refused(tmp_path: Path) -> None:
    """In another order they are other features."""
    made = _linear()
    with pytest.raises(ModelError, match=r"expected the 3 features that bundle\.json names, in their order"):
        write_bundle(tmp_path / "bundle", manifest(kind="linear", feature_names=NAMES[::-1]), made[2])
    model = save(perceptron((4, 8, 1)))
    assert read_onnx(model, "m").feature_count == 4
    with pytest.raises(ModelError, match="found 4 others"):
        write_bundle(tmp_path / "bundle", manifest(kind="onnx"), replace(_onnx()[2], model=model))


def test_verify_covers_every_kind(tmp_path: Path) -> None:
    """One command answers for the whole registry."""
    registry = Registry(tmp_path)
    for name, make in (("linear", _linear), ("mixture", _mixture), ("onnx", _onnx)):
        registry.register(manifest(name=name, kind=name), make()[2])
    _forge(tmp_path / "onnx" / "1", "model.onnx", _heavier_onnx(_onnx()[2].model))
    checks = {check.name: check for check in verify_models(registry, [])}
    assert {name: check.kind for name, check in checks.items()} == {
        "linear@1": "linear",
        "mixture@1": "mixture",
        "onnx@1": "",
    }
    assert [checks[f"{name}@1"].golden_rows for name in ("linear", "mixture")] == [16, 16]
    assert "are not reproduced" in (checks["onnx@1"].problem or "")


def test_verify_goes_on_without_the_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that cannot be checked here is not verified, and hides none that can."""
    registry = Registry(tmp_path)
    for name, make in (("a", _onnx), ("b", _linear)):
        made = make()
        registry.register(manifest(name=name, kind=made[0]), made[2])
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    refused, verified = verify_models(registry, [])
    assert "pip install 'foxml[onnx]'" in (refused.problem or "")
    assert (verified.name, verified.problem) == ("b@1", None)
