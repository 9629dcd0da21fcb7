"""Rank correlations of all columns with a target at many shifts, fast; what stands out is then estimated in full."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.estimates import Estimate, rank_ic
from foxml.research.leak_checks.material import same_symbol_pairs
from foxml.research.metrics import ranks
from foxml.research.pipeline import Dataset

__all__ = ["Paired", "ShiftedColumns", "shifts_of", "standard_ranks"]

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


def shifts_of(lag: int) -> tuple[int, ...]:
    """Shifts at which a target is looked at: next to the row, about one label away, and two.

    Examples
    --------
    >>> shifts_of(7)
    (-14, -7, -3, -2, -1, 0, 1, 2, 3, 7, 14)
    """
    steps = {1, 2, 3, lag, 2 * lag}
    return tuple(sorted({0, *steps, *(-step for step in steps)}))


def standard_ranks(values: Floats) -> Floats:
    """Ranks of each column's numbers, centred and scaled to a mean square of 1; 0 where there is no number.

    Parameters
    ----------
    values : ndarray of float64, shape (n, F)
    """
    found = np.zeros(values.shape)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if known.sum() < 3:
            continue
        own = ranks(values[known, column])
        spread = float(own.std())
        if spread > 0.0:
            found[known, column] = (own - own.mean()) / spread
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """Rows and the rows whose target they are compared with.

    Attributes
    ----------
    rows, targets : ndarray of int64, shape (m,)
    """

    rows: Index
    targets: Index


class ShiftedColumns:
    """Columns against a target that is moved in time, symbol by symbol.

    Parameters
    ----------
    data : Dataset
    columns : ndarray of float64, shape (n, F)
    """

    def __init__(self, data: Dataset, columns: Floats) -> None:
        self._data = data
        self._columns = columns
        self._ranks = standard_ranks(columns)

    def pairs(self, shift: int, *, unknown_only: bool = False) -> Paired:
        """Pair rows with the targets of rows `shift` samples later.

        Parameters
        ----------
        shift : int
        unknown_only : bool
            Keep the pairs whose target had not ended when the row was known.
        """
        rows, targets = same_symbol_pairs(self._data, shift)
        if unknown_only:
            kept = self._data.t1_ns[targets] > self._data.t0_ns[rows]
            rows, targets = rows[kept], targets[kept]
        return Paired(rows, targets)

    def fast(self, pairs: Paired, target: Floats) -> Floats:
        """Return about the rank correlation of every column, shape (F,); columns with holes come out too near 0."""
        if len(pairs.rows) < 3:
            return np.zeros(self._columns.shape[1])
        known = np.isfinite(target)
        ordered = np.zeros(len(target))
        ordered[known] = standard_ranks(target[known, None])[:, 0]
        moved = ordered[pairs.targets]
        own = self._ranks[pairs.rows]
        spread = np.sqrt((own * own).sum(axis=0) * float((moved * moved).sum()))
        return np.asarray((moved @ own) / np.where(spread > 0.0, spread, 1.0), dtype=np.float64)

    def estimate(self, column: int, pairs: Paired, target: Floats, *, lag: int) -> Estimate:
        """Return the rank correlation of one column and its error."""
        return rank_ic(self._columns[pairs.rows, column], target[pairs.targets], self._data.t0_ns[pairs.rows], lag=lag)
