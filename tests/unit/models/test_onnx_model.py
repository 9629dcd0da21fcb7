"""ONNX models: the runtime's own scores, a row's whatever its company, and no score for what is missing."""

import subprocess
import sys
import threading

import numpy as np
import onnxruntime
import pytest
from onnx import helper
from onnx_builders import INPUT, graph, perceptron, save

from foxml.domain.ports import Predictor
from foxml.errors import MissingExtra, ModelError
from foxml.models import OnnxModel


def _plain(data: bytes, rows: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    found: np.ndarray = session.run(None, {INPUT: rows})[0]
    return found


def _rows(count: int, features: int = 3, type: str = "float32") -> np.ndarray:
    return np.random.default_rng(count).standard_normal((count, features)).astype(type)


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 50])
@pytest.mark.parametrize("type", ["float32", "float64"])
def test_it_scores_as_the_runtime_does(type: str, count: int) -> None:
    """Blocks, padding and memory that is used again must not show; 64 rows in one call are the reference."""
    data = save(perceptron((3, 12, 2), type=type))
    model = OnnxModel.from_onnx(data, source="m")
    rows = _rows(64, type=type)
    expected = _plain(data, rows)
    found = model.predict(rows[:count])
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected[:count])


@pytest.mark.parametrize("activation", ["Relu", "Tanh", "Sigmoid"])
@pytest.mark.parametrize("type", ["float32", "float64"])
def test_a_row_has_one_score_in_any_company(type: str, activation: str) -> None:
    """Recovery and replay score a row among others; the runtime itself gives rows of a short call other bits."""
    model = OnnxModel.from_onnx(save(perceptron((7, 33, 1), type=type, activation=activation)), source="m")
    rows = _rows(100, 7, type)
    together = model.predict(rows)
    alone = np.stack([model.predict_row(row) for row in rows])
    order = np.random.default_rng(5).permutation(len(rows))
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together[order], model.predict(rows[order]))


def test_a_graph_for_one_row_is_called_row_by_row() -> None:
    """Exporters without a free dimension write such graphs."""
    free, fixed = (OnnxModel.from_onnx(save(perceptron(rows=rows)), source="m") for rows in ("n", 1))
    rows = _rows(20)
    np.testing.assert_allclose(fixed.predict(rows), free.predict(rows), rtol=1e-6)


def test_scores_in_one_dimension() -> None:
    """(rows,) is as good as (rows, 1)."""
    node = helper.make_node("ReduceSum", [INPUT, "axes"], ["scores"], keepdims=0)
    axes = helper.make_tensor("axes", 7, [1], [1])
    model = OnnxModel.from_onnx(save(graph([node], output_shape=("n",), initializers=[axes])), source="m")
    rows = _rows(5)
    assert model.predict(rows).shape == (5, 1)
    np.testing.assert_allclose(model.predict(rows)[:, 0], rows.sum(axis=1), rtol=1e-6)


def test_what_is_missing_has_no_score() -> None:
    """The runtime's Relu makes 0 of NaN: a row without data would be traded like any other."""
    data = save(perceptron(activation="Relu"))
    rows = _rows(20)
    rows[[3, 17], 1] = np.nan
    rows[9, 0] = -np.inf
    model = OnnxModel.from_onnx(data, source="m")
    assert np.flatnonzero(np.isnan(model.predict(rows)[:, 0])).tolist() == [3, 9, 17]
    wide = rows.astype(np.float64)
    wide[5, 2] = 1e300  # no float32
    assert np.flatnonzero(np.isnan(model.predict(wide)[:, 0])).tolist() == [3, 5, 9, 17]


def test_a_graph_that_fills_what_is_missing_says_so() -> None:
    """The policy is in the file, not in whoever calls."""
    nodes = [
        helper.make_node("IsNaN", [INPUT], ["missing"]),
        helper.make_node("Where", ["missing", "fill", INPUT], ["scores"]),
    ]
    fill = helper.make_tensor("fill", 1, [1], [0.25])
    made = graph(nodes, output_shape=("n", 3), initializers=[fill])
    rows = np.array([[1.0, np.nan, 3.0]], dtype=np.float32)
    model = OnnxModel.from_onnx(save(made, foxml_missing="model"), source="m")
    np.testing.assert_array_equal(model.predict(rows), [[1.0, 0.25, 3.0]])
    del made.metadata_props[:]
    assert np.isnan(OnnxModel.from_onnx(save(made, foxml_missing="nan"), source="m").predict(rows)).all()


