"""Features that say the same, together: hierarchical clusters by rank correlation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import MissingExtra
from foxml.research.leak_checks.correlations import standard_ranks

__all__ = ["Clusters", "cluster_columns", "rank_correlations"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Which columns say the same.

    Attributes
    ----------
    label : ndarray of int64, shape (F,)
        Cluster of each column, numbered from 0 by their first columns.
    """

    label: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.label.max()) + 1 if len(self.label) else 0

    def members(self, cluster: int) -> NDArray[np.int64]:
        """Return the columns of a cluster."""
        return np.flatnonzero(self.label == cluster)


def rank_correlations(rows: NDArray[np.float32]) -> Floats:
    """Spearman's correlation of each pair of columns, shape (F, F); missing cells count as the middle rank.

    Examples
    --------
    >>> rank_correlations(np.array([[1, 3], [2, 2], [3, 1]], dtype=np.float32)).round(3).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    own = standard_ranks(rows.astype(np.float64))
    spread = np.sqrt((own * own).sum(axis=0))
    scale = np.where(spread > 0.0, spread, 1.0)
    found = (own.T @ own) / np.outer(scale, scale)
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0), dtype=np.float64)


def cluster_columns(rows: NDArray[np.float32], *, distance_max: float) -> Clusters:
    """Cluster columns by average linkage on 1 - |rank correlation|.

    Source: Lopez de Prado, Machine Learning for Asset Managers, 2020, chapter 4.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, F)
    distance_max : float
        Clusters are at least so far apart, on average.

    Raises
    ------
    MissingExtra
        If scipy is not installed.
    """
    width = rows.shape[1]
    if width < 2:
        return Clusters(np.zeros(width, dtype=np.int64))
    try:
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform
    except ImportError as error:
        raise MissingExtra(f"clusters of features need scipy ({error}): pip install 'foxml[train]'") from error
    distance = 1.0 - np.abs(rank_correlations(rows))
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform((distance + distance.T) / 2.0, checks=False), method="average")
    found = np.asarray(fcluster(tree, t=distance_max, criterion="distance"), dtype=np.int64)
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return Clusters(np.argsort(np.argsort(first))[inverse].astype(np.int64))
