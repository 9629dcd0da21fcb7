"""Skill must look like skill: small, and at the shift where the future is."""

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.correlations import ShiftedColumns, shifts_of
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import Probe

__all__ = ["shifted_target"]

Floats = NDArray[np.float64]

_PAIRS_MIN = 30


def shifted_target(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Score columns and models against the target moved to earlier and later moments.

    Past returns may be known, so a momentum feature is close to a target that lies a label back. At shift 0 and later
    only the future is left: a column that is as close there knows it, or the target is that of a moment that had gone.
    """
    data = material.data
    names, values = _columns(material, probe)
    columns = ShiftedColumns(data, values)
    shifts = shifts_of(material.lag)
    pairs = {shift: columns.pairs(shift) for shift in shifts}
    target = data.outcome if np.isfinite(data.outcome).all() else data.y
    profile = np.stack([columns.fast(pairs[shift], target) for shift in shifts])
    ahead = [k for k, shift in enumerate(shifts) if shift >= 0 and len(pairs[shift].rows) >= _PAIRS_MIN]
    if not ahead:
        return Observation(Scope(len(data)), "too few rows of any symbol to move a target", applies=False)
    tried = len(names) * len(ahead)
    clues, figures = [], []
    for column, name in enumerate(names):
        k = max(ahead, key=lambda place: abs(profile[place, column]))
        estimate = columns.estimate(column, pairs[shifts[k]], target, lag=material.lag)
        size = estimate.flipped()
        p_value = min(1.0, size.tail(limits.plausible_ic) * tried)
        low, high = size.interval(limits.alpha)
        figures.append((p_value, -size.value, estimate.value, low, high))
        if size.value > limits.plausible_ic:
            far = abs(float(profile[shifts.index(material.lag), column]))
            jumps = far < 0.5 * size.value
            fails = jumps and size.tail(limits.identity_ic) * tried <= limits.alpha
            clues.append(
                Clue(
                    Verdict.FAIL if fails else Verdict.SUSPECT,
                    name,
                    _statement(profile[:, column], shifts, k, material.lag),
                    estimate.value,
                    low,
                    min(high, 1.0),
                    p_value,
                )
            )
    clues.sort(key=lambda clue: (clue.severity is not Verdict.FAIL, clue.p_value, -abs(clue.estimate or 0.0)))
    p_value, _, estimate_value, low, high = min(figures)
    return Observation(
        Scope(len(data), len(probe.splits), len(names), len(np.unique(data.symbol)), len(shifts)),
        f"rank IC of {len(names)} columns and models at {len(shifts)} shifts, plausible up to {limits.plausible_ic:g}",
        tuple(clues),
        estimate_value,
        low,
        high,
        p_value,
    )


def _columns(material: Material, probe: Probe) -> tuple[list[str], Floats]:
    """Return the features, out-of-fold scores, and scores of the model on rows that are new to it."""
    data = material.data
    names, values = list(data.feature_names), [data.rows.astype(np.float64)]
    if probe.splits:
        names.append("a model trained walk-forward")
        values.append(probe.scores()[:, None])
    model = material.model
    if model is not None:
        new = data.t0_ns > model.trained_until_ns
        if new.sum() >= _PAIRS_MIN:
            scores = np.full(len(data), np.nan)
            scores[new] = model.scores(data.rows[new])
            names.append(model.name)
            values.append(scores[:, None])
    return names, np.concatenate(values, axis=1)


def _statement(profile: Floats, shifts: tuple[int, ...], k: int, lag: int) -> str:
    beside = ", ".join(f"{profile[shifts.index(s)]:+.2f} at {s:+d}" for s in (-lag, 0, lag))
    where = "the target" if shifts[k] == 0 else f"targets that begin {shifts[k]} samples later"
    return f"knows {where}: rank IC {profile[k]:+.2f}; by shift {beside}"
