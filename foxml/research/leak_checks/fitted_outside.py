"""What a scaler or imputer learned must come from the training rows of its fold alone."""

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import FittedPreprocessor, Index, Material
from foxml.research.leak_checks.probe import Probe

__all__ = ["fitted_outside", "learned"]

_TOLERANCE = 1e-6
"""Relative: rows may have been summed in another order, or in float32."""


def learned(fitted: object, prefix: str = "") -> dict[str, NDArray[np.float64]]:
    """Return what an object learned: attributes that end in one underscore and are numbers; of a pipeline, each step's.

    Parameters
    ----------
    fitted : object
    prefix : str
        Of the names returned.
    """
    steps = getattr(fitted, "steps", None)
    if isinstance(steps, list):
        found: dict[str, NDArray[np.float64]] = {}
        for name, step in steps:
            found |= learned(step, f"{prefix}{name}.")
        return found
    found = {}
    for name in dir(fitted):
        if name.startswith("_") or not name.endswith("_") or name.endswith("__"):
            continue
        try:
            value = getattr(fitted, name)
            if value is not None:
                found[f"{prefix}{name}"] = np.asarray(value, dtype=np.float64)
        except (AttributeError, TypeError, ValueError):
            continue  # not learned yet, or no number: nothing to compare
    return found


def fitted_outside(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Fit each object again on its fold's training rows, and on the test rows too, and see which it resembles."""
    given = material.preprocessors
    if not given:
        summary = "no scaler or imputer was given; forests take rows as they are"
        return Observation(Scope(), summary, applies=False)
    clues: list[Clue] = []
    statistics = 0
    for number, each in enumerate(given):
        probe.progress(f"fitting {each.name} again", number, len(given))
        found, compared = _clues(material, each)
        clues += found
        statistics += compared
    splits = {each.split for each in given}
    rows = sum(len(material.splits[split].train) + len(material.splits[split].test) for split in splits)
    scope = Scope(rows, len(splits), len(material.data.feature_names), repeats=len(given))
    return Observation(scope, f"{statistics} statistics of {len(given)} fitted objects", tuple(clues))


def _clues(material: Material, each: FittedPreprocessor) -> tuple[list[Clue], int]:
    split = material.splits[each.split]
    where = f"{each.name}, {split.name}"
    own = learned(each.fitted)
    if not own:
        raise DataError(
            f"preprocessor {each.name}: {type(each.fitted).__name__} has learned nothing, expected numbers in "
            "attributes that end in an underscore"
        )
    inside, again = (_fitted(each, material, split.train) for _ in range(2))
    if _furthest(inside, again)[1] > _TOLERANCE:
        statement = "two fits on the same rows differ: give it a fixed seed to have it checked"
        return [Clue(Verdict.SUSPECT, where, statement)], len(own)
    name, apart = _furthest(own, inside)
    if apart <= _TOLERANCE:
        return [], len(own)
    everything = np.arange(len(material.data))
    outside = {
        "the training and test rows": np.union1d(split.train, split.test),
        "all rows": everything,
        "the test rows": split.test,
    }
    distances = {word: _furthest(own, _fitted(each, material, rows))[1] for word, rows in outside.items()}
    word = min(distances, key=lambda key: distances[key])
    if distances[word] <= _TOLERANCE:
        return [Clue(Verdict.FAIL, where, f"{name} is that of {word}, expected that of the training rows")], len(own)
    nearer = distances[word] < 0.5 * apart
    statement = f"{name} is not that of the {len(split.train):,} training rows, off by {apart:.2g} relative"
    statement += f"; that of {word} is nearer" if nearer else ""
    return [Clue(Verdict.FAIL if nearer else Verdict.SUSPECT, where, statement)], len(own)


def _fitted(each: FittedPreprocessor, material: Material, rows: Index) -> dict[str, NDArray[np.float64]]:
    fresh: Any = copy.deepcopy(each.fitted)
    try:
        fresh.fit(material.data.rows[rows])
    except (AttributeError, TypeError, ValueError) as error:
        raise DataError(f"preprocessor {each.name}: cannot be fitted again on {len(rows):,} rows: {error}") from error
    return learned(fresh)


def _furthest(own: Mapping[str, NDArray[np.float64]], other: Mapping[str, NDArray[np.float64]]) -> tuple[str, float]:
    """Return the statistic that differs most, relative to its size."""
    worst = ("", 0.0)
    for name in sorted(set(own) | set(other)):
        a, b = own.get(name), other.get(name)
        if a is None or b is None or a.shape != b.shape:
            apart = float("inf")
        else:
            x, y = (np.where(np.isnan(each), 0.0, each) for each in (a, b))
            scale = max(float(np.abs(x).max(initial=0.0)), float(np.abs(y).max(initial=0.0)), 1e-300)
            holes = np.isnan(a) != np.isnan(b)
            apart = float("inf") if holes.any() else float(np.abs(x - y).max(initial=0.0)) / scale
        if apart > worst[1]:
            worst = (name, apart)
    return worst
