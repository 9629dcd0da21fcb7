"""A small trained model and the manifest around it."""

import hashlib
from functools import cache
from typing import Any

import lightgbm
import numpy as np

from foxml.bars.store import BarMarks
from foxml.domain.instruments import Instrument
from foxml.labels import BarrierSpec
from foxml.models import BundleContents, Lineage, Manifest, ScoreStatistics, TargetSpec, TrainingData
from foxml.models.manifest import SCHEMA

NAMES = ("momentum", "range", "clock")
PLAN = '{"features":["momentum","range","clock"]}'
EXPIRES_NS = 2_000


@cache
def trained() -> tuple[bytes, np.ndarray, np.ndarray]:
    """Model text, and rows with LightGBM's scores of them."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((600, len(NAMES))).astype(np.float32)
    y = rows[:, 0] + 0.1 * rng.standard_normal(600)
    params = {"objective": "regression", "verbosity": -1, "num_threads": 1, "deterministic": True, "num_leaves": 7}
    booster = lightgbm.train(params, lightgbm.Dataset(rows, y, feature_name=list(NAMES)), 10)
    golden = rows[:16]
    return booster.model_to_string().encode(), golden, np.asarray(booster.predict(golden, raw_score=True))


def contents(**changed: Any) -> BundleContents:
    model, rows, scores = trained()
    fields: dict[str, Any] = {
        "model": model,
        "plan_json": PLAN,
        "config": {"model": {"name": "fox"}},
        "metrics": {"folds": [{"ic": 0.1}]},
        "golden_rows": rows,
        "golden_scores": scores,
    }
    return BundleContents(**{**fields, **changed})


def manifest(**changed: Any) -> Manifest:
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "name": "fox",
        "version": 1,
        "kind": "lightgbm",
        "created_ns": 1_000,
        "expires_ns": EXPIRES_NS,
        "interval_ns": 3_600_000_000_000,
        "plan_sha256": hashlib.sha256(PLAN.encode()).hexdigest(),
        "feature_names": NAMES,
        "research_features": (),
        "instruments": (Instrument("SPY"),),
        "target": TargetSpec("barrier", "ret_over_sigma", BarrierSpec(7)),
        "data": TrainingData("0" * 64, "XNYS", 10, 900, 600, {"SPY": BarMarks("mine", "sip", "utc")}),
        "score": ScoreStatistics(0.0, 0.1, 0.05, 500, 7),
        "trials": 1,
        "trials_sharpe_variance": 0.0,
        "lineage": Lineage("1" * 64, "0.1.0", "lightgbm 4", None),
        "runtime": None,
        "files": {},
    }
    return Manifest(**{**fields, **changed})
