"""Equal first, then fast: a peer's features against ours, cell by cell, before any clock runs."""

from collections.abc import Sequence

import numpy as np
from feature_bars import Floats

RTOL = 1e-9


class NotEqualError(AssertionError):
    """A peer computes something else than we do: its time says nothing."""


def check_equal(peer: str, names: Sequence[str], ours: Floats, theirs: Floats, floors: Sequence[float]) -> int:
    """Compare matrices of shape (T, columns) within 1e-9 of the peer's value, plus a floor for each column.

    Parameters
    ----------
    peer : str
        Whose values they are.
    names : sequence of str
    ours, theirs : ndarray
        A cell counts where both are finite: on flat stretches peers make up values that we leave undefined.
    floors : sequence of float

    Returns
    -------
    int
        Cells compared.

    Raises
    ------
    NotEqualError
        Names the peer, the column and the row, if a cell differs, or less than half of a column can be compared.
    """
    compared = 0
    for k, (name, floor) in enumerate(zip(names, floors, strict=True)):
        own, other = ours[:, k], theirs[:, k]
        both = np.isfinite(own) & np.isfinite(other)
        if 2 * int(both.sum()) < len(own):
            raise NotEqualError(f"{peer}, {name}: only {int(both.sum())} of {len(own)} rows can be compared")
        distance = np.where(both, np.abs(own - other) - floor, 0.0)
        allowed = RTOL * np.abs(np.where(both, other, 0.0))
        beyond = distance - allowed
        if (beyond > 0).any():
            row = int(beyond.argmax())
            raise NotEqualError(f"{peer}, {name}, row {row}: ours {own[row]:.17g}, theirs {other[row]:.17g}")
        compared += int(both.sum())
    return compared


def check_rejects(peer: str, names: Sequence[str], ours: Floats, theirs: Floats, floors: Sequence[float]) -> None:
    """Make sure that the check sees what it is there for: one cell, in any column, off by a millionth.

    Raises
    ------
    NotEqualError
        If a perturbed column passes.
    """
    for k, name in enumerate(names):
        rows = np.flatnonzero(np.isfinite(theirs[:, k]) & np.isfinite(ours[:, k]))
        row = int(rows[np.abs(theirs[rows, k]).argmax()])
        perturbed = theirs[:, k : k + 1].copy()
        perturbed[row] += 1e-6 * max(abs(float(perturbed[row, 0])), 1e-3)
        try:
            check_equal(peer, [name], ours[:, k : k + 1], perturbed, [floors[k]])
        except NotEqualError:
            continue
        raise NotEqualError(f"{peer}, {name}: a value off by a millionth in row {row} passed the check")
