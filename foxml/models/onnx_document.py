"""What an ONNX file says of itself, and what of it is refused before any runtime sees it.

Read with no library: the numbers of the fields are those of ``onnx.proto``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from foxml.errors import ModelError
from foxml.models.protobuf import Message

__all__ = ["MODEL_BYTES_MAX", "OnnxDocument", "read_onnx"]

MODEL_BYTES_MAX: Final = 256 * 1024 * 1024
FEATURES_MAX: Final = 1_000_000
OUTPUTS_MAX: Final = 100_000
_NODES_MAX: Final = 20_000
_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_RANDOM: Final = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
)
_TYPES: Final = {1: "float32", 11: "float64"}
_MISSING: Final = {"": False, "nan": False, "model": True}
_OUTSIDE: Final = 1
"""`data_location` of a tensor whose numbers are in another file."""


@dataclass(frozen=True, slots=True)
class OnnxDocument:
    """The part of an ONNX file that scoring depends on.

    Attributes
    ----------
    ir_version : int
        Of the file's format.
    opsets : mapping of str to int
        As pairs of domain and version.
    nodes : int
    input_name, output_name : str
    input_type, output_type : str
        ``float32`` or ``float64``.
    rows : int or None
        Rows that the graph takes in a call; None: any number.
    feature_count, output_count : int
    is_flat : bool
        Whether scores come without a second dimension.
    takes_missing : bool
        Whether the scores of rows with NaN are the graph's: its metadata says ``foxml.missing = model``. If not, they
        have none.
    """

    ir_version: int
    opsets: tuple[tuple[str, int], ...]
    nodes: int
    input_name: str
    output_name: str
    input_type: str
    output_type: str
    rows: int | None
    feature_count: int
    output_count: int
    is_flat: bool
    takes_missing: bool


@dataclass(frozen=True, slots=True)
class _Value:
    name: str
    type: str
    shape: tuple[int | None, ...]


def read_onnx(data: bytes, source: str) -> OnnxDocument:
    """Read an ONNX file of rows of features; refuse what would not be scored as it was trained.

    Refused by name: numbers in other files, operators of other domains than ONNX's own, functions of the model's own,
    operators that draw random numbers, control flow (its time has no bound), more than one input or output, tensors of
    other types than float32 and float64, shapes that are not (rows, features) and (rows,) or (rows, outputs).

    Parameters
    ----------
    data : bytes
    source : str
        Name of the file, for errors.

    Raises
    ------
    ModelError
        Names the node, tensor, input or output, what was found and what was expected.
    """
    if len(data) > MODEL_BYTES_MAX:
        raise ModelError(f"{source}: expected at most {MODEL_BYTES_MAX:,} bytes, found {len(data):,}")
    model = Message(memoryview(data), source)
    ir_version = model.integer(1, "ir_version")
    opsets = tuple(_opset(each) for each in model.messages(8, "opset_import"))
    if ir_version is None or ir_version < 3 or not opsets:
        raise ModelError(f"{source}: expected ONNX with ir_version 3 or later and an opset, found {ir_version}")
    for domain, version in opsets:
        if domain not in _DOMAINS:
            raise ModelError(f"{source}: opset_import: the domain {domain!r} (version {version}) is not ONNX's own")
    if model.has(25):
        raise ModelError(f"{source}: functions of the model's own are not supported: inline them on export")
    graph = model.message(7, "graph")
    nodes = _check_nodes(graph)
    given = _check_tensors(graph)
    inputs = [value for value in _values(graph, 11, "input") if value.name not in given]
    return _document(source, ir_version, opsets, nodes, inputs, list(_values(graph, 12, "output")), _missing(model))


def _opset(message: Message) -> tuple[str, int]:
    return message.text(1, "domain"), message.integer(2, "version") or 0


def _missing(model: Message) -> bool:
    found = [each.text(2, "value") for each in model.messages(14, "metadata") if each.text(1, "key") == "foxml.missing"]
    word = found[-1] if found else ""
    if len(found) > 1 or word not in _MISSING:
        raise ModelError(f"{model.name}: foxml.missing: expected nan or model, once; found {', '.join(found)}")
    return _MISSING[word]


def _check_nodes(graph: Message) -> int:
    count = 0
    for node in graph.messages(1, "node"):
        count += 1
        operator, domain = node.text(4, "op_type"), node.text(7, "domain")
        place = f"{node.name} ({node.text(3, 'name') or operator})"
        if domain not in _DOMAINS:
            raise ModelError(f"{place}: the operator {operator} of the domain {domain!r} is not ONNX's own")
        if operator in _RANDOM:
            raise ModelError(f"{place}: {operator} draws random numbers: no score could be reproduced")
        for attribute in node.messages(5, "attribute"):
            if attribute.has(6) or attribute.has(11):
                raise ModelError(f"{place}: {operator} has a graph of its own: control flow is not supported")
            _check_tensor_list(attribute)
    if not 0 < count <= _NODES_MAX:
        raise ModelError(f"{graph.name}: expected 1 to {_NODES_MAX:,} nodes, found {count:,}")
    return count


def _check_tensor_list(attribute: Message) -> None:
    for number, what in ((5, "tensor"), (10, "tensor")):
        for tensor in attribute.messages(number, what):
            _check_tensor(tensor)
    for number in (22, 23):
        for sparse in attribute.messages(number, "sparse tensor"):
            _check_sparse(sparse)


def _check_tensors(graph: Message) -> set[str]:
    """Check the numbers of the model; return the names that they bear."""
    names = set()
    for tensor in graph.messages(5, "initializer"):
        names.add(tensor.text(8, "name"))
        _check_tensor(tensor)
    for sparse in graph.messages(15, "sparse initializer"):
        _check_sparse(sparse)
    return names


def _check_sparse(sparse: Message) -> None:
    for number, what in ((1, "values"), (2, "indices")):
        for tensor in sparse.messages(number, what):
            _check_tensor(tensor)


def _check_tensor(tensor: Message) -> None:
    if tensor.has(13) or tensor.integer(14, "data_location") == _OUTSIDE:
        name = tensor.text(8, "name")
        raise ModelError(f"{tensor.name} ({name}): its numbers are in another file: save the model as one file")


def _values(graph: Message, number: int, what: str) -> Iterator[_Value]:
    for value in graph.messages(number, what):
        tensor = value.message(2, "type").message(1, "tensor type")
        element = tensor.integer(1, "elem_type")
        name = value.text(1, "name")
        if element not in _TYPES:
            raise ModelError(f"{value.name} ({name}): expected float32 or float64, found the element type {element}")
        shape = tensor.message(2, "shape")
        dims = [dim.integer(1, "dim_value") for dim in shape.messages(1, "dim")]
        yield _Value(name, _TYPES[element], tuple(dims))


def _document(
    source: str,
    ir_version: int,
    opsets: tuple[tuple[str, int], ...],
    nodes: int,
    inputs: list[_Value],
    outputs: list[_Value],
    takes_missing: bool,
) -> OnnxDocument:
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelError(f"{source}: expected one input and one output, found {len(inputs)} and {len(outputs)}")
    (rows,), (scores,) = inputs, outputs
    if len(rows.shape) != 2 or not _is_width(rows.shape[1], FEATURES_MAX):
        raise ModelError(
            f"{source}: input {rows.name}: expected the shape (rows, features) with the number of features, found "
            f"{_shape(rows)}"
        )
    is_flat = len(scores.shape) == 1
    if not is_flat and (len(scores.shape) != 2 or not _is_width(scores.shape[1], OUTPUTS_MAX)):
        raise ModelError(
            f"{source}: output {scores.name}: expected the shape (rows,) or (rows, outputs) with the number of "
            f"outputs, found {_shape(scores)}"
        )
    if rows.shape[0] not in (None, 1):
        raise ModelError(f"{source}: input {rows.name}: expected any number of rows, or 1; found {_shape(rows)}")
    return OnnxDocument(
        ir_version=ir_version,
        opsets=opsets,
        nodes=nodes,
        input_name=rows.name,
        output_name=scores.name,
        input_type=rows.type,
        output_type=scores.type,
        rows=rows.shape[0],
        feature_count=rows.shape[1] or 0,
        output_count=1 if is_flat else scores.shape[1] or 0,
        is_flat=is_flat,
        takes_missing=takes_missing,
    )


def _is_width(width: int | None, most: int) -> bool:
    return width is not None and 0 < width <= most


def _shape(value: _Value) -> str:
    return "(" + ", ".join("?" if size is None else str(size) for size in value.shape) + ")"
