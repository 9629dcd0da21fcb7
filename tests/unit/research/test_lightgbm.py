"""The trainer finds a planted signal, says nothing of noise, repeats itself, and refuses what it does not know."""

import numpy as np
import pytest

from foxml.errors import ConfigError, DataError
from foxml.models import Forest
from foxml.research.metrics import information_coefficient
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.settings import load_model_config

PARAMS = dict(load_model_config("lightgbm", "balanced").params)


def _fit(signal: float, rows_count: int = 6000) -> tuple[bytes, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((rows_count, 6)).astype(np.float32)
    y = signal * rows[:, 0] * np.sign(rows[:, 1]) + rng.standard_normal(rows_count)
    t0 = np.arange(rows_count, dtype=np.int64)
    n = rows_count * 2 // 3
    model = LightGBMTrainer(PARAMS, seed=7).fit(
        rows[:n], y[:n], np.ones(n), t0[:n], t0[:n] + 7, early_stopping_share=0.15, feature_names=list("abcdef")
    )
    return model, rows[n:], y[n:], t0[n:]


def test_planted_interaction_is_found_out_of_sample() -> None:
    """An interaction that no linear model sees."""
    model, rows, y, t0 = _fit(0.4)
    score = Forest.from_lightgbm(model, source="m").predict(rows)[:, 0]
    found = information_coefficient(score, y, t0, lag=7)
    assert found.ic > 0.1
    assert found.t > 3.0


def test_noise_stays_noise() -> None:
    """The IC on noise is within its confidence interval."""
    model, rows, y, t0 = _fit(0.0)
    score = Forest.from_lightgbm(model, source="m").predict(rows)[:, 0]
    assert abs(information_coefficient(score, y, t0, lag=7).t) < 3.0


def test_same_seed_same_bytes() -> None:
    """A bundle's hash must mean something."""
    assert _fit(0.4)[0] == _fit(0.4)[0]


@pytest.mark.parametrize("variant", ["conservative", "balanced", "aggressive"])
def test_every_variant_is_accepted(variant: str) -> None:
    """The packaged config and the trainer name the same parameters."""
    LightGBMTrainer(load_model_config("lightgbm", variant).params, seed=1)


def test_refusals() -> None:
    """A misspelled parameter, and too little data."""
    with pytest.raises(ConfigError, match="num_leafs"):
        LightGBMTrainer({**PARAMS, "num_leafs": 3}, seed=1)
    with pytest.raises(DataError, match="too few rows"):
        _fit(0.4, 60)
