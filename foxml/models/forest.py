"""Tree models, scored by the compiled core with exactly the training library's raw scores."""

import numpy as np
from numpy.typing import NDArray

from foxml._core import Forest as NativeForest
from foxml.errors import ModelError

__all__ = ["Forest", "Rows"]

Rows = NDArray[np.float32] | NDArray[np.float64]


class Forest:
    """A gradient-boosted forest. Immutable; safe to share between threads.

    Build one with `from_lightgbm`.
    """

    def __init__(self, native: NativeForest, source: str) -> None:
        self._native = native
        self._source = source

    @classmethod
    def from_lightgbm(cls, data: bytes, *, source: str) -> "Forest":
        """Read a model in LightGBM's text format (v3 or v4).

        Parameters
        ----------
        data : bytes
            What ``Booster.save_model`` writes.
        source : str
            Name of the file, for errors.

        Raises
        ------
        ModelError
            If the text is not a whole, valid model, or uses a construct that is not supported (categorical splits,
            linear leaves, averaged output); names the line, what was found and what was expected.
        """
        try:
            return cls(NativeForest(data, source), source)
        except ValueError as error:
            raise ModelError(str(error)) from None

    @property
    def native(self) -> NativeForest:
        """The compiled forest, for the feature engine's fused call."""
        return self._native

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the columns of a row, in order."""
        return tuple(self._native.feature_names)

    @property
    def feature_count(self) -> int:
        """Columns of a row."""
        return self._native.feature_count

    @property
    def output_count(self) -> int:
        """Scores per row: 1, or the number of classes."""
        return self._native.output_count

    @property
    def tree_count(self) -> int:
        """Trees over all outputs."""
        return self._native.tree_count

    @property
    def objective(self) -> str:
        """The training objective as the model file states it."""
        return self._native.objective

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Raw scores, equal to LightGBM's ``predict(raw_score=True)`` to the last bit.

        Parameters
        ----------
        rows : ndarray of float32 or float64, shape (n, feature_count)

        Returns
        -------
        ndarray of float64, shape (n, output_count)

        Raises
        ------
        ModelError
            If `rows` has another shape or type.
        """
        self._check(rows)
        return self._native.predict(np.ascontiguousarray(rows))

    def predict_reference(self, rows: Rows) -> NDArray[np.float64]:
        """Compute the same scores by the plain walk that the fast predictor is tested against."""
        self._check(rows)
        return self._native.predict_reference(np.ascontiguousarray(rows))

    def _check(self, rows: Rows) -> None:
        if rows.ndim != 2 or rows.shape[1] != self.feature_count or rows.dtype not in (np.float32, np.float64):
            raise ModelError(
                f"{self._source}: expected rows of float32 or float64 with shape (n, {self.feature_count}), "
                f"found {rows.dtype} with shape {rows.shape}"
            )
