"""FoxML's own form of a forest: one JSON document."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml.errors import ModelError

__all__ = ["Tree", "write_forest"]

Tree = dict[str, Any]


def write_forest(
    model: Any,
    feature_names: Sequence[str] | None,
    *,
    features: int,
    inputs: str,
    base_margin: NDArray[np.float64],
    divisor: float,
    link: str,
    trees: Sequence[Tree],
) -> bytes:
    """Write a forest in the form that ``cpp/trees/foxml_json.hpp`` describes, key for key.

    Raises
    ------
    ModelError
        If there are more or fewer names than features.
    """
    document: dict[str, Any] = {
        "format": "foxml-forest",
        "version": 1,
        "origin": f"{_library(model)} {type(model).__name__}",
        "inputs": inputs,
        "feature_count": features,
        "outputs": len(base_margin),
        "base_margin": base_margin.tolist(),
        "divisor": divisor,
        "link": link,
        "trees": list(trees),
    }
    if feature_names is not None:
        if len(feature_names) != features:
            raise ModelError(f"feature_names: expected {features}, found {len(feature_names)}")
        document["feature_names"] = list(feature_names)
    return json.dumps(document, separators=(",", ":")).encode()


def _library(model: Any) -> str:
    root = type(model).__module__.split(".")[0]
    return {"sklearn": "scikit-learn", "ngboost": "NGBoost", "catboost": "CatBoost"}.get(root, root)
