"""Linear models and mixtures, scored by the compiled core: the same bits in training and live, on every machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml._core import SmallModel as NativeModel
from foxml.errors import ModelError
from foxml.models.rows import Kind, Rows, check_rows, is_output

__all__ = ["SmallModel", "SmallModelDescription"]


@dataclass(frozen=True, slots=True)
class SmallModelDescription:
    """What a small model is made of.

    Attributes
    ----------
    kind : str
        ``linear`` or ``mixture``.
    origin : str
        The library and class that it comes from.
    features : int
        Columns of a row.
    outputs : int
        Raw scores a row: targets, classes or components.
    parameters : int
        Numbers that were learned.
    fills_missing : bool
        Whether the file says what takes the place of NaN. If not, a row in which the model reads one has no score.
    """

    kind: str
    origin: str
    features: int
    outputs: int
    parameters: int
    fills_missing: bool


class SmallModel:
    """A linear model or a mixture of normal distributions. Immutable; safe to share between threads.

    Build one with `load` or `from_json`, of what `foxml.research.linear` and `foxml.research.mixtures` write.

    Raw scores are computed in float64, each product and each sum rounded, in the order that `cpp/models` states:
    a linear score begins at its intercept and takes up ``weight * value`` term after term. A score that would not be
    finite is NaN.
    """

    def __init__(self, native: NativeModel, source: str) -> None:
        self._native = native
        self._source = source

    @classmethod
    def load(cls, path: Path) -> "SmallModel":
        """Read a model file; see `from_json`.

        Raises
        ------
        ModelError
        """
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: the model cannot be read: {error.strerror}") from None
        return cls.from_json(data, source=str(path))

    @classmethod
    def from_json(cls, data: bytes, *, source: str, kind: str | None = None) -> "SmallModel":
        """Read a model in FoxML's own form.

        Parameters
        ----------
        data : bytes
        source : str
            Name of the file, for errors.
        kind : str, optional
            ``linear`` or ``mixture``: another one is refused.

        Raises
        ------
        ModelError
            If the document is not a whole, valid model; names the byte, key, output or component.
        """
        try:
            model = cls(NativeModel(data, source), source)
        except ValueError as error:
            raise ModelError(str(error)) from None
        if kind not in (None, model.kind):
            raise ModelError(f"{source}: expected a model of the kind {kind}, found one of {model.kind}")
        return model

    @property
    def native(self) -> NativeModel:
        """The compiled model, for the feature engine's fused call."""
        return self._native

    @property
    def kind(self) -> str:
        """``linear`` or ``mixture``."""
        return self._native.kind

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
        """Raw scores per row."""
        return self._native.output_count

    @property
    def summary(self) -> str:
        """What the model is, in a few words."""
        return f"{self.describe().parameters:,} parameters"

    def describe(self) -> SmallModelDescription:
        """Count what the model is made of."""
        found: dict[str, Any] = self._native.describe()
        return SmallModelDescription(**found)

    def predict(self, rows: Rows, kind: Kind = "raw") -> NDArray[np.float64]:
        """Score rows.

        Parameters
        ----------
        rows : ndarray of float32 or float64, shape (n, feature_count)
        kind : {"raw", "output"}
            Raw scores (weighted sums; logarithms of weighted densities), or what the link makes of them (probabilities,
            posteriors of the components).

        Returns
        -------
        ndarray of float64, shape (n, output_count)
            NaN where a row has no score.

        Raises
        ------
        ModelError
            If `rows` has another shape or type.
        """
        check_rows(rows, self.feature_count, 2, self._source)
        return self._native.predict(np.ascontiguousarray(rows), is_output(kind, self._source))

    def predict_row(self, row: Rows, kind: Kind = "raw") -> NDArray[np.float64]:
        """Score one row of shape (feature_count,); see `predict`.

        Returns
        -------
        ndarray of float64, shape (output_count,)

        Raises
        ------
        ModelError
        """
        check_rows(row, self.feature_count, 1, self._source)
        found: NDArray[np.float64] = self.predict(row[None, :], kind)[0]
        return found
