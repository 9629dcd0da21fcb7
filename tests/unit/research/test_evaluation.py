"""From bars to out-of-fold scores: a planted signal is found, noise is not, and an interrupted run goes on."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from foxml.domain.bars import SymbolBars
from foxml.domain.instruments import Instrument
from foxml.features import FeatureMatrix
from foxml.labels import BarrierSpec
from foxml.models import ScoreStatistics
from foxml.research.evaluation import Evaluation, _gained, _result, evaluate, score_statistics
from foxml.research.features import SimpleFeatureComputer
from foxml.research.pipeline import Dataset, build_dataset
from foxml.research.targets import BarrierTargetBuilder
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import load_model_config

BARS, PER_SESSION = 5600, 7
NAMES = ("a", "b", "c")
TRAINER = LightGBMTrainer(load_model_config("lightgbm", "conservative").params, seed=7)


def _given(matrix: FeatureMatrix[np.float32]) -> SimpleFeatureComputer:
    """Return a computer whose features are known: a signal of which the test knows what it says."""
    computer = SimpleNamespace(
        names=matrix.names, plan=SimpleNamespace(benchmark=None), compute=lambda bars, actions, benchmark: matrix
    )
    return cast(SimpleFeatureComputer, computer)


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

    features = _given(FeatureMatrix(signal, index >= 100, NAMES))
    return build_dataset([bars], [], targets, features=features, value="ret_over_sigma")


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
    next(iter(sorted(tmp_path.glob("fold-*.npz")))).unlink()
    calls = []
    train = LightGBMTrainer.train
    monkeypatch.setattr(LightGBMTrainer, "train", lambda self, *a, **k: calls.append(1) or train(self, *a, **k))
    second = _evaluate(data, tmp_path)
    assert len(calls) == 1
    np.testing.assert_array_equal(first.scores, second.scores)


def test_a_label_in_both_barriers_teaches_nothing_and_costs_either_side() -> None:
    """One bar spans both barriers: weight 0, no part in the IC, and never counted as a gain."""
    data = _dataset(0.0)
    ambiguous = replace(data, weights=np.where(np.arange(len(data)) % 2 == 0, 0.0, data.weights))
    test = np.arange(len(data))
    for scores in (data.ret, -data.ret):
        gained, traded = _gained(ambiguous, scores, test)
        assert (gained[::2] == -np.abs(data.ret[::2])).all()
        assert (gained[1::2] == np.sign(scores[1::2]) * data.ret[1::2]).all()
        assert traded.sum() == (data.ret != 0.0).sum()
    result = _result(ambiguous, data.ret, test, 0, 0, 3)
    assert result.metrics.n == len(data) // 2


def test_a_bar_that_spans_both_barriers_is_marked() -> None:
    """From the tracker through to the weight."""
    closes = np.full(120, 100.0) + np.tile([0.0, 0.2], 60)
    ohlcv = np.stack([closes, closes + 0.1, closes - 0.1, closes, np.ones(120)], axis=1)
    ohlcv[100, 1:3] = (130.0, 70.0)
    session = np.zeros(120, dtype=np.int64)
    bars = SymbolBars("A", 1, np.arange(1, 121), session, session + 200, ohlcv)
    targets = BarrierTargetBuilder(BarrierSpec(3), [Instrument("A")]).build([bars])

    features = _given(FeatureMatrix(np.zeros((120, 3), dtype=np.float32), np.ones(120, dtype=np.bool_), NAMES))
    data = build_dataset([bars], [], targets, features=features, value="label")
    assert data.t1_ns[data.ambiguous].tolist() == [101] * int(data.ambiguous.sum())
    assert 0 < data.ambiguous.sum() <= 3
    np.testing.assert_array_equal(data.outcome, data.ret / data.sigma)
