"""Every view of every feature in one table, and what is selected."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.research.leak_checks.estimates import Estimate
from foxml.research.leak_checks.material import Split
from foxml.research.pipeline import Dataset
from foxml.research.progress import Progress
from foxml.research.selection.clusters import Clusters, cluster_columns
from foxml.research.selection.importance import (
    contribution_shares,
    gain_shares,
    out_of_fold,
    permutation_losses,
    skill,
)
from foxml.research.selection.information import mutual_information
from foxml.research.selection.learner import Learner, fold_models
from foxml.research.selection.stability import stability
from foxml.settings.research import FeatureSelection, SelectedSettings

__all__ = ["ScoredFeature", "Selection", "select_features"]

Floats = NDArray[np.float64]
_FEATURES_MIN = 2


@dataclass(frozen=True, slots=True)
class ScoredFeature:
    """One feature.

    Attributes
    ----------
    name : str
    cluster : int
        Features of one cluster say the same; their stability and loss are the cluster's.
    gain, contribution : float
        Shares of what splits gained in training, and of the absolute contributions to out-of-fold scores.
    loss, loss_error, loss_t : float
        Of out-of-fold rank IC when the cluster is taken away.
    stability : float
        Share of halves of the sessions on which the cluster is better than chance.
    information, information_p : float
        Mutual information with the target in nats above that with targets of other times.
    selected : bool
    reason : str
        Why it was not selected; empty where it was.
    """

    name: str
    cluster: int
    gain: float
    contribution: float
    loss: float
    loss_error: float
    loss_t: float
    stability: float
    information: float
    information_p: float
    selected: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """All features, those that were selected first, then by loss.

    Attributes
    ----------
    features : tuple of ScoredFeature
    clusters : tuple of tuple of str
    rows, folds, seed : int
    ic, ic_low, ic_high : float
        Out-of-fold rank IC of all features together, with its 95 % interval.
    false_max : float
        Bound of the expected number of clusters that pass stability by chance.
    """

    features: tuple[ScoredFeature, ...]
    clusters: tuple[tuple[str, ...], ...]
    rows: int
    folds: int
    seed: int
    ic: float
    ic_low: float
    ic_high: float
    false_max: float

    @property
    def selected(self) -> tuple[str, ...]:
        """Names, the largest loss first."""
        return tuple(feature.name for feature in self.features if feature.selected)


def select_features(
    data: Dataset,
    splits: Sequence[Split],
    settings: FeatureSelection,
    *,
    lag: int,
    rng: np.random.Generator,
    progress: Progress = lambda text, done=None, total=None: None,
) -> Selection:
    """Score every feature by every method, and select one of each cluster that is stable and whose loss is no chance.

    Stability and mutual information learn from the first fold's training rows to the last one's: nothing that the last
    fold tests on is learned from. Losses of earlier folds' tests are measured on rows that these two have seen, so an
    honest figure for the selected features needs a period of its own.

    Parameters
    ----------
    data : Dataset
    splits : sequence of Split
        Purged; the inner ones are left out.
    settings : FeatureSelection
    lag : int
        Moments that labels overlap.
    rng : numpy.random.Generator
    progress : Progress

    Raises
    ------
    DataError
        If there are fewer than two features, no split, or too little to learn from.
    MissingExtra
        If LightGBM, scipy or scikit-learn is not installed.
    """
    outer = tuple(split for split in splits if not split.inner)
    if len(data.feature_names) < _FEATURES_MIN:
        raise DataError(f"found {len(data.feature_names)} features to select from, expected at least {_FEATURES_MIN}")
    learner = Learner(settings.learner, seed=settings.seed)
    models = fold_models(data, outer, learner, progress)
    usable = outer[-1].train
    clusters = cluster_columns(data.rows[usable], distance_max=settings.clusters.distance_max)
    whole = skill(data, out_of_fold(data, models), lag=lag)
    losses = permutation_losses(
        data, models, clusters, lag=lag, repeats=settings.permutation.repeats, rng=rng, progress=progress
    )
    stable = stability(data, usable, clusters, learner, settings.stability, rng, progress)
    told = mutual_information(data, usable, settings.information, rng=rng, progress=progress)
    gain, contribution = gain_shares(models), contribution_shares(data, models)
    reasons = _reasons(clusters, losses, stable.share, gain, settings.selected, data.feature_names)
    found = [
        ScoredFeature(
            name,
            cluster := int(clusters.label[k]),
            float(gain[k]),
            float(contribution[k]),
            losses[cluster].value,
            losses[cluster].error,
            _t(losses[cluster]),
            float(stable.share[cluster]),
            float(told.nats[k]),
            float(told.p_value[k]),
            not reasons[k],
            reasons[k],
        )
        for k, name in enumerate(data.feature_names)
    ]
    found.sort(key=lambda feature: (not feature.selected, -feature.loss, -feature.gain))
    low, high = whole.interval(0.05)
    names = tuple(tuple(data.feature_names[k] for k in clusters.members(c).tolist()) for c in range(len(clusters)))
    bound = stable.false_max(settings.selected.stability_min)
    return Selection(tuple(found), names, len(data), len(outer), settings.seed, whole.value, low, high, bound)


def _t(loss: Estimate) -> float:
    return loss.value / loss.error if loss.error > 0.0 and np.isfinite(loss.error) else 0.0


def _reasons(
    clusters: Clusters,
    losses: Sequence[Estimate],
    stable: Floats,
    gain: Floats,
    settings: SelectedSettings,
    names: Sequence[str],
) -> list[str]:
    """Say of each column why it is not selected; empty where it is."""
    passed = [
        cluster
        for cluster in range(len(clusters))
        if stable[cluster] >= settings.stability_min and _t(losses[cluster]) >= settings.permutation_t_min
    ]
    passed.sort(key=lambda cluster: -losses[cluster].value)
    kept = set(passed[: settings.features_max])
    found = []
    for k, cluster in enumerate(clusters.label.tolist()):
        members = clusters.members(cluster)
        best = int(members[int(gain[members].argmax())])
        if stable[cluster] < settings.stability_min:
            found.append(f"stable on {stable[cluster]:.0%} of the halves, expected {settings.stability_min:.0%}")
        elif cluster not in passed:
            found.append(f"loss has t {_t(losses[cluster]):+.1f}, expected {settings.permutation_t_min:g}")
        elif k != best:
            found.append(f"says the same as {names[best]}")
        elif cluster not in kept:
            found.append(f"not among the best {settings.features_max}")
        else:
            found.append("")
    return found
