"""Forests of CatBoost, from the JSON that it exports."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from foxml.errors import ModelError
from foxml.research.forests.document import Tree, write_forest

__all__ = ["catboost_forest"]

_EVERY_OUTPUT = -1
# Where NaN goes: a value right of a border is above it, and NaN is above nothing.
_NAN_LEFT = {"AsFalse": True, "AsIs": True, "AsTrue": False}
_LINKS = {
    "Logloss": "sigmoid",
    "CrossEntropy": "sigmoid",
    "MultiClass": "softmax",
    "MultiClassOneVsAll": "sigmoid",
    "Poisson": "exponential",
    "Tweedie": "exponential",
}


def catboost_forest(model: Any, feature_names: Sequence[str] | None = None) -> bytes:
    """Write a fitted model of CatBoost in FoxML's form.

    Raw scores of the result equal ``model.predict(X, prediction_type="RawFormulaVal")`` to the last bit. The output is
    the probability or the mean; it may differ from CatBoost's in its last bits, for CatBoost computes another exp.

    Parameters
    ----------
    model : CatBoost, CatBoostClassifier, CatBoostRegressor, CatBoostRanker
        Of features that are numbers; trees of any growing policy.
    feature_names : sequence of str, optional
        Of the columns; none if not given.

    Returns
    -------
    bytes
        For `foxml.models.Forest.from_foxml`.

    Raises
    ------
    ModelError
        If the model is not fitted, has features that are categories, texts or embeddings, has a scale other than 1, or
        holds what is not known here.
    """
    document = _exported(model)
    columns = _columns(model, document)
    scale, bias = document["scale_and_bias"]
    if scale != 1:
        raise _refusal(model, f"scale: expected 1, found {scale}: the scores would be rounded once more")
    outputs = len(bias)
    if "oblivious_trees" in document:
        trees = [_oblivious(model, tree, columns, outputs) for tree in document["oblivious_trees"]]
    else:
        trees = [_branching(model, tree, columns, outputs) for tree in document["trees"]]
    if any(bias):  # is added last
        trees.append(_tree([], np.asarray(bias, dtype=np.float64), outputs))
    return write_forest(
        model,
        feature_names,
        features=len(model.feature_names_),
        inputs="float32",
        base_margin=np.zeros(outputs),
        divisor=1.0,
        link=_link(document),
        trees=trees,
    )


def _exported(model: Any) -> dict[str, Any]:
    from catboost import CatBoost, CatBoostError

    if not isinstance(model, CatBoost):
        raise ModelError(f"{type(model).__name__}: expected a model of CatBoost")
    if not model.is_fitted():
        raise _refusal(model, "expected a fitted model")
    for kind in ("cat", "text", "embedding"):
        columns = list(getattr(model, f"get_{kind}_feature_indices")())
        if columns:
            name = {"cat": "categories", "text": "texts", "embedding": "embeddings"}[kind]
            raise _refusal(model, f"columns {columns} are {name}; expected numbers alone")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        try:
            model.save_model(str(path), format="json")
        except CatBoostError as error:
            raise _refusal(model, f"CatBoost cannot export it: {error}") from None
        document: dict[str, Any] = json.loads(path.read_bytes())
    known = {"features_info", "model_info", "scale_and_bias", "oblivious_trees", "trees"}
    if unknown := sorted(set(document) - known):
        raise _refusal(model, f"its export has {unknown[0]}, which is not supported")
    if len({"oblivious_trees", "trees"} & set(document)) != 1:
        raise _refusal(model, "its export has no trees")
    return document


def _columns(model: Any, document: Mapping[str, Any]) -> Mapping[int, tuple[int, bool]]:
    """Column of a row, and whether NaN goes left, for each number of a feature."""
    info = document["features_info"]
    if unknown := sorted(set(info) - {"float_features"}):
        raise _refusal(model, f"its export has {unknown[0]}; expected float_features alone")
    found = {}
    for feature in info["float_features"]:
        treatment = feature["nan_value_treatment"]
        if treatment not in _NAN_LEFT:
            raise _refusal(
                model, f"nan_value_treatment: expected one of {', '.join(_NAN_LEFT)}, found {str(treatment)[:60]!r}"
            )
        found[int(feature["feature_index"])] = (int(feature["flat_feature_index"]), _NAN_LEFT[treatment])
    return found


def _oblivious(model: Any, tree: Mapping[str, Any], columns: Mapping[int, tuple[int, bool]], outputs: int) -> Tree:
    r"""Unfold a tree whose levels have one split each: the last decides first, and leaves keep the file's order.

    ::

                 split 1
               /         \
           split 0     split 0
            /  \        /  \
           0    1      2    3     = bit 1, bit 0: which splits the row lies above
    """
    levels = [_split(model, split, columns) for split in reversed(tree["splits"] or [])]
    inner = 2 ** len(levels) - 1
    splits = []
    for level, split in enumerate(levels):
        for node in range(2**level - 1, 2 ** (level + 1) - 1):
            children = [child if child < inner else inner - 1 - child for child in (2 * node + 1, 2 * node + 2)]
            splits.append((*split, *children))
    return _tree(splits, np.asarray(tree["leaf_values"], dtype=np.float64), outputs)


def _branching(model: Any, tree: Mapping[str, Any], columns: Mapping[int, tuple[int, bool]], outputs: int) -> Tree:
    """Nodes in the order in which a walk meets them, left before right."""
    splits: list[list[Any]] = []
    leaves: list[Any] = []
    waiting: list[tuple[Mapping[str, Any], list[Any] | None, int]] = [(tree, None, 0)]
    while waiting:
        node, parent, side = waiting.pop()
        if "split" in node:
            number = len(splits)
            splits.append([*_split(model, node["split"], columns), 0, 0])
            waiting += [(node["right"], splits[-1], -1), (node["left"], splits[-1], -2)]
        else:
            leaves.append(node["value"])
            number = -len(leaves)
        if parent is not None:
            parent[side] = number
    return _tree(splits, np.asarray(leaves, dtype=np.float64).reshape(-1), outputs)


def _split(model: Any, split: Mapping[str, Any], columns: Mapping[int, tuple[int, bool]]) -> tuple[int, float, int]:
    """Column, threshold and default way: CatBoost compares float32 with float32, right is above."""
    if split["split_type"] != "FloatFeature":
        raise _refusal(model, f"split_type: expected FloatFeature, found {str(split['split_type'])[:60]}")
    column, nan_left = columns[int(split["float_feature_index"])]
    return column, float(np.float32(split["border"])), int(nan_left)


def _tree(splits: Sequence[Sequence[Any]], leaves: Any, outputs: int) -> Tree:
    feature, threshold, default_left, left, right = zip(*splits, strict=True) if splits else ((),) * 5
    return {
        "output": _EVERY_OUTPUT if outputs > 1 else 0,
        "feature": list(feature),
        "threshold": list(threshold),
        "left": list(left),
        "right": list(right),
        "default_left": list(default_left),
        "leaves": leaves.tolist(),
    }


def _link(document: Mapping[str, Any]) -> str:
    loss = document["model_info"].get("params", {}).get("loss_function", {})
    return _LINKS.get(str(loss.get("type", "")), "identity")


def _refusal(model: Any, what: str) -> ModelError:
    return ModelError(f"{type(model).__name__}: {what}")
