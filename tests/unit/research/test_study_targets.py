"""Studies of every kind of target: what is trained says what it learned, and no session takes what cannot be traded."""

from pathlib import Path

import pytest
from session_harness import JOURNAL_ID, ListJournal
from study_harness import resolved, stored_market, study

from foxml.errors import ConfigError, ModelError
from foxml.labels import BarrierSpec
from foxml.models import Registry, TargetSpec
from foxml.session.build import build_session
from foxml.settings import Resolved

QUICK = "model.params={n_estimators: 5, learning_rate: 0.1, early_stopping_rounds: 5}"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("market")
    stored_market(folder, signal=2.0)
    return folder


def _trained(market: Path, tmp_path: Path, *overrides: str) -> tuple[Resolved, TargetSpec]:
    config = resolved(tmp_path, f"paths.store={market / 'data'}", QUICK, *overrides)
    study(config)
    return config, Registry(config.registry).load("fox").manifest.target


def _refused(config: Resolved) -> str:
    bundle = Registry(config.registry).load("fox")
    with pytest.raises(ModelError, match="not live-capable") as caught:
        build_session(config, bundle, journal=ListJournal(), journal_id=JOURNAL_ID)
    return str(caught.value)


def test_excess_returns_are_learned_and_not_traded(market: Path, tmp_path: Path) -> None:
    options = (
        "target.kind=excess",
        "target.value=value",
        "target.excess.method=residual",
        "target.excess.over_sigma=true",
    )
    config, target = _trained(market, tmp_path, *options)
    assert (target.kind, target.value, target.barrier) == ("excess", "value", None)
    assert target.definition["method"] == "residual"
    assert target.definition["horizon_bars"] == 6
    assert "target.kind: found excess, expected barrier" in _refused(config)


def test_forward_returns_are_learned_and_not_traded(market: Path, tmp_path: Path) -> None:
    config, target = _trained(
        market, tmp_path, "target.kind=forward", "target.forward.horizon_s=900", "target.forward.latency=300"
    )
    assert (target.kind, target.definition["horizons"], target.definition["unit"]) == ("forward", [900.0], "seconds")
    assert Registry(config.registry).load("fox").manifest.score.horizon_bars == 4
    assert "target.kind: found forward, expected barrier" in _refused(config)


def test_barriers_of_another_width_are_learned_and_not_traded(market: Path, tmp_path: Path) -> None:
    config, target = _trained(
        market, tmp_path, "target.volatility.kind=atr", "target.value=ordinal", "target.ordinal_sigma=[0.5]"
    )
    assert target.barrier == BarrierSpec(6, width="atr", ordinal_sigma=(0.5,))
    assert "target.volatility.kind: found atr, expected ewma" in _refused(config)


def test_a_target_over_a_benchmark_needs_one(market: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"universe\.benchmark: found null, expected a symbol"):
        _trained(market, tmp_path, "target.kind=excess", "universe.benchmark=null")
