"""The models of the forest benchmarks, and rows to score: trained once, then kept beside the compiled drivers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "bench" / "models"
ROWS, FEATURES, CATEGORICAL = 8192, 240, 4

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model: its file, and the library's own raw scores of the rows."""

    name: str
    path: Path
    rows: Floats
    scores: NDArray[np.float64]
    has_categories: bool

    @property
    def is_lightgbm(self) -> bool:
        """Which of the two libraries trained it."""
        return self.path.suffix == ".txt"


def _plain_rows() -> Floats:
    return np.random.default_rng(7).standard_normal((ROWS, FEATURES)).astype(np.float32)


def _mixed_rows() -> Floats:
    """Rows of which the first columns are categories, with holes everywhere."""
    generator = np.random.default_rng(8)
    rows = _plain_rows()
    rows[:, :CATEGORICAL] = generator.integers(0, 50, (ROWS, CATEGORICAL))
    rows[generator.random(rows.shape) < 0.05] = np.nan
    return rows


def _target(rows: Floats) -> NDArray[np.float64]:
    generator = np.random.default_rng(9)
    known = np.nan_to_num(rows.astype(np.float64))
    weights = 0.3 * generator.standard_normal(FEATURES)
    noise = generator.standard_normal(len(rows))
    return np.asarray(known @ weights + known[:, 0] * known[:, 1] + np.sin(2 * known[:, 2]) + noise)


def _lightgbm(name: str, trees: int, leaves: int, has_categories: bool = False) -> Model:
    path = KEPT / f"{name}.txt"
    rows = _mixed_rows() if has_categories else _plain_rows()
    if not path.exists():
        params = {"objective": "regression", "num_leaves": leaves, "learning_rate": 0.05, "min_data_in_leaf": 5}
        data = lightgbm.Dataset(
            rows, _target(rows), categorical_feature=list(range(CATEGORICAL)) if has_categories else []
        )
        booster = lightgbm.train({**params, "verbosity": -1, "num_threads": 1, "seed": 7}, data, trees)
        booster.save_model(path)
    booster = lightgbm.Booster(model_file=path)
    scores = np.asarray(booster.predict(rows, raw_score=True, num_threads=1))
    return Model(name, path, rows, scores, has_categories)


def _xgboost(name: str, trees: int, **shape: object) -> Model:
    import xgboost  # it is no part of an installation without the benchmarks' extra

    path = KEPT / f"{name}.ubj"
    rows = _plain_rows()
    if not path.exists():
        params = {"objective": "reg:squarederror", "eta": 0.05, "nthread": 1, "tree_method": "hist", "seed": 7, **shape}
        xgboost.train(params, xgboost.DMatrix(rows, _target(rows)), trees).save_model(path)
    booster = xgboost.Booster(model_file=path)
    booster.set_param({"nthread": 1})
    scores = booster.predict(xgboost.DMatrix(rows), output_margin=True).astype(np.float64)
    return Model(name, path, rows, scores, False)


MODELS: dict[str, Callable[[], Model]] = {
    "LightGBM 100 x 31": lambda: _lightgbm("lightgbm_100_31", 100, 31),
    "LightGBM 500 x 31": lambda: _lightgbm("lightgbm_500_31", 500, 31),
    "LightGBM 1000 x 63": lambda: _lightgbm("lightgbm_1000_63", 1000, 63),
    "LightGBM 500 categories, NaN": lambda: _lightgbm("lightgbm_500_mixed", 500, 31, True),
    "XGBoost 100 depth 6": lambda: _xgboost("xgboost_100_6", 100, max_depth=6),
    "XGBoost 500 depth 6": lambda: _xgboost("xgboost_500_6", 500, max_depth=6),
    "XGBoost 1000 depth 6": lambda: _xgboost("xgboost_1000_6", 1000, max_depth=6),
    "XGBoost 500 lossguide 31": lambda: _xgboost(
        "xgboost_500_lossguide", 500, max_depth=0, max_leaves=31, grow_policy="lossguide"
    ),
}


def load(title: str) -> Model:
    """Train a model or read the one that was kept."""
    KEPT.mkdir(parents=True, exist_ok=True)
    return MODELS[title]()
