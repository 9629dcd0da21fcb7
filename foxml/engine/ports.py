"""What an engine is built with, as far as it uses it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import BarSlice
from foxml.labels import Matured

__all__ = ["Features", "SliceRows", "Tracker", "Volatility"]


class SliceRows(Protocol):
    """Features and scores of one slice."""

    @property
    def rows(self) -> NDArray[np.float32]:
        """Feature rows, shape (n, features); NaN where a feature is invalid."""

    @property
    def ready(self) -> NDArray[np.bool_]:
        """Which symbols have warmed up, shape (n,)."""

    @property
    def scores(self) -> NDArray[np.float64]:
        """Scores, shape (n, models)."""


class Features(Protocol):
    """Feature state and models of all symbols."""

    def update(self, bar_slice: BarSlice) -> SliceRows:
        """Take in a slice; refuses an invalid one before anything has changed."""

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        """Put a symbol's past on the terms after a corporate action."""


class Volatility(Protocol):
    """Volatility over the label's horizon."""

    def update(self, bar_slice: BarSlice) -> NDArray[np.float64]:
        """Take in a slice; return sigma_h, shape (n,), NaN where there is none."""

    def adjust(self, symbol_index: int, price_factor: float) -> None:
        """Put a symbol's past on the terms after a corporate action."""


class Tracker(Protocol):
    """Follows predictions until their labels end."""

    def register(self, bar_slice: BarSlice, scores: NDArray[np.float64], sigma: NDArray[np.float64]) -> None:
        """Follow the predictions made at the close of a slice; NaN: none."""

    def update(self, bar_slice: BarSlice) -> list[Matured]:
        """Take in a slice; return the labels that it ended."""

    def adjust(self, symbol_index: int, price_factor: float) -> None:
        """Put a symbol's entries on the terms after a corporate action."""
