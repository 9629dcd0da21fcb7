"""A model trained on targets of other times must have no skill: what is left is a leak of the splits."""

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.estimates import mean_estimate, rank_ic
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import Probe
from foxml.research.pipeline import Dataset

__all__ = ["shuffled_time", "turned"]

Floats = NDArray[np.float64]


def turned(data: Dataset, share: float) -> Floats:
    """Move the target of every symbol along its own samples by a share of their number, the end back to the beginning.

    Labels that lie beside each other still do, and overlap as they did; what they say of their rows is gone.

    Parameters
    ----------
    data : Dataset
    share : float
        Between 0 and 1.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    found = data.y.copy()
    for symbol in np.unique(data.symbol):
        own = np.flatnonzero(data.symbol == symbol)
        own = own[np.argsort(data.t0_ns[own], kind="stable")]
        found[own] = np.roll(data.y[own], round(share * len(own)))
    return found


def shuffled_time(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Train on targets that are moved by different distances in time, and score them out of fold as they are used."""
    data = material.data
    if not probe.splits:
        return Observation(Scope(len(data)), "no split has enough rows to learn from", applies=False)
    fewest = int(np.bincount(data.symbol)[np.unique(data.symbol)].min())
    away = 2.0 * (material.lag + 1) / fewest
    if away >= 0.25:
        return Observation(Scope(len(data)), "too few samples of a symbol to move its targets", applies=False)
    rng = np.random.default_rng([effort.seed, 12])
    skills = []
    for number in range(effort.shifts):
        probe.progress("learning targets of other times", number, effort.shifts)
        # One distance from each part of the circle, so that they do not repeat each other.
        share = away + (1.0 - 2.0 * away) * (number + float(rng.random())) / effort.shifts
        skills.append(_skill(material, probe, turned(data, share)))
    estimate = mean_estimate(np.array(skills))
    low, high = estimate.interval(limits.alpha)
    p_value = estimate.tail(0.0)
    tested = int(np.unique(np.concatenate([split.test for split in probe.splits])).size)
    statement = f"skill on targets of other times: mean rank IC {estimate.value:+.4f} over {effort.shifts} distances"
    clue = Clue(Verdict.FAIL, "splits", statement, estimate.value, low, high, p_value)
    return Observation(
        Scope(tested, len(probe.splits), len(data.feature_names), len(np.unique(data.symbol)), effort.shifts),
        f"models of {effort.shifts} targets moved in time, none of which can be known",
        (clue,),
        estimate.value,
        low,
        high,
        p_value,
    )


def _skill(material: Material, probe: Probe, y: Floats) -> float:
    data = material.data
    scores = np.full(len(data), np.nan)
    for number, split in enumerate(probe.splits):
        forest = probe.fit(split.train, y, number=number, eager=True)
        scores[split.test] = probe.scored(forest, split.train, split.test)
    return rank_ic(scores, y, data.t0_ns, lag=material.lag).value
