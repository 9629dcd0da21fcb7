"""What goes into the feature engine beside bars, and what comes out of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Adjustment", "AdjustmentLike", "FeatureMatrix", "SliceFeatures"]

Value = TypeVar("Value", np.float32, np.float64)


class AdjustmentLike(Protocol):
    """Anything with the attributes of `Adjustment`."""

    @property
    def before_bar(self) -> int:
        """Row that the action comes before."""

    @property
    def price_factor(self) -> float:
        """Factor on earlier prices."""

    @property
    def volume_factor(self) -> float:
        """Factor on earlier volumes."""

    @property
    def of_benchmark(self) -> bool:
        """Whether it is an action of the benchmark."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A corporate action, known before row `before_bar`, as factors on the bars before it.

    With `of_benchmark` it is one of the plan's benchmark, and the factors are on that one's bars.
    """

    before_bar: int
    price_factor: float
    volume_factor: float
    of_benchmark: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SliceFeatures:
    """Features and scores of one slice, in arrays of its own.

    Attributes
    ----------
    rows : ndarray of float32, shape (n, F)
        NaN where a feature is undefined; a whole row of NaN where the symbol is not ready.
    ready : ndarray of bool, shape (n,)
        False for a symbol that is absent from the slice or still warming up: it has no row.
    valid : ndarray of bool, shape (n, F)
        False where a cell has no value.
    scores : ndarray of float64, shape (n, models)
        Raw score of each model's first output; NaN where the symbol is not ready.
    """

    rows: NDArray[np.float32]
    ready: NDArray[np.bool_]
    scores: NDArray[np.float64]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Cells that have a value."""
        return ~np.isnan(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMatrix(Generic[Value]):
    """Features of one symbol's history; may be taken apart: ``matrix, valid, names = engine.batch(bars)``.

    Attributes
    ----------
    values : ndarray of float32 or float64, shape (T, F)
        NaN where a feature is undefined, and in whole rows that are not ready.
    ready : ndarray of bool, shape (T,)
        False while warming up: there is no row.
    names : tuple of str, length F
    valid : ndarray of bool, shape (T, F)
        False where a cell has no value.
    """

    values: NDArray[Value]
    ready: NDArray[np.bool_]
    names: tuple[str, ...]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Cells that have a value."""
        return ~np.isnan(self.values)

    def __iter__(self) -> Iterator[Any]:
        """Yield values, valid and names."""
        return iter((self.values, self.valid, self.names))
