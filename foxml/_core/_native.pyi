"""
The compiled core of FoxML: reproducible numerics, streaming features, tree inference.
"""

from __future__ import annotations

import typing

import numpy
import numpy.typing

__all__: list[str] = ["Forest", "exp", "exp_array", "log", "log_array"]

class Forest:
    """
    Trees read from a model file.
    """
    def __init__(self, data: bytes, source: str) -> None: ...
    @typing.overload
    def predict(self, rows: numpy.typing.NDArray[numpy.float32]) -> numpy.typing.NDArray[numpy.float64]: ...
    @typing.overload
    def predict(self, rows: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.float64]: ...
    @typing.overload
    def predict_reference(self, rows: numpy.typing.NDArray[numpy.float32]) -> numpy.typing.NDArray[numpy.float64]: ...
    @typing.overload
    def predict_reference(self, rows: numpy.typing.NDArray[numpy.float64]) -> numpy.typing.NDArray[numpy.float64]: ...
    @property
    def feature_count(self) -> int: ...
    @property
    def feature_names(self) -> list[str]: ...
    @property
    def objective(self) -> str: ...
    @property
    def output_count(self) -> int: ...
    @property
    def tree_count(self) -> int: ...

def exp(x: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Exponential of a float.
    """

def exp_array(values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Exponential, element by element.
    """

def log(x: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Natural logarithm of a float.
    """

def log_array(values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Natural logarithm, element by element.
    """
