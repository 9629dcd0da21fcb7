"""Tree models, scored by the compiled core with exactly the training library's scores."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from foxml._core import BoundRow
from foxml._core import Forest as NativeForest
from foxml.errors import ModelError

__all__ = ["BoundRow", "Forest", "ForestDescription", "Kind", "Rows", "Scores"]

Rows = NDArray[np.float32] | NDArray[np.float64]
Scores = NDArray[np.float32] | NDArray[np.float64]
Kind = Literal["raw", "output"]
_Format = Literal["", "lightgbm", "xgboost", "foxml"]


@dataclass(frozen=True, slots=True)
class ForestDescription:
    """What a forest is made of.

    Attributes
    ----------
    format : str
        Of the file, with its version.
    objective : str
        As the file states it.
    trees : int
        Over all outputs.
    leaves : int
    depth : int
        Splits on the longest way from a root to a leaf.
    category_sets : int
    features : int
        Columns of a row.
    features_used : int
        That a split or a linear term reads.
    outputs : int
        Raw scores a row.
    best_iteration : int or None
        Of early stopping, if the file states it; counted from 0.
    kernel, batch_kernel : str
        That predict a single row, and many.
    table_bytes : int
        Memory that the kernels read while they predict.
    """

    format: str
    objective: str
    trees: int
    leaves: int
    depth: int
    category_sets: int
    features: int
    features_used: int
    outputs: int
    best_iteration: int | None
    kernel: str
    batch_kernel: str
    table_bytes: int


class Forest:
    """A forest of decision trees. Immutable; safe to share between threads.

    Build one with `load`, `from_lightgbm`, `from_xgboost` or `from_foxml`. Categories are numbers, as the library saw
    them: of a pandas column of categories, their codes.
    """

    def __init__(self, native: NativeForest, source: str) -> None:
        self._native = native
        self._source = source

    @classmethod
    def load(cls, path: Path, *, best_iteration: bool = False) -> "Forest":
        """Read a model file of LightGBM (text), XGBoost (JSON, UBJSON) or FoxML; its first bytes tell which.

        Parameters
        ----------
        path : Path
        best_iteration : bool
            See `from_xgboost`.

        Raises
        ------
        ModelError
            If the file cannot be read or is not a whole, valid model; names the place, what was found and what was
            expected.
        """
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: the model cannot be read: {error.strerror}") from None
        return cls._read(data, str(path), "", best_iteration)

    @classmethod
    def from_lightgbm(cls, data: bytes, *, source: str) -> "Forest":
        """Read a model in LightGBM's text format (v3 or v4).

        Parameters
        ----------
        data : bytes
            What ``Booster.save_model`` writes: with early stopping, the trees up to the best iteration.
        source : str
            Name of the file, for errors.

        Raises
        ------
        ModelError
            If the text is not a whole, valid model; names the line, what was found and what was expected.
        """
        return cls._read(data, source, "lightgbm", False)

    @classmethod
    def from_xgboost(cls, data: bytes, *, source: str, best_iteration: bool = False) -> "Forest":
        """Read a model of XGBoost, in JSON or UBJSON (versions 1 to 3).

        Parameters
        ----------
        data : bytes
            What ``Booster.save_model`` writes to a ``.json`` or ``.ubj`` file.
        source : str
            Name of the file, for errors.
        best_iteration : bool
            Whether trees behind the best iteration of early stopping are left out, as the scikit-learn classes
            (``XGBRegressor``) predict. ``Booster.predict`` uses all of them.

        Raises
        ------
        ModelError
            If the document is not a whole, valid model; names the byte, key, tree or node.
        """
        return cls._read(data, source, "xgboost", best_iteration)

    @classmethod
    def from_foxml(cls, data: bytes, *, source: str) -> "Forest":
        """Read a forest in FoxML's own form: what `foxml.research.forests` makes of other libraries' models.

        Parameters
        ----------
        data : bytes
        source : str
            Name of the file, for errors.

        Raises
        ------
        ModelError
            If the document is not a whole, valid forest; names the byte, key, tree or node.
        """
        return cls._read(data, source, "foxml", False)

    @classmethod
    def _read(cls, data: bytes, source: str, form: _Format, best_iteration: bool) -> "Forest":
        try:
            return cls(NativeForest(data, source, form, best_iteration), source)
        except ValueError as error:
            raise ModelError(str(error)) from None

    @property
    def native(self) -> NativeForest:
        """The compiled forest, for the feature engine's fused call."""
        return self._native

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the columns of a row, in order; empty where the model has none."""
        return tuple(self._native.feature_names)

    @property
    def feature_count(self) -> int:
        """Columns of a row."""
        return self._native.feature_count

    @property
    def output_count(self) -> int:
        """Raw scores per row: 1, or the number of classes or targets."""
        return self._native.output_count

    @property
    def tree_count(self) -> int:
        """Trees over all outputs."""
        return self._native.tree_count

    @property
    def objective(self) -> str:
        """The training objective as the model file states it."""
        return self._native.objective

    def describe(self) -> ForestDescription:
        """Count what the forest is made of, and name the kernel that predicts."""
        found: dict[str, Any] = self._native.describe()
        return ForestDescription(**found)

    def predict(self, rows: Rows, kind: Kind = "raw") -> Scores:
        """Score rows as the library does, to the last bit.

        Parameters
        ----------
        rows : ndarray of float32 or float64, shape (n, feature_count)
        kind : {"raw", "output"}
            Raw scores (LightGBM's ``raw_score=True``, XGBoost's ``output_margin=True``), or what ``predict`` gives
            without these: probabilities, means.

        Returns
        -------
        ndarray, shape (n, output_count)
            float64 for a model of LightGBM, float32 for one of XGBoost. ``multi:softmax`` has one output, the class.

        Raises
        ------
        ModelError
            If `rows` has another shape or type.
        """
        self._check(rows, 2)
        return self._native.predict(np.ascontiguousarray(rows), self._is_output(kind))

    def predict_row(self, row: Rows, kind: Kind = "raw") -> Scores:
        """Score one row of shape (feature_count,); see `predict`.

        Returns
        -------
        ndarray, shape (output_count,)

        Raises
        ------
        ModelError
        """
        self._check(row, 1)
        return self._native.predict_row(np.ascontiguousarray(row), self._is_output(kind))

    def bind(self, buffer: Rows) -> BoundRow:
        """Return a scorer of the row that `buffer` holds at each call; nothing is copied or allocated then.

        Calling it gives the raw score of output 0 as a float; its `scores` are those of all outputs, the same array
        each time. It belongs to one thread.

        Parameters
        ----------
        buffer : ndarray of float32 or float64, contiguous, shape (feature_count,)

        Raises
        ------
        ModelError
        """
        try:
            return self._native.bind(buffer)
        except ValueError as error:
            raise ModelError(f"{self._source}: {error}") from None

    def predict_reference(self, rows: Rows) -> Scores:
        """Compute the raw scores by the plain walk that the fast predictor is tested against."""
        self._check(rows, 2)
        return self._native.predict_reference(np.ascontiguousarray(rows))

    def _is_output(self, kind: Kind) -> bool:
        if kind not in ("raw", "output"):
            raise ModelError(f'{self._source}: kind: expected "raw" or "output", found {kind!r}')
        return kind == "output"

    def _check(self, rows: Rows, dimensions: int) -> None:
        if (
            rows.ndim != dimensions
            or rows.shape[-1] != self.feature_count
            or rows.dtype not in (np.float32, np.float64)
        ):
            shape = f"(n, {self.feature_count})" if dimensions == 2 else f"({self.feature_count},)"
            raise ModelError(
                f"{self._source}: expected rows of float32 or float64 with shape {shape}, "
                f"found {rows.dtype} with shape {rows.shape}"
            )
