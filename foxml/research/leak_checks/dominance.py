"""Skill that hangs on one column, one symbol or one period is rarely skill."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.estimates import Estimate, kept_skill, rank_ic
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import Probe

__all__ = ["dominance"]

Floats = NDArray[np.float64]

_HALF = 0.5
_UNITS_MIN = 3
"""Of two columns or symbols one always carries most."""


def dominance(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Take one column, one symbol, one period away from the tested rows, and see what skill is left.

    It dominates if it carries at least `limits.share` of the skill, and surely more than half of it.
    """
    data = material.data
    if not probe.splits:
        return Observation(Scope(len(data)), "no split has enough rows to learn from", applies=False)
    scores = probe.scores()
    tested = np.flatnonzero(np.isfinite(scores))
    whole = rank_ic(scores[tested], data.outcome[tested], data.t0_ns[tested], lag=material.lag)
    scope = Scope(len(tested), len(probe.splits), len(data.feature_names), len(np.unique(data.symbol)), effort.periods)
    if whole.tail(0.0) > limits.alpha:
        low, high = whole.interval(limits.alpha)
        summary = f"no skill that anything could carry: rank IC {whole.value:+.4f}"
        return Observation(scope, summary, (), whole.value, low, high, applies=False)
    units = list(_parts(material, scores, tested, whole, effort))
    units += _columns(material, scores, tested, effort, probe)
    severity = Verdict.FAIL if whole.interval(limits.alpha)[0] > limits.plausible_ic else Verdict.SUSPECT
    clues = []
    for where, left, p_value in units:
        low, high = left.interval(limits.alpha)
        if left.value < (1.0 - limits.share) * whole.value:
            clues.append(
                Clue(
                    severity,
                    where,
                    f"rank IC {whole.value:+.4f} with it, {left.value:+.4f} without it",
                    left.value,
                    low,
                    high,
                    min(1.0, p_value * len(units)),
                )
            )
    clues.sort(key=lambda clue: clue.p_value)
    where, left, p_value = min(units, key=lambda unit: (unit[2], unit[1].value))
    low, high = left.interval(limits.alpha)
    return Observation(
        scope,
        f"{len(units)} columns, symbols and periods; without {where} the rank IC is {left.value:+.4f} of "
        f"{whole.value:+.4f}",
        tuple(clues),
        left.value,
        low,
        high,
        min(1.0, p_value * len(units)),
    )


def _parts(
    material: Material, scores: Floats, tested: NDArray[np.int64], whole: Estimate, effort: Effort
) -> Iterator[tuple[str, Estimate, float]]:
    """Yield each symbol and period, the skill on all other rows, and how likely so little is of half of it."""
    data = material.data
    moments = np.unique(data.t0_ns[tested])
    edges = [part[0] for part in np.array_split(moments, effort.periods) if len(part)]
    period = np.searchsorted(np.array(edges), data.t0_ns[tested], side="right") - 1
    symbols = np.unique(data.symbol[tested])
    # Two at a time, so that what lies on an edge is taken away whole.
    parts = [(f"period from {_day(edges[k])}", (period == k) | (period == k + 1)) for k in range(len(edges) - 1)]
    if len(symbols) >= _UNITS_MIN:
        parts += [(f"symbol {material.symbols[s]}", data.symbol[tested] == s) for s in symbols.tolist()]
    for where, mine in parts:
        rest = tested[~mine]
        if len(rest):
            left = rank_ic(scores[rest], data.outcome[rest], data.t0_ns[rest], lag=material.lag)
            yield where, left, Estimate(-left.value, left.error, left.dof).tail(-_HALF * whole.value)


def _columns(
    material: Material, scores: Floats, tested: NDArray[np.int64], effort: Effort, probe: Probe
) -> Iterator[tuple[str, Estimate, float]]:
    """Yield each column, and the skill that is left where its values are those of other tested rows."""
    data = material.data
    width = len(data.feature_names)
    if width < _UNITS_MIN:
        return
    rng = np.random.default_rng([effort.seed, 14])
    time_ns, outcome = data.t0_ns[tested], data.outcome[tested]
    rows = data.rows.copy()
    for column, name in enumerate(data.feature_names):
        probe.progress("taking columns away", column, width)
        for split in probe.splits:
            rows[split.test, column] = data.rows[rng.permutation(split.test), column]
        without = probe.scores(rows)[tested]
        rows[:, column] = data.rows[:, column]
        left = rank_ic(without, outcome, time_ns, lag=material.lag)
        lost = kept_skill(scores[tested], without, outcome, time_ns, lag=material.lag, kept=_HALF)
        yield name, left, lost.tail(0.0)


def _day(ns: int) -> str:
    return str(np.datetime64(int(ns), "ns").astype("datetime64[D]"))
