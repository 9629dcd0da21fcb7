"""The kinds of model that a bundle may hold: the names of their files, and their readers."""

from collections.abc import Callable, Mapping
from typing import Final

from foxml.errors import ModelError
from foxml.models.forest import Forest
from foxml.models.onnx_model import OnnxModel, onnx_runtime
from foxml.models.small import SmallModel

__all__ = ["AnyModel", "file_name", "file_names", "read_model", "runtime_of"]

AnyModel = Forest | SmallModel | OnnxModel

_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "lightgbm": ("model.txt",),
    "xgboost": ("model.ubj", "model.json"),
    "foxml": ("model.json",),
    "linear": ("model.json",),
    "mixture": ("model.json",),
    "onnx": ("model.onnx",),
}
_READERS: Final[Mapping[str, Callable[[bytes, str], AnyModel]]] = {
    "lightgbm": lambda data, source: Forest.from_lightgbm(data, source=source),
    "xgboost": lambda data, source: Forest.from_xgboost(data, source=source),
    "foxml": lambda data, source: Forest.from_foxml(data, source=source),
    "linear": lambda data, source: SmallModel.from_json(data, source=source, kind="linear"),
    "mixture": lambda data, source: SmallModel.from_json(data, source=source, kind="mixture"),
    "onnx": lambda data, source: OnnxModel.from_onnx(data, source=source),
}


def file_names(source: str, kind: str) -> tuple[str, ...]:
    """Return the names that the file of a kind of model may have.

    Raises
    ------
    ModelError
        If the kind is unknown.
    """
    if kind not in _FILES:
        raise ModelError(f"{source}: kind: expected one of {', '.join(_FILES)}, found {kind!r}")
    return _FILES[kind]


def file_name(source: str, kind: str, model: bytes) -> str:
    """Return the name of the file of a new bundle's model.

    Raises
    ------
    ModelError
        If the kind is unknown.
    """
    names = file_names(source, kind)
    # JSON's first object begins with a key in quotes; UBJSON's with the key's length.
    is_text = model.lstrip()[1:].lstrip().startswith(b'"')
    return names[-1] if is_text else names[0]


def read_model(kind: str, data: bytes, source: str) -> AnyModel:
    """Read a model of a known kind; a reader never guesses.

    Raises
    ------
    ModelError
        If the file is no whole, valid model of that kind.
    MissingExtra
        If the kind needs a package that is not installed.
    """
    return _READERS[kind](data, source)


def runtime_of(kind: str, source: str) -> str | None:
    """Return what computes the scores of a kind, with its version; None: FoxML's own core.

    Raises
    ------
    MissingExtra
        If the kind needs a package that is not installed.
    """
    return f"onnxruntime {onnx_runtime(source).__version__}" if kind == "onnx" else None
