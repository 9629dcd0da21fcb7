"""Small models computed in plain Python, from the documents: the order of operations that is promised."""

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml import numerics

__all__ = ["reference_output", "reference_raw"]

_LOG_TWO_PI = 1.8378770664093454836


def reference_raw(document: bytes, rows: NDArray[Any]) -> NDArray[np.float64]:
    """Compute the raw scores, operation by operation."""
    model = json.loads(document)
    score = _linear if model["format"] == "foxml-linear" else _mixture
    return np.array([score(model, row.tolist()) for row in rows.astype(np.float64)])


def reference_output(document: bytes, rows: NDArray[Any]) -> NDArray[np.float64]:
    """Compute the outputs."""
    model = json.loads(document)
    raw = reference_raw(document, rows).tolist()
    link = model.get("link", "softmax")
    if link == "identity":
        return np.array(raw)
    if link == "sigmoid":
        return np.array([[1.0 / (1.0 + numerics.exp(-x)) for x in row] for row in raw])
    return np.array([_softmax(row) for row in raw])


def _prepared(model: dict[str, Any], value: float, feature: int) -> float:
    if math.isnan(value) and model["missing"] == "fill":
        value = model["fill"][feature]
    if "mean" in model:
        value -= model["mean"][feature]
    if "scale" in model:
        value /= model["scale"][feature]
    return value


def _linear(model: dict[str, Any], row: list[float]) -> list[float]:
    found = []
    for output in model["outputs"]:
        total = output["intercept"]
        for feature, weight in zip(output["feature"], output["weight"], strict=True):
            total += weight * _prepared(model, row[feature], feature)
        found.append(total if math.isfinite(total) else math.nan)
    return found


def _mixture(model: dict[str, Any], row: list[float]) -> list[float]:
    values = [_prepared(model, value, i) for i, value in enumerate(row)]
    found = []
    for component in model["components"]:
        factor = _factor(component["covariance"], len(row), model["covariance"])
        log_scale = 0.0
        for i in range(len(row)):
            log_scale += numerics.log(factor[i][i])
        constant = numerics.log(component["weight"]) - 0.5 * float(len(row)) * _LOG_TWO_PI - log_scale
        solved: list[float] = []
        square = 0.0
        for i, (value, mean) in enumerate(zip(values, component["mean"], strict=True)):
            rest = value - mean
            for k in range(i):
                if model["covariance"] == "full":
                    rest -= factor[i][k] * solved[k]
            solved.append(rest / factor[i][i])
            square += solved[i] * solved[i]
        found.append(constant - 0.5 * square)
    return found if all(map(math.isfinite, found)) else [math.nan] * len(found)


def _factor(numbers: list[float], size: int, form: str) -> list[list[float]]:
    """Cholesky's factor, row by row."""
    if form == "diagonal":
        return [[math.sqrt(numbers[i]) if i == k else 0.0 for k in range(size)] for i in range(size)]
    rows: list[list[float]] = []
    for i in range(size):
        row = numbers[i * (i + 1) // 2 : (i + 1) * (i + 2) // 2]
        for j in range(i):
            for k in range(j):
                row[j] -= row[k] * rows[j][k]
            row[j] /= rows[j][j]
        for k in range(i):
            row[i] -= row[k] * row[k]
        row[i] = math.sqrt(row[i])
        rows.append(row)
    return rows


def _softmax(row: list[float]) -> list[float]:
    if any(map(math.isnan, row)):
        return [math.nan] * len(row)
    largest = max(row)
    powers = [numerics.exp(x - largest) for x in row]
    total = 0.0
    for power in powers:
        total += power
    return [power / total for power in powers]
