"""What every model takes and gives: rows, scores, and which of the scores are asked for."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foxml.errors import ModelError

__all__ = ["Kind", "Rows", "Scores", "check_rows", "is_output"]

Rows = NDArray[np.float32] | NDArray[np.float64]
Scores = NDArray[np.float32] | NDArray[np.float64]
Kind = Literal["raw", "output"]


def check_rows(rows: Rows, feature_count: int, dimensions: int, source: str) -> None:
    """Refuse rows that are not of float32 or float64 and of a model's shape.

    Raises
    ------
    ModelError
    """
    if rows.ndim != dimensions or rows.shape[-1] != feature_count or rows.dtype not in (np.float32, np.float64):
        shape = f"(n, {feature_count})" if dimensions == 2 else f"({feature_count},)"
        raise ModelError(
            f"{source}: expected rows of float32 or float64 with shape {shape}, "
            f"found {rows.dtype} with shape {rows.shape}"
        )


def is_output(kind: Kind, source: str) -> bool:
    """Whether the model's output is asked for, not its raw scores.

    Raises
    ------
    ModelError
    """
    if kind not in ("raw", "output"):
        raise ModelError(f'{source}: kind: expected "raw" or "output", found {kind!r}')
    return kind == "output"
