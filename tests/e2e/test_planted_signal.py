"""The whole chain on two synthetic markets that differ in one thing: whether there is anything to find."""

import json
from pathlib import Path

import pytest
from command import succeeded
from projects import trained_project


@pytest.mark.parametrize(("signal", "trades_min", "trades_max"), [(1.0, 50, 100_000), (0.0, 0, 2)])
def test_a_planted_signal_trades_and_noise_does_not(
    tmp_path: Path, signal: float, trades_min: int, trades_max: int
) -> None:
    """A system that trades noise loses its costs; one that leaves a signal alone is of no use."""
    trained_project(tmp_path, "validation.folds=3", "period.end=2024-03-28", signal=signal)
    found = json.loads(succeeded("backtest", "--config", "demo/backtest.yaml", "--json", cwd=tmp_path))
    assert found["decisions"] > 2000
    assert trades_min <= found["trades"]["trades"] <= trades_max
    if signal:
        assert found["calibration"]["ic"] > 0.03
        assert found["costs"]["gross_pnl"] > 0
