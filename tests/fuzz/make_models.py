"""Writes the seeds of the model fuzzer: one small real model for each construct that a reader knows."""

import sys
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import xgboost
from sklearn.ensemble import RandomForestClassifier

from foxml.research.forests import sklearn_forest

GENERATOR = np.random.default_rng(1)
X = GENERATOR.normal(size=(200, 4)).round(2)
X[:, 3] = GENERATOR.integers(0, 12, len(X))
X[GENERATOR.random(X.shape) < 0.05] = np.nan
Y = np.nan_to_num(X[:, 0] * X[:, 1] + X[:, 3] % 3)
CLASSES = np.digitize(Y, [0.0, 1.0]).astype(float)


def _lightgbm(label: np.ndarray = Y, **params: Any) -> bytes:
    data = lightgbm.Dataset(X, label, categorical_feature=[3])
    fixed = {"verbosity": -1, "num_threads": 1, "num_leaves": 4, "min_data_per_group": 1, "deterministic": True}
    text = lightgbm.train({**fixed, **params}, data, 2).model_to_string()
    return text[: text.index("\nfeature_importances:")].encode()


def _xgboost(form: str, label: np.ndarray = Y, **params: Any) -> bytes:
    last = "q" if params.get("booster") == "gblinear" else "c"
    data = xgboost.DMatrix(X, label, feature_types=["q", "q", "q", last], enable_categorical=True)
    return bytes(xgboost.train({"nthread": 1, "max_depth": 2, **params}, data, 2).save_raw(form))


def main(folder: Path) -> None:
    """Write all of them into `folder`."""
    vectors = {"label": np.column_stack([Y, CLASSES]), "multi_strategy": "multi_output_tree"}
    linear = {"booster": "gblinear", "label": CLASSES, "objective": "multi:softprob", "num_class": 3}
    models = {
        "lightgbm": _lightgbm(objective="regression"),
        "lightgbm_linear": _lightgbm(objective="regression", linear_tree=True),
        "lightgbm_classes": _lightgbm(CLASSES, objective="multiclass", num_class=3),
        "lightgbm_rf": _lightgbm(objective="regression", boosting="rf", bagging_freq=1, bagging_fraction=0.5),
        "xgboost_json": _xgboost("json"),
        "xgboost_ubj": _xgboost("ubj"),
        "xgboost_dart": _xgboost("ubj", booster="dart", rate_drop=0.5),
        "xgboost_linear": _xgboost("ubj", **linear),
        "xgboost_linear_json": _xgboost("json", **linear),
        "foxml": sklearn_forest(RandomForestClassifier(2, max_depth=2, random_state=1).fit(X, CLASSES)),
    }
    plain = xgboost.DMatrix(np.nan_to_num(X), vectors.pop("label"))
    trained = xgboost.train({"nthread": 1, "max_depth": 2, **vectors}, plain, 1)
    models |= {f"xgboost_vectors_{form}": bytes(trained.save_raw(form)) for form in ("json", "ubj")}
    for name, data in models.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
