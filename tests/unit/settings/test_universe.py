"""Instruments of a universe: a symbol is what its class says, but for what it says itself."""

import pytest

from foxml.domain.instruments import Instrument
from foxml.errors import ConfigError
from foxml.settings import load_config


def _built(*overrides: str) -> tuple[Instrument, ...]:
    return load_config(None, environ={}, overrides=overrides).config.universe.build()


def test_the_packaged_default_is_that_of_the_code() -> None:
    # `Instrument("SPY")` in a notebook and SPY of a config must not give two plans.
    assert _built() == (Instrument("SPY"),)


def test_a_symbol_overrides_its_class_key_by_key() -> None:
    # To change one constant nobody should have to state the others.
    found = _built(
        "universe.symbols=[SPY, BRK.A, PNNY, BTCUSD]",
        "universe.instruments={BRK.A: {tick: '0.05'}}",
        "universe.instruments.PNNY={asset_class: us_equity_penny}",
        "universe.instruments.BTCUSD={asset_class: crypto, volume_unit: 0.001}",
    )
    assert found == (
        Instrument("SPY"),
        Instrument("BRK.A", tick=50_000_000),
        Instrument("PNNY", tick=100_000, price_grid=10),
        Instrument("BTCUSD", lot=10, volume_unit=0.001),
    )


def test_another_class_for_all() -> None:
    coins = _built("universe.asset_class=crypto_small", "universe.symbols=[SHIB]", "universe.benchmark=null")
    assert coins == (Instrument("SHIB", tick=1, price_grid=1, volume_unit=100.0),)


def test_a_class_of_ones_own_states_every_constant() -> None:
    # A constant that were guessed would be part of a plan's hash without anybody having chosen it.
    with pytest.raises(ConfigError, match=r"universe\.asset_classes\.bond\.lot is missing"):
        _built("universe.asset_classes.bond.tick='0.1'")
