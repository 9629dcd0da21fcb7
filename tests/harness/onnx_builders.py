"""Small ONNX models: a perceptron, and graphs of single nodes to refuse."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

__all__ = ["INPUT", "WEIGHTS", "graph", "perceptron", "save"]

INPUT = "rows"
WEIGHTS = "weights_0"
_TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64}
Shape = Sequence[int | str | None]


def graph(
    nodes: Sequence[onnx.NodeProto],
    *,
    input_shape: Shape = ("n", 3),
    output_shape: Shape = ("n", 1),
    type: str = "float32",
    initializers: Sequence[onnx.TensorProto] = (),
    output: str = "scores",
) -> onnx.ModelProto:
    """Make a model of one input and one output."""
    rows = helper.make_tensor_value_info(INPUT, _TYPES[type], input_shape)
    scores = helper.make_tensor_value_info(output, _TYPES[type], output_shape)
    made = helper.make_graph(nodes, "graph", [rows], [scores], list(initializers))
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def perceptron(
    sizes: Sequence[int] = (3, 8, 1), *, type: str = "float32", seed: int = 1, activation: str = "Tanh", rows: Any = "n"
) -> onnx.ModelProto:
    """Make a perceptron with drawn weights."""
    generator = np.random.default_rng(seed)
    nodes, initializers, name = [], [], INPUT
    for layer, (left, right) in enumerate(pairwise(sizes)):
        is_last = layer == len(sizes) - 2
        weights = generator.standard_normal((left, right)).astype(type) / np.sqrt(left).astype(type)
        bias = generator.standard_normal(right).astype(type)
        initializers += [
            numpy_helper.from_array(weights, f"weights_{layer}"),
            numpy_helper.from_array(bias, f"bias_{layer}"),
        ]
        made = "scores" if is_last else f"sum_{layer}"
        nodes.append(helper.make_node("Gemm", [name, f"weights_{layer}", f"bias_{layer}"], [made]))
        name = made
        if not is_last:
            name = f"layer_{layer}"
            nodes.append(helper.make_node(activation, [made], [name]))
    return graph(
        nodes, input_shape=(rows, sizes[0]), output_shape=(rows, sizes[-1]), type=type, initializers=initializers
    )


def save(model: onnx.ModelProto, **metadata: str) -> bytes:
    """Write a model, with metadata."""
    for key, value in metadata.items():
        model.metadata_props.append(onnx.StringStringEntryProto(key=key.replace("_", "."), value=value))
    return bytes(model.SerializeToString())
