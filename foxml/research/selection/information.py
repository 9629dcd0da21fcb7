"""Mutual information of columns with the target, beside that with targets of other times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import MissingExtra
from foxml.research.leak_checks.shuffled_time import turned
from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.settings.research import InformationSettings

__all__ = ["Information", "mutual_information"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Information:
    """What each column tells of the target.

    Attributes
    ----------
    nats : ndarray of float64, shape (F,)
        Above the mean of targets of other times; about 0, of either sign, where it tells nothing.
    p_value : ndarray of float64, shape (F,)
        Share of these targets, the true one among them, of which it tells as much or more.
    """

    nats: Floats
    p_value: Floats


def mutual_information(
    data: Dataset,
    usable: NDArray[np.int64],
    settings: InformationSettings,
    *,
    rng: np.random.Generator,
    progress: Progress,
) -> Information:
    """Estimate it by nearest neighbours (Kraskov et al., Physical Review E 69, 2004), missing cells at their median.

    Parameters
    ----------
    data : Dataset
    usable : ndarray of int64
    settings : InformationSettings
    rng : numpy.random.Generator
    progress : Progress

    Raises
    ------
    MissingExtra
        If scikit-learn is not installed.
    """
    try:
        from sklearn.feature_selection import mutual_info_regression
    except ImportError as error:
        raise MissingExtra(f"mutual information needs scikit-learn ({error}): pip install 'foxml[train]'") from error
    rows = usable[:: max(1, -(-len(usable) // settings.rows_max))]
    columns = data.rows[rows].astype(np.float64)
    for k in range(columns.shape[1]):
        missing = np.isnan(columns[:, k])
        if missing.any():
            columns[missing, k] = 0.0 if missing.all() else np.median(columns[~missing, k])
    seed = int(rng.integers(2**31))

    def told(y: Floats) -> Floats:
        found = mutual_info_regression(columns, y[rows], n_neighbors=settings.neighbours, random_state=seed)
        return np.asarray(found, dtype=np.float64)

    own, others = told(data.y), []
    for number in range(settings.shuffles):
        progress("information on targets of other times", number, settings.shuffles)
        others.append(told(turned(data, float(rng.uniform(0.1, 0.9)))))
    chance = np.array(others)
    p_value = (1.0 + (chance >= own).sum(axis=0)) / (1.0 + settings.shuffles)
    return Information(own - chance.mean(axis=0), np.asarray(p_value, dtype=np.float64))