def test_a_score_that_is_not_finite_is_none() -> None:
    """Infinity would stand in the statistics of the scores for ever."""
    model = OnnxModel.from_onnx(
        save(graph([helper.make_node("Exp", [INPUT], ["scores"])], output_shape=("n", 3))), source="m"
    )
    found = model.predict(np.array([[0.0, 1000.0, -1000.0]], dtype=np.float32))
    assert found[0, 0] == 1.0
    assert np.isnan(found[0, 1])
    assert found[0, 2] == 0.0


def test_threads_share_a_model() -> None:
    """They share its memory, too: without the lock they would take each other's rows."""
    model = OnnxModel.from_onnx(save(perceptron((3, 64, 1))), source="m")
    tables = [_rows(count) for count in range(30, 38)]
    expected = [model.predict(rows) for rows in tables]
    wrong: list[int] = []

    def score(i: int) -> None:
        for _ in range(50):
            if not np.array_equal(model.predict(tables[i]), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=score, args=(i,)) for i in range(len(tables))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_it_is_a_predictor_that_says_what_it_is() -> None:
    """Sessions and the command line see every model through the same few names."""
    model = OnnxModel.from_onnx(save(perceptron((3, 8, 2))), source="m")
    predictor: Predictor = model
    assert (predictor.feature_count, predictor.output_count, predictor.feature_names) == (3, 2, ())
    assert model.runtime == f"onnxruntime {onnxruntime.__version__}"
    assert model.summary == f"3 nodes, onnxruntime {onnxruntime.__version__}"
    with pytest.raises(ModelError, match=r"m: expected rows of float32 or float64 with shape \(n, 3\)"):
        model.predict(_rows(4, 2))
    with pytest.raises(ModelError, match='expected "raw" or "output"'):
        model.predict(_rows(4), "label")  # type: ignore[arg-type]


def test_an_operator_that_the_runtime_lacks_is_named() -> None:
    """So are the versions that decide it."""
    data = save(graph([helper.make_node("Frobnicate", [INPUT], ["scores"], name="odd")]))
    with pytest.raises(
        ModelError, match=r"m: onnxruntime .* refuses the model \(IR version 8, opset 17 of ai.onnx\).*Frobnicate"
    ):
        OnnxModel.from_onnx(data, source="m")


@pytest.mark.parametrize("field", ["ir_version", "opset"])
def test_a_version_from_the_future_is_named(field: str) -> None:
    """A file of a newer exporter is common, and its message must say what to change."""
    made = perceptron()
    if field == "opset":
        made.opset_import[0].version = 99
    else:
        made.ir_version = 99
    with pytest.raises(ModelError, match=r"refuses the model \(IR version (8|99), opset (17|99) of ai.onnx\)"):
        OnnxModel.from_onnx(save(made), source="m")


def test_a_graph_whose_scores_have_another_shape_is_refused_at_load() -> None:
    """Its memory is bound in the stated shape: a graph that lies must not write elsewhere."""
    made = graph([helper.make_node("Identity", [INPUT], ["scores"])], output_shape=("n", 2))
    with pytest.raises(ModelError, match="m: onnxruntime"):
        OnnxModel.from_onnx(save(made), source="m")


def test_without_the_runtime_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most users of trees never install it."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(
        MissingExtra, match=r"m: a model of the kind onnx needs onnxruntime .*pip install 'foxml\[onnx\]'"
    ):
        OnnxModel.from_onnx(save(perceptron()), source="m")


def test_nothing_imports_the_runtime_before_a_model_needs_it() -> None:
    """It takes a daemon longer to import than all else, and may not be installed."""
    code = "import sys, foxml.models, foxml.session.build, foxml.daemon.trade; sys.exit('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
