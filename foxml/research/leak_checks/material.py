"""What is checked for leaks: a dataset, the splits it is judged by, where its rows come from, and what was fitted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.errors import DataError
from foxml.research.feature_checks.history import History
from foxml.research.features.simple import SymbolFeatures
from foxml.research.pipeline import Dataset

__all__ = ["FeatureComputer", "FittedPreprocessor", "JudgedModel", "Material", "Split", "same_symbol_pairs"]

Index = NDArray[np.int64]


class FeatureComputer(Protocol):
    """Computes the rows that are trained on; `TrainingFeatureComputer` is one."""

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the rows."""

    def compute(
        self, bars: SymbolBars, actions: Sequence[CorporateAction] = (), benchmark: SymbolBars | None = None, /
    ) -> SymbolFeatures:
        """Compute the rows of one symbol's history."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows that are learned from, and rows that are judged by.

    Attributes
    ----------
    name : str
    train, test : ndarray of int64
        Places in the dataset.
    inner : bool
        Within the training rows of another split, such as the rows that early stopping looks at.
    """

    name: str
    train: Index
    test: Index
    inner: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FittedPreprocessor:
    """A scaler, imputer or pipeline as it was fitted for one split.

    Attributes
    ----------
    name : str
    split : int
        Place of the split in the material.
    fitted : object
        In scikit-learn's manner: `fit(X)`, and what it learned in attributes that end in an underscore.
    """

    name: str
    split: int
    fitted: Any


@dataclass(frozen=True, slots=True, eq=False)
class JudgedModel:
    """A trained model.

    Attributes
    ----------
    name : str
    scores : callable
        Rows of float32, shape (n, F), to scores of float64, shape (n,).
    trained_until_ns : int
        Close of the last bar that it learned from: rows after it are new to it.
    """

    name: str
    scores: Callable[[NDArray[np.float32]], NDArray[np.float64]]
    trained_until_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What is checked.

    Attributes
    ----------
    data : Dataset
    symbols : tuple of str
        What `data.symbol` counts.
    splits : tuple of Split
        As they are used, inner ones too.
    lag : int
        Moments that labels overlap: their horizon in bars.
    embargo_bars : int
        Moments that are promised between the end of the last training label and the first test prediction.
    histories : tuple of History
        The bars that the rows are computed from; none: the rows cannot be computed again.
    computer : FeatureComputer or None
    preprocessors : tuple of FittedPreprocessor
    model : JudgedModel or None

    Raises
    ------
    DataError
        If a split points outside of the dataset, or a preprocessor to no split.
    """

    data: Dataset
    symbols: tuple[str, ...]
    splits: tuple[Split, ...]
    lag: int
    embargo_bars: int = 0
    histories: tuple[History, ...] = ()
    computer: FeatureComputer | None = None
    preprocessors: tuple[FittedPreprocessor, ...] = ()
    model: JudgedModel | None = None

    def __post_init__(self) -> None:
        n = len(self.data)
        for split in self.splits:
            for word, rows in (("train", split.train), ("test", split.test)):
                if len(rows) and (rows.min() < 0 or rows.max() >= n):
                    raise DataError(f"{split.name}: {word} has row {rows.max()}, expected rows of 0 to {n - 1}")
        for each in self.preprocessors:
            if not 0 <= each.split < len(self.splits):
                raise DataError(
                    f"preprocessor {each.name}: found split {each.split}, expected one of 0 to {len(self.splits) - 1}"
                )

    @property
    def outer(self) -> tuple[Split, ...]:
        """Splits that the model is judged by."""
        return tuple(split for split in self.splits if not split.inner)


def same_symbol_pairs(data: Dataset, shift: int) -> tuple[Index, Index]:
    """Pair each row with the one that lies `shift` samples later in the same symbol.

    Returns
    -------
    (ndarray of int64, ndarray of int64)
        Places of the rows, and of those that they are paired with.
    """
    order = np.lexsort((data.t0_ns, data.symbol))
    begins = order[: len(order) - abs(shift)] if shift else order
    ends = order[abs(shift) :] if shift else order
    same = data.symbol[begins] == data.symbol[ends]
    early, late = begins[same], ends[same]
    return (early, late) if shift >= 0 else (late, early)
