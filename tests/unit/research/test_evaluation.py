"""From bars to out-of-fold scores: a planted signal is found, noise is not, and an interrupted run goes on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from foxml.domain.bars import SymbolBars
from foxml.domain.instruments import Instrument
from foxml.labels import BarrierSpec
from foxml.models import ScoreStatistics
from foxml.research.evaluation import Evaluation, evaluate, score_statistics
from foxml.research.pipeline import Dataset, FeatureRows, PlannedFeatures, TimedAdjustment, build_dataset
from foxml.research.targets import BarrierTargetBuilder
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import load_model_config

BARS, PER_SESSION = 5600, 7
TRAINER = LightGBMTrainer(load_model_config("lightgbm", "conservative").params, seed=7)


def _dataset(strength: float) -> Dataset:
    rng = np.random.default_rng(5)
    signal = rng.standard_normal((BARS, 3)).astype(np.float32)
    returns = 0.004 * rng.standard_normal(BARS)
    returns[1:] += 0.004 * strength * signal[:-1, 0]
    close = 100.0 * np.exp(np.cumsum(returns))
    opened = np.concatenate([[100.0], close[:-1]])
    ohlcv = np.stack([opened, np.maximum(opened, close), np.minimum(opened, close), close, np.ones(BARS)], axis=1)
    index = np.arange(BARS)
    session = (index // PER_SESSION) * 100
    bars = SymbolBars("A", 1, session + index % PER_SESSION + 1, session, session + PER_SESSION, ohlcv)
    targets = BarrierTargetBuilder(BarrierSpec(3), [Instrument("A")]).build([bars])

    def features(_: SymbolBars, adjustments: Sequence[TimedAdjustment]) -> FeatureRows:
        assert not adjustments
        return FeatureRows(signal, index >= 100)

    planned = PlannedFeatures(("a", "b", "c"), "", "", 100, {}, features)
    return build_dataset([bars], [], targets, features=planned, value="ret_over_sigma")


def _evaluate(data: Dataset, folder: Path) -> Evaluation:
    return evaluate(
        data,
        TRAINER,
        WalkForwardValidator(3, 300),
        early_stopping_share=0.15,
        lag=3,
        runs_dir=folder,
        progress=lambda text, done=None, total=None: None,
    )


def test_every_bar_is_a_sample_or_counted() -> None:
    """Nothing is dropped silently."""
    data = _dataset(0.0)
    assert len(data) + sum(data.dropped.values()) == BARS
    assert data.dropped["features_warming_up"] == 50
    assert data.rows.dtype == np.float32


def test_planted_signal_and_noise(tmp_path: Path) -> None:
    """IC clearly above 0 with t > 3; and within its interval."""
    found = _evaluate(_dataset(0.5), tmp_path)
    assert found.overall.metrics.ic > 0.1
    assert found.overall.metrics.t > 3.0
    assert found.overall.mean_ret_bps > 0.0
    assert score_statistics(found, 0.1, 3) == ScoreStatistics(
        0.1, float(found.scores[~np.isnan(found.scores)].std()), found.overall.metrics.ic, found.overall.metrics.n, 3
    )
    assert abs(_evaluate(_dataset(0.0), tmp_path).overall.metrics.t) < 3.0


def test_a_second_run_reads_the_first_ones_folds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only folds that are missing are trained again."""
    data = _dataset(0.5)
    first = _evaluate(data, tmp_path)
    next(iter(sorted(tmp_path.glob("fold-*.npy")))).unlink()
    calls = []
    fit = LightGBMTrainer.fit
    monkeypatch.setattr(LightGBMTrainer, "fit", lambda self, *a, **k: calls.append(1) or fit(self, *a, **k))
    second = _evaluate(data, tmp_path)
    assert len(calls) == 1
    np.testing.assert_array_equal(first.scores, second.scores)
