"""Sizes by hand: each rule alone, then their order."""

import numpy as np
import pytest

from foxml.domain.money import parse_nano
from foxml.portfolio import AverageDailyVolume, SizingInput, size, size_shares
from foxml.settings import load_config
from foxml.settings.sections.portfolio import PortfolioSection


def _rules(*overrides: str) -> PortfolioSection:
    base = ["max_weight=0.05", "kappa=0.10", "gross_target=1.0", "net_bound=1.0", "no_trade_band_bps=80"]
    return load_config(None, environ={}, overrides=[f"portfolio.{o}" for o in [*base, *overrides]]).config.portfolio


def _inputs(alpha: list[float], **given: list[float]) -> SizingInput:
    n = len(alpha)

    def column(name: str, default: float) -> np.ndarray:
        return np.array(given.get(name, [default] * n))

    return SizingInput(
        np.array(alpha), column("sigma_h", 0.02), column("sigma_day", 0.02), column("capacity", 1.0), column("held", 0)
    )


# alpha_net 20 bps over sigma_h 2 %: 0.1 sigma = kappa, the full weight; 10 bps: half of it.
@pytest.mark.parametrize(
    ("alpha", "expected"),
    [(20.0, 0.05), (10.0, 0.025), (-10.0, -0.025), (500.0, 0.05), (0.0, 0.0), (3.0, 0.0), (3.3, 0.00825)],
)
def test_weight_follows_alpha_per_volatility(alpha: float, expected: float) -> None:
    # 3 bps would be 75 bps of weight, inside the band of 80: not traded.
    assert size(_inputs([alpha]), _rules())[0] == pytest.approx(expected, abs=1e-15)


def test_what_is_not_known_is_not_sized() -> None:
    nan = float("nan")
    inputs = _inputs([nan, 20.0, 20.0], sigma_h=[0.02, nan, 0.02], capacity=[1.0, 1.0, nan])
    assert size(inputs, _rules()).tolist() == [0.0, 0.0, 0.0]


def test_volatility_target_shrinks_wild_symbols_only() -> None:
    # 0.01 a day is 15.87 % a year: half of it is asked for.
    inputs = _inputs([20.0, 20.0], sigma_day=[0.01, 0.001])
    got = size(inputs, _rules(f"volatility_target={0.005 * 252**0.5}"))
    assert got == pytest.approx([0.025, 0.05], abs=1e-12)


def test_capacity_then_gross_then_net_then_band() -> None:
    # Capacity first: 0.05 -> 0.01. Gross of 0.10 for 0.11 wanted: all times 10/11.
    inputs = _inputs([20.0, 20.0, -20.0], capacity=[0.01, 1.0, 1.0])
    got = size(inputs, _rules("gross_target=0.1"))
    assert got == pytest.approx([0.01 * 10 / 11, 0.05 * 10 / 11, -0.05 * 10 / 11], abs=1e-15)
    # A net bound of 0.02: longs 0.10 less shorts 0.05 must come to 0.02, so longs times 0.7.
    got = size(_inputs([20.0, 20.0, -20.0]), _rules("net_bound=0.02"))
    assert got == pytest.approx([0.035, 0.035, -0.05], abs=1e-15)
    # And mirrored.
    got = size(_inputs([-20.0, -20.0, 20.0]), _rules("net_bound=0.02"))
    assert got == pytest.approx([-0.035, -0.035, 0.05], abs=1e-15)


def test_what_is_held_takes_its_room_and_is_not_resized() -> None:
    # 0.08 of a gross of 0.10 is held: 0.02 are left for one new position, 0.01 for each of two.
    inputs = _inputs([20.0, 20.0, -20.0], held=[0.08, 0.0, 0.0])
    got = size(inputs, _rules("gross_target=0.1"))
    assert got == pytest.approx([0.05, 0.01, -0.01], abs=1e-15)
    full = size(_inputs([20.0, 20.0], held=[0.2, 0.0]), _rules("gross_target=0.1"))
    assert full.tolist() == [0.05, 0.0]


def test_no_shorts_where_none_are_allowed() -> None:
    assert size(_inputs([-20.0]), _rules("allow_short=false")).tolist() == [0.0]


@pytest.mark.parametrize(
    ("weight", "price", "lot", "shares"),
    [(0.05, "333", "1", "15"), (-0.05, "333", "1", "-15"), (0.05, "333", "0.1", "15"), (0.05, "5001", "1", "0"),
     (0.05, "300", "100", "0"), (0.0, "10", "1", "0"), (0.05, "0", "1", "0")],
)  # fmt: skip
def test_shares_are_whole_lots_toward_zero(weight: float, price: str, lot: str, shares: str) -> None:
    assert size_shares(weight, parse_nano("100000"), parse_nano(price), parse_nano(lot)) == parse_nano(shares)


def test_daily_volume_is_that_of_finished_sessions() -> None:
    # Today's volume so far is no day's volume: it is averaged in when the next session begins.
    volume = AverageDailyVolume(2, sessions=2)
    both = np.array([True, True])
    for session, traded in ((1, 100.0), (1, 200.0), (2, 500.0), (3, 100.0), (4, 7.0)):
        volume.update(session, np.array([traded, np.nan]), both & np.array([True, False]))
        if session == 1:
            assert np.isnan(volume.shares).all()
        if session == 2:
            assert volume.shares.tolist() == [300.0, 0.0]
    assert volume.shares.tolist() == [300.0, 0.0]  # (500 + 100) / 2
    volume.adjust(0, 2.0)
    assert volume.shares[0] == 600.0
