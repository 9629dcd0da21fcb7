"""Layers, provenance and every packaged config file: what a run was configured with must never be a guess."""

from pathlib import Path

import pytest

from foxml.errors import ConfigError
from foxml.settings import (
    apply_overrides,
    list_available_configs,
    load_config,
    load_model_config,
    packaged_config_root,
)

RUN_KINDS = ("train", "backtest", "paper", "demo")
CONFIGS = list_available_configs()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as `foxml init` makes it: a copy of the packaged base and variants."""
    for name in ("base.yaml", "variants/balanced.yaml", "variants/aggressive.yaml", "variants/conservative.yaml"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_text((packaged_config_root() / name).read_text())
    return tmp_path


def test_configs_are_discovered():
    """A test over an empty list would pass silently."""
    kinds = {config.kind for config in CONFIGS}
    assert {"base", "variants", *RUN_KINDS} <= kinds


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.kind}-{config.name}")
@pytest.mark.parametrize("variant", ["conservative", "balanced", "aggressive"])
def test_every_packaged_file_loads(config, variant):
    """A shipped example that does not load is worse than none."""
    if config.kind in RUN_KINDS:
        resolved = load_config(config.path, variant=variant, environ={})
        assert resolved.config.variant == variant
    elif config.kind == "models":
        found = load_model_config(config.name, variant)
        assert found.params
        assert set(found.params) == set(found.lines)
    elif config.kind == "variants":
        assert load_config(None, variant=config.name, environ={}).config.variant == config.name


def test_base_states_every_key_and_every_file_is_commented():
    """Code has no defaults, so base.yaml must be whole; and a config file that explains nothing is no template."""
    resolved = load_config(None, environ={})
    assert all(":" in source.source for source in resolved.provenance.values())
    for config in CONFIGS:
        assert config.path.read_text().startswith("#"), config.path


def test_later_layers_win_and_are_named(project):
    """base < variant < file < environment < options, key by key."""
    run = project / "run.yaml"
    run.write_text("portfolio:\n  no_trade_band_bps: 11\n  kappa: 0.2\n")
    key = "portfolio.no_trade_band_bps"

    def layer(variant, environ, overrides):
        resolved = load_config(run, variant=variant, environ=environ, overrides=overrides)
        return resolved.config.portfolio.no_trade_band_bps, resolved.provenance[key].source

    environ = {"FOXML__PORTFOLIO__NO_TRADE_BAND_BPS": "12"}
    assert layer("aggressive", {}, ()) == (11, f"{run}:2")
    assert layer(None, environ, ()) == (12, "environment FOXML__PORTFOLIO__NO_TRADE_BAND_BPS")
    assert layer(None, environ, (f"{key}=13",)) == (13, f"--set {key}=13")
    aggressive = load_config(project / "base.yaml", variant="aggressive", environ={})
    assert aggressive.config.portfolio.no_trade_band_bps == 40
    assert aggressive.provenance[key].source.startswith(str(project / "variants" / "aggressive.yaml"))
    assert aggressive.root == project


def test_a_file_names_its_variant_and_the_option_wins(project):
    """Two ways to say it, one order."""
    run = project / "run.yaml"
    run.write_text("variant: conservative\n")
    assert load_config(run, environ={}).config.portfolio.max_weight == 0.03
    assert load_config(run, variant="aggressive", environ={}).config.portfolio.max_weight == 0.15


def test_amounts_are_exact():
    """Money never passes through binary fractions."""
    overrides = ("portfolio.initial_cash=0.1", "broker.simulated.commission_min='0.000000001'")
    config = load_config(None, environ={}, overrides=overrides).config
    assert config.portfolio.initial_cash == 100_000_000
    assert config.broker.simulated.commission_min == 1


def test_hash_follows_values_not_layers():
    """Two ways to the same values are the same config; another value is another."""
    base = load_config(None, environ={})
    same = load_config(None, environ={}, overrides=("portfolio.kappa=0.1",))
    other = load_config(None, environ={}, overrides=("portfolio.kappa=0.11",))
    assert base.sha256 == same.sha256 != other.sha256


def test_apply_overrides_keeps_the_rest():
    """A sweep changes one key of a resolved config; money survives the round trip."""
    config = load_config(None, environ={}).config
    changed = apply_overrides(config, ["signals.reserve_bps=3", "model.params.num_leaves=9"])
    assert changed.signals.reserve_bps == 3
    assert changed.model.params == {"num_leaves": 9}
    assert apply_overrides(changed, ["signals.reserve_bps=0", "model.params={}"]) == config


# What is given | what the error must say.
WRONG = [
    ("portfolio.max_wieght=0.1", "portfolio.max_wieght; did you mean max_weight?"),
    ("max_weight=0.1", "did you mean portfolio.max_weight?"),
    ("portfoliio.kappa=0.1", "did you mean portfolio?"),
    ("universe.asset_classes.us_equity.tik='0.1'", "did you mean tick?"),
    ("universe.asset_class=us_equty", "universe.asset_class: found us_equty, expected one of asset_classes us_equity,"),
    ("universe.instruments.SPY.asset_class=gold", "universe.instruments.SPY.asset_class: found gold, expected one of"),
    ("universe.instruments.SPY.lott=1", "unknown key universe.instruments.SPY.lott; did you mean lot?"),
    (
        "universe.instruments.SPY.volume_unit=0",
        "SPY.volume_unit: found 0: expected greater than 0",
    ),
    ("universe.instruments.QQQ.lot=1", "universe.instruments.QQQ: QQQ is not among symbols SPY"),
    ("risk.drawdown_max=two", "risk.drawdown_max: found 'two'"),
    ("risk.drawdown_max=7", "found 7: expected less than or equal to 1"),
    ("risk.drawdown_max=.inf", "found '.inf'"),
    ("risk.open_orders_max=1.5", "risk.open_orders_max: found 1.5"),
    ("risk.short_allowed=yes", "risk.short_allowed: found 'yes'"),
    ("risk=5", "risk: found 5"),
    ("risk.drawdown_max=null", "risk.drawdown_max: found None"),
    ("portfolio.kappa.x=5", "lies below portfolio.kappa"),
    ("portfolio.initial_cash=abc", "not a decimal number"),
    ("portfolio.initial_cash=0", "expected greater than 0"),
    ("portfolio.initial_cash=0.1234567890123456789", "in quotes"),
    ("portfolio.max_weight=0.9", None),
    ("portfolio.gross_target=0.01", "portfolio.max_weight: 0.05 exceeds gross_target 0.01"),
    ("universe.symbols=[SPY, SPY]", "universe.symbols: SPY given more than once"),
    ("universe.symbols=[]", "at least one symbol"),
    ("universe.benchmark=QQQ", "universe.benchmark: QQQ is not among symbols SPY"),
    ("period.start=2015-13-01", "expected a date such as 2015-01-02"),
    ("target.kind=triple", "expected 'barrier'"),
    ("bars.interval=hourly", "bars.interval: found 'hourly': expected one of 1s, 1m, 5m, 15m, 30m, 1h, 1d"),
    ("bars.interval=2h", "bars.interval: found '2h': expected one of 1s"),
    ("bars.interval=1w", "foxml data aggregate --to 1w"),
    ("signals.half_spread_by_symbol={QQQ: 1.0}", "signals.half_spread_by_symbol.QQQ: QQQ is not among symbols SPY"),
    ("broker.simulated.half_spread_by_symbol={QQQ: 1.0}", "QQQ is not among symbols SPY"),
    ("signals.half_spread_by_symbol={SPY: -1.0}", "signals.half_spread_by_symbol.SPY"),
    ("universe.symbols=[SPY", "not valid YAML"),
    ("kappa", "expected section.key=value"),
    ("variant=agressive", "did you mean aggressive?"),
]


@pytest.mark.parametrize(("override", "message"), WRONG)
def test_wrong_values_say_where_what_and_instead(override, message):
    """An error must be mended without reading code: it names its place, what was found and what was expected."""
    if message is None:
        assert load_config(None, environ={}, overrides=(override,)).config.portfolio.max_weight == 0.9
        return
    with pytest.raises(ConfigError) as error:
        load_config(None, environ={}, overrides=(override,))
    assert message in str(error.value)
    assert (
        str(error.value).startswith(f"--set {override}")
        or "unknown key" in str(error.value)
        or "max_weight" in str(error.value)
    )


def test_a_missing_risk_limit_is_an_error(project):
    """Code has no default for a limit: leaving one out stops the run and names it."""
    base = project / "base.yaml"
    text = base.read_text()
    kept = "\n".join(line for line in text.splitlines() if "leverage_max" not in line)
    base.write_text(kept)
    with pytest.raises(
        ConfigError, match=r"base\.yaml:\d+: risk\.leverage_max is missing|risk\.leverage_max is missing"
    ):
        load_config(base, environ={}, variant="balanced")


def test_errors_in_a_file_name_its_line(project):
    """The line is the whole point of an own loader."""
    run = project / "run.yaml"
    run.write_text("# comment\nrisk:\n  drawdown_max: 0.1\n  drawdwn_max: 0.2\n")
    with pytest.raises(ConfigError, match=r"run\.yaml:4: unknown key risk\.drawdwn_max; did you mean drawdown_max\?"):
        load_config(run, environ={})


def test_unknown_environment_key_is_an_error():
    """A mistyped variable must not be ignored: the limit that was meant would not hold."""
    with pytest.raises(ConfigError, match=r"environment FOXML__RISK__DRAWDOWNMAX: unknown key.*drawdown_max"):
        load_config(None, environ={"FOXML__RISK__DRAWDOWNMAX": "0.1"})
    with pytest.raises(ConfigError, match="expected FOXML__SECTION__KEY"):
        load_config(None, environ={"FOXML__RISK__": "0.1"})


def test_missing_file_and_unknown_model(tmp_path):
    """What is not there is said plainly."""
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "none.yaml", environ={})
    with pytest.raises(ConfigError, match="unknown model family"):
        load_model_config("lightgmb", "balanced")


def test_config_is_frozen():
    """Nothing below the composition roots can change a setting."""
    config = load_config(None, environ={}).config
    with pytest.raises(ValueError, match="frozen"):
        config.risk.drawdown_max = 1.0
