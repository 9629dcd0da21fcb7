"""Families of one horizon blended into one score of unit variance."""

from collections.abc import Sequence
from math import sqrt

from foxml.numerics import exp, log

__all__ = ["ScoreCorrelation", "blend_scale", "family_weights", "solve_positive"]

Matrix = Sequence[Sequence[float]]


class ScoreCorrelation:
    """Correlation of the families' standardised scores over everything seen.

    Scores are standardised already, so their means are near zero and products suffice.

    Parameters
    ----------
    families : int
    minimum : int
        Scores before which families count as uncorrelated.
    """

    def __init__(self, families: int, minimum: int) -> None:
        self._minimum = minimum
        self._count = 0
        self._products = [[0.0] * families for _ in range(families)]

    def update(self, scores: Sequence[float]) -> None:
        """Take in one symbol's scores, one per family."""
        self._count += 1
        for row, left in zip(self._products, scores, strict=True):
            for j, right in enumerate(scores):
                row[j] += left * right

    def get(self) -> list[list[float]]:
        """Return the correlation matrix."""
        p = self._products
        k = len(p)
        known = self._count >= self._minimum and all(p[i][i] > 0.0 for i in range(k))
        return [
            [1.0 if i == j else (p[i][j] / sqrt(p[i][i] * p[j][j]) if known else 0.0) for j in range(k)]
            for i in range(k)
        ]


def solve_positive(matrix: Matrix, right: Sequence[float]) -> list[float]:
    """Solve a symmetric positive definite system by Cholesky's decomposition, in plain arithmetic.

    Parameters
    ----------
    matrix : k by k
    right : length k

    Raises
    ------
    ValueError
        If the matrix is not positive definite.

    Examples
    --------
    >>> solve_positive([[4.0, 2.0], [2.0, 5.0]], [8.0, 8.0])
    [1.5, 1.0]
    """
    k = len(right)
    lower = [[0.0] * k for _ in range(k)]
    for i in range(k):
        for j in range(i + 1):
            rest = matrix[i][j] - sum(lower[i][m] * lower[j][m] for m in range(j))
            if i == j:
                if not rest > 0.0:
                    raise ValueError(f"matrix is not positive definite at row {i}")
                lower[i][i] = sqrt(rest)
            else:
                lower[i][j] = rest / lower[j][j]
    forward: list[float] = []
    for i in range(k):
        forward.append((right[i] - sum(lower[i][m] * forward[m] for m in range(i))) / lower[i][i])
    back = [0.0] * k
    for i in reversed(range(k)):
        back[i] = (forward[i] - sum(lower[m][i] * back[m] for m in range(i + 1, k))) / lower[i][i]
    return back


def family_weights(
    merit: Sequence[float], correlation: Matrix, *, ridge: float, temperature: float
) -> list[float] | None:
    """Weigh families of one horizon: w proportional to (correlation + ridge I)^-1 merit, tempered.

    Parameters
    ----------
    merit : length k
        What each family is worth after costs; at most 0 is worth nothing.
    correlation : k by k
        Of the families' scores.
    ridge : float
    temperature : float
        w^(1 / temperature), renormalised: above 1 flattens.

    Returns
    -------
    list of float, or None
        Not negative, summing to 1; None if no family is worth anything: no trade.

    Examples
    --------
    >>> weights = family_weights([0.02, 0.02], [[1.0, 0.5], [0.5, 1.0]], ridge=0.15, temperature=1.0)
    >>> [round(weight, 12) for weight in weights]
    [0.5, 0.5]
    """
    positive = [max(m, 0.0) for m in merit]
    if not any(m > 0.0 for m in positive):
        return None
    k = len(positive)
    padded = [[correlation[i][j] + (ridge if i == j else 0.0) for j in range(k)] for i in range(k)]
    solved = solve_positive(padded, positive)
    # A family without merit takes no part, however it hedges the others.
    weights = [max(w, 0.0) if m > 0.0 else 0.0 for w, m in zip(solved, positive, strict=True)]
    if temperature != 1.0:
        weights = [exp(log(w) / temperature) if w > 0.0 else 0.0 for w in weights]
    total = sum(weights)
    return [w / total for w in weights] if total > 0.0 else None


def blend_scale(weights: Sequence[float], correlation: Matrix) -> float:
    """Return the standard deviation of the weighted scores, by which their sum is divided: sqrt(w' C w)."""
    k = len(weights)
    return sqrt(sum(weights[i] * correlation[i][j] * weights[j] for i in range(k) for j in range(k)))
