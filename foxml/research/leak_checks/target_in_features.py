"""No column may be the target: a copy, a monotone function of it, or the target of another moment."""

import numpy as np
from numpy.typing import NDArray

from foxml.research.leak_checks.correlations import Paired, ShiftedColumns, shifts_of
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import Material
from foxml.research.leak_checks.probe import Probe

__all__ = ["target_in_features"]

Floats = NDArray[np.float64]

_PAST_COPY = 0.999
"""What lies in the past of an open label is honestly correlated with it; only a copy is not."""
_PAIRS_MIN = 30


def target_in_features(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Rank-correlate every column with the target, the return and their sizes, at this moment and at others.

    A target of another moment counts where it had not ended when the row was known.
    """
    data = material.data
    columns = ShiftedColumns(data, data.rows.astype(np.float64))
    targets = _targets(material)
    shifts = shifts_of(material.lag)
    tried = len(data.feature_names) * len(shifts) * len(targets)
    worst: dict[int, tuple[float, int, str]] = {}
    for number, shift in enumerate(shifts):
        probe.progress(f"targets {shift:+d} samples away", number, len(shifts))
        pairs = columns.pairs(shift, unknown_only=True)
        if len(pairs.rows) < _PAIRS_MIN:
            continue
        for word, target in targets.items():
            size = np.abs(columns.fast(pairs, target))
            for column in np.flatnonzero(size >= (limits.near_copy if shift >= 0 else _PAST_COPY) - 0.2).tolist():
                if size[column] > worst.get(column, (0.0, 0, ""))[0]:
                    worst[column] = (float(size[column]), shift, word)
    clues = []
    for column, (_, shift, word) in worst.items():
        pairs = columns.pairs(shift, unknown_only=True)
        clue = _clue(columns, column, pairs, shift, word, targets[word], material, limits, tried)
        if clue is not None:
            clues.append(clue)
    clues.sort(key=lambda clue: (clue.severity is not Verdict.FAIL, -abs(clue.estimate or 0.0)))
    first = clues[0] if clues else None
    return Observation(
        Scope(len(data), 0, len(data.feature_names), len(np.unique(data.symbol)), len(shifts)),
        f"{len(data.feature_names)} columns against {', '.join(targets)} at {len(shifts)} shifts",
        tuple(clues),
        None if first is None else first.estimate,
        None if first is None else first.low,
        None if first is None else first.high,
        1.0 if first is None else first.p_value,
    )


def _targets(material: Material) -> dict[str, Floats]:
    data = material.data
    found = {"the target": data.y, "the return": data.ret, "the return over sigma": data.outcome}
    kept = dict(found)
    for word, values in found.items():
        if word != "the target" and np.array_equal(values, data.y):
            del kept[word]
    return kept | {f"the size of {word}": np.abs(values - np.median(values)) for word, values in kept.items()}


def _clue(
    columns: ShiftedColumns,
    column: int,
    pairs: Paired,
    shift: int,
    word: str,
    target: Floats,
    material: Material,
    limits: Limits,
    tried: int,
) -> Clue | None:
    data = material.data
    estimate = columns.estimate(column, pairs, target, lag=material.lag)
    size = estimate.flipped()
    if size.value < (limits.near_copy if shift >= 0 else _PAST_COPY):
        return None
    low, high = size.interval(limits.alpha)
    bound = limits.near_copy if shift >= 0 else limits.copy
    copied = size.value >= limits.copy
    values, wanted = data.rows[pairs.rows, column], target[pairs.targets].astype(np.float32)
    same = float((values == wanted).mean())
    kind = "a copy" if same > 0.99 else "a monotone function" if copied else "close to a monotone function"
    when = "" if shift == 0 else f" of {abs(shift)} samples {'later' if shift > 0 else 'earlier, not yet ended'}"
    return Clue(
        Verdict.FAIL if copied else Verdict.SUSPECT,
        data.feature_names[column],
        f"{kind} of {word}{when}: rank correlation {estimate.value:+.4f} over {len(pairs.rows):,} rows",
        estimate.value,
        float(np.sign(estimate.value) or 1.0) * low,
        float(np.sign(estimate.value) or 1.0) * min(high, 1.0),
        min(1.0, size.tail(bound) * tried),
    )
