"""What the constants of an instrument admit, from tokens of a fraction of a cent to BRK.A, and a clear word beyond."""

import dataclasses
import re

import numpy as np
import pytest
from feature_builders import market

from foxml.domain.bars import OPEN, VOLUME, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import FeatureError
from foxml.features import FeatureEngine, load_plan
from foxml.features.scales import UNITS_MAX
from foxml.settings import load_config

NAMES = ["ret_log_1", "sma_dist_10", "yz_20", "volume_ratio_5", "vwap_dev_20", "dollar_vol"]


def _instrument(symbol: str, asset_class: str) -> Instrument:
    overrides = (f"universe.symbols=[{symbol}]", "universe.benchmark=null", f"universe.asset_class={asset_class}")
    return load_config(None, environ={}, overrides=overrides).config.universe.build()[0]


def _bars(symbol: str, price: float, volume: float, decimals: int) -> SymbolBars:
    """Synthetic bars whose first open is `price` and whose largest volume is `volume`, with that many decimals."""
    bars = market(3)[0][2]
    ohlcv = bars.ohlcv.copy()
    ohlcv[:, :VOLUME] = np.round(ohlcv[:, :VOLUME] * (price / ohlcv[0, OPEN]), decimals)
    ohlcv[:, VOLUME] *= volume / ohlcv[:, VOLUME].max()
    return dataclasses.replace(bars, symbol=symbol, ohlcv=ohlcv)


def _computed(instrument: Instrument, bars: SymbolBars) -> dict[str, np.ndarray]:
    plan = load_plan({"include": NAMES}, interval_ns="5m", instruments=[instrument])
    matrix = FeatureEngine(plan).batch(bars, double=True)
    assert matrix.ready.sum() > 100
    return dict(zip(matrix.names, matrix.values[matrix.ready].T, strict=True))


# Name, class, price in dollars, largest volume of a bar, decimals of its prices.
ADMITTED = [
    ("penny stock", "us_equity_penny", 0.0123, 4e8, 4),
    ("stock of a tenth of a cent", "us_equity_penny", 0.0011, 4e9, 6),
    ("penny stock of the default class", "us_equity", 0.0123, 4e8, 4),
    ("BRK.A", "us_equity", 750_000.0, 900.0, 2),
    ("BRK.A of its own class", "us_equity_high", 750_000.0, 900.0, 2),
    ("USO, shares of a day", "us_equity", 2.57, 9e8, 4),
    ("prices of six decimals", "us_equity", 412.3456, 2e8, 6),
    ("bitcoin", "crypto", 100_000.0, 9_000.0, 2),
    ("a few thousand satoshi", "crypto", 100_000.0, 0.00012345, 2),
    ("a token of a small coin", "crypto_small", 0.0000085, 1e9, 9),
    ("as many tokens as there are", "crypto_small", 0.0000085, 1e13, 9),
]


@pytest.mark.parametrize(("what", "asset_class", "price", "volume", "decimals"), ADMITTED, ids=[a[0] for a in ADMITTED])
def test_bars_of_any_size_have_finite_features(
    what: str, asset_class: str, price: float, volume: float, decimals: int
) -> None:
    # Each of these has once overflowed somebody's integers, or rounded to nothing.
    bars = _bars("X", price, volume, decimals)
    instrument = _instrument("X", asset_class)
    values = _computed(instrument, bars)
    grid = instrument.price_grid / 1e9
    rounded = np.round(bars.ohlcv[:, :VOLUME] / grid) * grid
    close = rounded[:, 3]
    expected = np.log(close[1:] / close[:-1])[-len(values["ret_log_1"]) :]
    np.testing.assert_allclose(values["ret_log_1"], expected, rtol=1e-9, atol=1e-13)
    assert all(np.isfinite(column).mean() > 0.9 for column in values.values())
    units = bars.ohlcv[:, VOLUME] / instrument.volume_unit
    assert units.max() >= 100  # the largest volumes keep two digits and more


