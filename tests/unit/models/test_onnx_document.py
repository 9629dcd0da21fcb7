"""ONNX files are read without the runtime, and what must not run is refused by name before it sees it."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from onnx_builders import INPUT, graph, perceptron, save

from foxml.errors import ModelError
from foxml.models.onnx_document import MODEL_BYTES_MAX, OnnxDocument, read_onnx


def _changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
    made = perceptron()
    change(made)
    return save(made)


def _node(operator: str, domain: str = "", **attributes: object) -> bytes:
    made = graph([helper.make_node(operator, [INPUT], ["scores"], name="it", domain=domain, **attributes)])
    if domain:
        made.opset_import.append(helper.make_opsetid(domain, 1))
    return save(made)


def _outside(tensor: onnx.TensorProto) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.append(onnx.StringStringEntryProto(key="location", value="/etc/passwd"))


def _outside_constant() -> bytes:
    value = numpy_helper.from_array(np.ones(3, np.float32), "hidden")
    _outside(value)
    return save(graph([helper.make_node("Constant", [], ["scores"], value=value)]))


def _sparse_outside() -> bytes:
    made = perceptron()
    values = numpy_helper.from_array(np.ones(1, np.float32), "sparse")
    _outside(values)
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "indices")
    made.graph.sparse_initializer.append(onnx.SparseTensorProto(values=values, indices=indices, dims=[3]))
    return save(made)


def _with_branches() -> bytes:
    branch = helper.make_graph([helper.make_node("Identity", [INPUT], ["x"])], "b", [], [])
    return _node("If", then_branch=branch, else_branch=branch)


def _function(made: onnx.ModelProto) -> None:
    made.functions.append(onnx.FunctionProto(name="f", domain="mine"))


PERCEPTRON = save(perceptron())
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "expected ONNX with ir_version 3 or later and an opset, found None"),
    "text": (lambda: b'{"format":"onnx"}', "m: "),
    "cut short": (lambda: PERCEPTRON[:-7], "m: byte .*found field|expected one graph"),
    "an old ir_version": (lambda: _changed(lambda m: setattr(m, "ir_version", 2)), "ir_version 3 or later.*found 2"),
    "no opset": (lambda: _changed(lambda m: m.ClearField("opset_import")), "and an opset"),
    "an operator of another domain": (
        lambda: _node("Conv", "com.microsoft"),
        "opset_import: the domain 'com.microsoft'",
    ),
    "an operator of a domain that is not imported": (
        lambda: _changed(lambda m: setattr(m.graph.node[1], "domain", "evil")),
        r"graph: node 1 \(Tanh\): the operator Tanh of the domain 'evil' is not ONNX's own",
    ),
    "functions": (lambda: _changed(_function), "functions of the model's own are not supported"),
    "random numbers": (lambda: _node("RandomNormalLike"), r"node 0 \(it\): RandomNormalLike draws random numbers"),
    "control flow": (_with_branches, r"node 0 \(it\): If has a graph of its own"),
    "weights in another file": (
        lambda: _changed(lambda m: _outside(m.graph.initializer[0])),
        r"initializer 0 \(weights_0\): its numbers are in another file",
    ),
    "a constant in another file": (_outside_constant, r"\(hidden\): its numbers are in another file"),
    "sparse weights in another file": (_sparse_outside, r"\(sparse\): its numbers are in another file"),
    "whole numbers": (
        lambda: _changed(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 7)),
        r"input 0 \(rows\): expected float32 or float64, found the element type 7",
    ),
    "two inputs": (
        lambda: _changed(lambda m: m.graph.input.append(helper.make_tensor_value_info("more", 1, ("n", 3)))),
        "expected one input and one output, found 2 and 1",
    ),
    "two outputs": (
        lambda: _changed(lambda m: m.graph.output.append(helper.make_tensor_value_info("sum_0", 1, ("n", 8)))),
        "expected one input and one output, found 1 and 2",
    ),
    "windows": (
        lambda: save(graph([helper.make_node("Identity", [INPUT], ["scores"])], input_shape=("n", 5, 3))),
        r"input rows: expected the shape \(rows, features\).*found \(\?, 5, 3\)",
    ),
    "any number of features": (
        lambda: save(graph([helper.make_node("Identity", [INPUT], ["scores"])], input_shape=("n", "f"))),
        r"found \(\?, \?\)",
    ),
    "two rows at a time": (lambda: save(perceptron(rows=2)), "expected any number of rows, or 1; found"),
    "scores of unknown width": (
        lambda: save(graph([helper.make_node("Identity", [INPUT], ["scores"])], output_shape=("n", "k"))),
        r"output scores: expected the shape \(rows,\) or \(rows, outputs\)",
    ),
    "no nodes": (lambda: _changed(lambda m: m.graph.ClearField("node")), "expected 1 to 20,000 nodes, found 0"),
    "too many nodes": (
        lambda: _changed(lambda m: m.graph.node.extend([m.graph.node[0]] * 20_001)),
        "expected 1 to 20,000 nodes, found 20,0",
    ),
    "another word for what is missing": (
        lambda: save(perceptron(), foxml_missing="zero"),
        "foxml.missing: expected nan or model, once; found zero",
    ),
    "two graphs": (lambda: PERCEPTRON + PERCEPTRON, "expected at most one, found 2|expected one graph, found 2"),
    "too many bytes": (lambda: bytes(MODEL_BYTES_MAX + 1), "expected at most 268,435,456 bytes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_name(case: str) -> None:
    """The runtime would open files, run what it was given, or fail in words of its own."""
    make, message = REFUSED[case]
    with pytest.raises(ModelError, match=message) as caught:
        read_onnx(make(), "m")
    assert str(caught.value).startswith("m: ")


def test_it_says_what_the_file_is() -> None:
    """Scoring binds memory by these."""
    expected = OnnxDocument(
        ir_version=8,
        opsets=(("", 17),),
        nodes=3,
        input_name=INPUT,
        output_name="scores",
        input_type="float64",
        output_type="float64",
        rows=None,
        feature_count=3,
        output_count=2,
        is_flat=False,
        takes_missing=True,
    )
    assert read_onnx(save(perceptron((3, 8, 2), type="float64"), foxml_missing="model"), "m") == expected


def test_weights_that_are_inputs_too_are_no_rows() -> None:
    """Files of the first exporters list them so."""
    made = perceptron()
    made.graph.input.append(helper.make_tensor_value_info("weights_0", 1, (3, 8)))
    assert read_onnx(save(made), "m").feature_count == 3


def test_damaged_files_are_read_or_refused() -> None:
    """Any byte may be wrong; what comes of it is a document or a ModelError, and soon."""
    generator = np.random.default_rng(7)
    data = save(perceptron(), foxml_missing="nan")
    refusals = []
    for _ in range(3000):
        damaged = bytearray(data)
        for _ in range(int(generator.integers(1, 5))):
            damaged[int(generator.integers(len(damaged)))] = int(generator.integers(256))
        if generator.random() < 0.3:
            del damaged[int(generator.integers(len(damaged))) :]
        try:
            assert isinstance(read_onnx(bytes(damaged), "m"), OnnxDocument)
        except ModelError as error:
            refusals.append(str(error))
    assert all(text.startswith("m: ") for text in refusals)
    assert len(refusals) > 1000
