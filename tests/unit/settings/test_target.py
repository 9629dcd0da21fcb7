"""The section `target`: what one kind of label has, another is refused, by key."""

import pytest

from foxml.errors import ConfigError
from foxml.labels import barrier_spec
from foxml.research.targets import ExcessSpec, ForwardSpec
from foxml.research.targets.configured import excess_spec, forward_spec
from foxml.settings import FoxmlConfig, load_config


def _config(*overrides: str) -> FoxmlConfig:
    return load_config(None, environ={}, overrides=list(overrides)).config


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["target.value=value"], "target.value: found 'value', expected one of ret_over_sigma, ret, label, ordinal"),
        (["target.kind=excess", "target.value=mfe"], "expected one of ret_over_sigma, ret, label, value for excess"),
        (["target.kind=forward", "target.value=ordinal"], "ret_over_sigma, ret, label for forward labels"),
        (["target.volatility.span=1"], "target.volatility.span: found 1, which forgets everything"),
        (["target.volatility.kind=range"], "target.volatility.kind: found 'range'"),
        (["target.ordinal_sigma=[0.5, 1.5]"], "target.ordinal_sigma: found"),
        (["target.excess.method=alpha"], "target.excess.method: found 'alpha'"),
        (["target.forward.latency=0.5"], "target.forward.latency: found 0.5, expected whole bars"),
        (["target.kind=forward", "target.min_width_bps=0"], "target.min_width_bps: found 0, expected more"),
    ],
)
def test_what_is_no_target_is_refused_by_key(overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _config(*overrides)
    assert message in str(caught.value)


def test_every_option_of_a_barrier_reaches_its_label() -> None:
    """An option that did nothing would be believed."""
    spec = barrier_spec(_config("target.volatility.span=100", "target.ordinal_sigma=[0.5, 1.0]").target)
    assert (spec.lam, spec.ordinal_sigma, spec.width) == (1.0 - 2.0 / 101.0, (0.5, 1.0), "ewma")
    overrides = ["kind=atr", "atr_bars=9", "atr_multiple=2.5"]
    spec = barrier_spec(_config(*[f"target.volatility.{o}" for o in overrides]).target)
    assert (spec.width, spec.atr_bars, spec.atr_multiple) == ("atr", 9, 2.5)
    spec = barrier_spec(_config("target.volatility.kind=fixed", "target.volatility.fixed_bps=70").target)
    assert (spec.width, spec.fixed_bps) == ("fixed", 70.0)


def test_every_option_of_the_other_kinds_reaches_its_label() -> None:
    excess = [
        "method=residual",
        "beta_bars=60",
        "shrink_beta=true",
        "over_sigma=true",
        "cross_section=rank",
        "neutral_band=0.1",
    ]
    config = _config("target.horizon_bars=5", "target.cross_session=false", *[f"target.excess.{o}" for o in excess])
    assert excess_spec(config) == ExcessSpec(5, "residual", 60, True, True, "rank", 0.1, False)
    assert forward_spec(config).horizons == (5.0,)
    forward = ["horizon_s=30", "latency=0.5", "spread_bps=2", "fee_bps=0.3", "max_age_bars=4"]
    config = _config("target.min_width_bps=1", *[f"target.forward.{o}" for o in forward])
    assert forward_spec(config) == ForwardSpec((30.0,), "seconds", 0.5, 2.0, 0.3, 4.0, 0.94, 1.0)
