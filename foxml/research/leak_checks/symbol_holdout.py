"""Skill must not end where a symbol was never trained on."""

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.estimates import kept_skill, rank_ic
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import ROWS_MIN, Probe
from foxml.research.pipeline import Dataset

__all__ = ["symbol_holdout"]


def symbol_holdout(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Test on each symbol by models of the other symbols' past, beside models of all symbols' past.

    Skill that is gone on symbols never trained on came from knowing which symbol it was. Both scores are less their
    mean over each symbol: the level at which a model scores a symbol that is new to it orders nothing.
    """
    data = material.data
    symbols = np.unique(data.symbol)
    if len(symbols) < 2 or not probe.splits:
        return Observation(Scope(len(data), symbols=len(symbols)), "needs two symbols and a split", applies=False)
    rng = np.random.default_rng([effort.seed, 13])
    groups = np.array_split(rng.permutation(symbols), min(effort.groups, len(symbols)))
    unseen = np.full(len(data), np.nan)
    for number, group in enumerate(groups):
        probe.progress("learning without some symbols", number, len(groups))
        held = np.isin(data.symbol, group)
        for split in probe.splits:
            train, test = split.train[~held[split.train]], split.test[held[split.test]]
            if len(train) >= ROWS_MIN and (data.weights[train] > 0.0).sum() >= ROWS_MIN and len(test):
                unseen[test] = probe.scored(probe.fit(train, data.y), train, test)
    seen, unseen = _levelled(data, probe.scores()), _levelled(data, unseen)
    both = np.isfinite(seen) & np.isfinite(unseen)
    if not both.any():
        return Observation(Scope(len(data), symbols=len(symbols)), "too few rows of the other symbols", applies=False)
    outcome, time_ns, lag = data.outcome[both], data.t0_ns[both], material.lag
    known = rank_ic(seen[both], outcome, time_ns, lag=lag)
    left = rank_ic(unseen[both], outcome, time_ns, lag=lag)
    lost = kept_skill(seen[both], unseen[both], outcome, time_ns, lag=lag, kept=limits.kept)
    low, high = left.interval(limits.alpha)
    p_value = lost.tail(0.0)
    statement = (
        f"rank IC {left.value:+.4f} on symbols that were never trained on, {known.value:+.4f} on the same rows where "
        "they were"
    )
    severity = Verdict.FAIL if known.interval(limits.alpha)[0] > limits.plausible_ic else Verdict.SUSPECT
    clue = Clue(severity, "symbols", statement, left.value, low, high, p_value)
    return Observation(
        Scope(int(both.sum()), len(probe.splits), len(data.feature_names), len(symbols), len(groups)),
        f"{len(groups)} groups of symbols held out; at least {limits.kept:.0%} of the skill must be left: {statement}",
        (clue,),
        left.value,
        low,
        high,
        p_value,
    )


def _levelled(data: Dataset, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores less their mean over each symbol."""
    known = np.isfinite(scores)
    total = np.bincount(data.symbol[known], weights=scores[known], minlength=int(data.symbol.max()) + 1)
    count = np.bincount(data.symbol[known], minlength=int(data.symbol.max()) + 1)
    return np.asarray(scores - (total / np.maximum(count, 1))[data.symbol], dtype=np.float64)
