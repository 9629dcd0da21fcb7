"""Stability selection: what is better than chance on many halves of the time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.research.selection.clusters import Clusters
from foxml.research.selection.learner import Learner
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.settings.research import StabilitySettings

__all__ = ["Stability", "stability", "turned_rows"]

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How often each cluster was chosen.

    Attributes
    ----------
    share : ndarray of float64, shape (C,)
        Of the subsamples.
    chosen_mean : float
        Clusters chosen in a subsample, on average.
    """

    share: NDArray[np.float64]
    chosen_mean: float

    def false_max(self, threshold: float) -> float:
        """Bound of the expected number of false clusters above a threshold of more than one half.

        Meinshausen and Bühlmann, "Stability selection", JRSS B 72(4), 2010, theorem 1: q^2 / ((2 threshold - 1) C).
        """
        bound = self.chosen_mean**2 / ((2.0 * threshold - 1.0) * max(len(self.share), 1))
        return min(bound, float(len(self.share)))


def turned_rows(data: Dataset, share: float) -> NDArray[np.float32]:
    """Move each symbol's rows along its own samples by a share of their number, the end back to the beginning."""
    found = data.rows.copy()
    for symbol in np.unique(data.symbol):
        own = np.flatnonzero(data.symbol == symbol)
        own = own[np.argsort(data.t0_ns[own], kind="stable")]
        found[own] = np.roll(data.rows[own], round(share * len(own)), axis=0)
    return found


def stability(
    data: Dataset,
    usable: Index,
    clusters: Clusters,
    learner: Learner,
    settings: StabilitySettings,
    rng: np.random.Generator,
    progress: Progress,
) -> Stability:
    """Learn halves of the sessions from the columns and from the same columns of other times, side by side.

    A cluster is chosen if its splits gained more than those of every cluster of another time: these keep the habits of
    the columns, how slowly they move among them, and know nothing of the target.

    Parameters
    ----------
    data : Dataset
    usable : ndarray of int64
        Samples that may be learned from.
    clusters : Clusters
    learner : Learner
    settings : StabilitySettings
    rng : numpy.random.Generator
    progress : Progress
    """
    sessions = np.unique(data.session_ns[usable])
    blocks = np.array_split(sessions, max(2, len(sessions) // settings.block_sessions))
    taken = min(max(1, round(settings.share * len(blocks))), len(blocks))
    width, count = data.rows.shape[1], np.zeros(len(clusters))
    for number in range(settings.subsamples):
        progress("learning halves of the sessions", number, settings.subsamples)
        kept = np.concatenate([blocks[k] for k in rng.choice(len(blocks), taken, replace=False)])
        rows = usable[np.isin(data.session_ns[usable], kept)]
        columns = np.concatenate([data.rows, turned_rows(data, float(rng.uniform(0.2, 0.8)))], axis=1)
        gains = LightGBMTrainer.gain(learner.fit(data, rows, columns))
        own, chance = (np.bincount(clusters.label, weights=part) for part in (gains[:width], gains[width:]))
        count += own > chance.max()
    return Stability(count / settings.subsamples, float(count.sum()) / settings.subsamples)