def test_a_trade_of_satoshi_counts_to_the_last() -> None:
    # 0.00012345 BTC is 12,345 units of a lot: nothing of it is lost, and the same coins in another unit are the same.
    instrument = _instrument("X", "crypto")
    bars = _bars("X", 100_000.0, 0.00012345, 2)
    ohlcv = bars.ohlcv.copy()
    ohlcv[:, VOLUME] = np.round(ohlcv[:, VOLUME], 8)
    assert ohlcv[:, VOLUME].max() == 0.00012345
    whole = ohlcv.copy()
    whole[:, VOLUME] = np.round(ohlcv[:, VOLUME] * 1e8)
    coins = _computed(instrument, dataclasses.replace(bars, ohlcv=ohlcv))
    satoshi = _computed(dataclasses.replace(instrument, volume_unit=1.0), dataclasses.replace(bars, ohlcv=whole))
    np.testing.assert_allclose(coins["vwap_dev_20"], satoshi["vwap_dev_20"], rtol=1e-12)  # which has no unit


# Name, class, price, volume, and what the error must say.
REFUSED = [
    (
        "a BRK.A of tomorrow",
        "us_equity",
        1_200_000.0,
        900.0,
        r"price grid: found 1[0-9.]+, expected below 1099511\.627776, since price_grid is 1e-06; "
        r"set a coarser universe\.instruments\.X\.price_grid, or another asset_class",
    ),
    (
        "a token among shares",
        "us_equity",
        0.0000002,
        1e9,
        r"rounds to zero on the instrument's price grid: found [0-9.e-]+, expected above 5e-07, since price_grid is "
        r"1e-06; set a finer universe\.instruments\.X\.price_grid",
    ),
    (
        "coins by the billion in satoshi",
        "crypto",
        1.0,
        1e9,
        r"volume is too large .*: found [0-9.e+]+, expected below 10995\.11627776, since volume_unit is 1e-08; "
        r"set a coarser universe\.instruments\.X\.volume_unit, or another asset_class",
    ),
    (
        "a coin of many dollars among tokens",
        "crypto_small",
        100_000.0,
        10.0,
        r"found [0-9.]+, expected below 1099\.511627776, since price_grid is 1e-09; set a coarser",
    ),
]


@pytest.mark.parametrize(("what", "asset_class", "price", "volume", "message"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_refusal_says_which_constant_to_change(
    what: str, asset_class: str, price: float, volume: float, message: str
) -> None:
    # Nobody should have to know of integers to trade what the default does not fit.
    with pytest.raises(FeatureError, match=rf"^X, row \d+ at 2024-.*Z: .*{message}"):
        _computed(_instrument("X", asset_class), _bars("X", price, volume, 9))


@pytest.mark.parametrize("asset_class", ["us_equity", "us_equity_penny", "us_equity_high", "crypto", "crypto_small"])
def test_the_limits_named_are_the_kernels(asset_class: str) -> None:
    # An error that named another limit than the one that is kept would send its reader round in circles.
    instrument = _instrument("X", asset_class)
    plan = load_plan({"include": ["gap"]}, interval_ns="5m", instruments=[instrument])
    bars = market(3)[0][2]
    grid, unit = instrument.price_grid / 1e9, instrument.volume_unit

    def ready(price: float, volume: float) -> bool:
        """Whether bars of this one price and volume are taken."""
        ohlcv = np.tile([price] * 4 + [volume], (len(bars), 1))
        return bool(FeatureEngine(plan).batch(dataclasses.replace(bars, symbol="X", ohlcv=ohlcv)).ready[1:].all())

    def refused(found: float, side: str, limit: float) -> str:
        return re.escape(f"found {found:.15g}, expected {side} {limit:.15g}, since")

    assert ready(grid, 0.0)
    assert ready(grid * (UNITS_MAX - 1), unit * (UNITS_MAX - 1))
    with pytest.raises(FeatureError, match=refused(grid * UNITS_MAX, "below", grid * UNITS_MAX)):
        ready(grid * UNITS_MAX, unit)
    with pytest.raises(FeatureError, match=refused(unit * UNITS_MAX, "below", unit * UNITS_MAX)):
        ready(grid, unit * UNITS_MAX)
    with pytest.raises(FeatureError, match=refused(grid / 2, "above", grid / 2)):
        ready(grid / 2, unit)
