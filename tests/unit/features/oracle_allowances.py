"""Where 1e-9 relative is not asked for, and why: the one table of exceptions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import talib
from oracle_frames import LD, Array, Frame, deviation, lag, mean, over, over_two
from oracles import ORACLES
from oracles_order import exact_variance

Floor = Callable[[Frame], Array] | float

ULP = 2.0**-52
STEP = 2.0**-50


@dataclass(frozen=True, slots=True)
class Allowance:
    """An absolute floor under the relative tolerance of some features, and what makes it necessary."""

    names: tuple[str, ...]
    floor: Floor
    cause: str


def _matching(*starts: str) -> tuple[str, ...]:
    return tuple(name for name in ORACLES if name.startswith(starts))


def _step_of_returns(w: int) -> Floor:
    return lambda f: STEP / deviation(f.r, w)


def _scaled_return(k: int) -> Floor:
    return lambda f: ULP / (lag(deviation(f.r, 60), k) * np.sqrt(k))


def _in_ranges(n: int, roundings: int) -> Floor:
    return lambda f: roundings * ULP * f.close / talib.ATR(f.high, f.low, f.close, n)


def _strength_range(f: Frame) -> Array:
    """A hundred times what rounding leaves in a strength of at most 100, over the range of 14 strengths."""
    line = talib.RSI(f.close, 14)
    return 100 * 1000 * ULP / (talib.MAX(line, 14) - talib.MIN(line, 14))


def _step_of_both(w: int) -> Floor:
    """Of the symbol and its benchmark."""
    return lambda f: STEP / deviation(f.r, w) + STEP / deviation(f.b, w)


def _step_of_volume(w: int) -> Floor:
    return lambda f: STEP / deviation(np.log1p(f.v), w)


def _step_of_changes(w: int) -> Floor:
    return lambda f: STEP / deviation(f.r, w) + STEP / deviation(np.log1p(f.v) - lag(np.log1p(f.v), 1), w)


def _distance_of_extreme(f: Frame) -> Array:
    return ULP / (deviation(f.r, 240) * np.sqrt(60))


def _doubtful_ties(f: Frame) -> Array:
    """Share of 240 volatilities that equal the last one, yet not because their windows hold the same returns."""
    variance = exact_variance(f)
    returns = over(f.r, 20, lambda window: np.array([hash(tuple(sorted(row))) for row in window.tolist()], dtype=LD))
    near = over_two(variance, returns, 240, lambda v, r: ((abs(v / v[:, -1:] - 1) < 1e-10) & (r != r[:, -1:])).sum(-1))
    return near / 240


def _step_of_volatility(f: Frame) -> Array:
    return STEP / mean(deviation(f.r, 20), 60)


ALLOWANCES = (
    Allowance(
        (*_matching("ret_log", "mom_skip", "overnight_gap", "sess_ret", "ret1_", "rvol_tod"), "gap"),
        ULP,
        "the logarithm of a quotient near 1, which is rounded once",
    ),
    Allowance(("accel_5",), 2 * ULP, "the difference of two such logarithms"),
    *(Allowance((f"ret_volscaled_{k}",), _scaled_return(k), "such a logarithm over a deviation") for k in (5, 20, 60)),
    *(
        Allowance(
            (f"sharpe_{w}",), _step_of_returns(w), "each return is rounded once to a step of 2**-50; over a deviation"
        )
        for w in (20, 60)
    ),
    Allowance(
        _matching("sma_dist", "ichi", "dist_", "vwap_dev", "dd_", "sess_vwap_dev", "sma20_dist", "wma_dist"),
        2 * ULP,
        "a quotient near 1, less 1: two roundings of the quotient are left",
    ),
    Allowance(
        _matching("ema_", "macd_"),
        8 * ULP,
        "two recursions in float64, TA-Lib's and the kernel's, of which each rounds at every bar",
    ),
    Allowance(
        ("dema_dist_20", "tema_dist_20", "kama_dist_10"), 16 * ULP, "such recursions, of which up to seven are summed"
    ),
    Allowance(("hma_dist_20",), 4 * ULP, "a quotient near 1, less 1; three averages make the average"),
    Allowance(("trix_15",), 100 * 8 * ULP, "a hundred times a quotient near 1, less 1, of such recursions"),
    Allowance(("tsi_25_13", "adx_14"), 100 * 8 * ULP, "a hundred times a difference that crosses 0"),
    Allowance(("stochrsi_14",), _strength_range, "the rounding of a strength, in units of the range of 14 of them"),
    Allowance(("kc_pos",), _in_ranges(10, 4), "the same, in units of the range, which dies away on standing bars"),
    Allowance(("ema20_slope_5", "psar_dist"), _in_ranges(14, 8), "the same, in units of the range of 14 bars"),
    Allowance(("supertrend_dist",), _in_ranges(10, 8), "the same, in units of the range of 10 bars"),
    Allowance(("vol_of_vol",), _step_of_volatility, "the step of returns, over their mean deviation"),
    Allowance(("jump_60",), _step_of_returns(60), "the step of returns, over their deviation; less 1"),
    Allowance(
        ("tsf_gap_20", "resi_20", "resi_60"),
        ULP / 4,
        "a line that passes through the close: what is left is the rounding of slope and intercept",
    ),
    *(
        Allowance((*_matching(*starts),), _step_of_returns(w), "the step of returns, over their deviation")
        for w, starts in (
            (60, ("acf1_60", "acf1_abs_60", "skew_60", "kurt_60", "bvc_50", "amihud_60")),
            (240, ("acf1_240", "acf5_240", "skew_240", "kurt_240")),
            (20, ("amihud_20",)),
        )
    ),
    *(
        Allowance((f"beta_{w}", f"corr_bm_{w}"), _step_of_both(w), "the steps of both returns, over their deviations")
        for w in (60, 240)
    ),
    Allowance(("resid_ret_1",), 2 * STEP, "a difference of two returns, each rounded once to a step of 2**-50"),
    Allowance(("resid_mom_20",), 20 * STEP, "the sum of 20 such differences"),
    *(
        Allowance((f"volume_z_{w}",), _step_of_volume(w), "the step of logarithms, over their deviation")
        for w in (20, 60, 240)
    ),
    Allowance(("corr_c_v_20",), _step_of_volume(20), "the same"),
    *(
        Allowance((f"corr_r_dv_{w}",), _step_of_changes(w), "the steps of both changes, over their deviations")
        for w in (20, 60)
    ),
    Allowance(("pvt_20", "kyle_20", "kyle_60"), STEP, "each change is rounded once to a step of 2**-50"),
    Allowance(("adosc_n", "efi_n"), 16 * ULP, "recursions in float64, whose difference or sum crosses 0"),
    Allowance(("from_low_z_60", "from_high_z_60"), _distance_of_extreme, "a logarithm near 0 over a deviation"),
    Allowance(("corwin_schultz_20",), 4 * STEP, "a difference of logarithms that are rounded once"),
    Allowance(
        ("rank_vol_240",),
        _doubtful_ties,
        "a move and the one that takes it back are as large as each other up to the last bit of a logarithm",
    ),
    Allowance(("median_dist_60",), 2 * ULP, "a quotient near 1, less 1"),
    Allowance(("tod_sin", "tod_cos", "dow_sin", "dow_cos"), ULP, "pi is rounded before its sine is near 0"),
)


def floor_of(name: str, frame: Frame) -> Array | float:
    """The floor of a feature on these bars: 0 unless the table has one."""
    for allowance in ALLOWANCES:
        if name in allowance.names:
            floor = allowance.floor
            with np.errstate(divide="ignore", invalid="ignore"):
                return floor if isinstance(floor, float) else np.nan_to_num(floor(frame), nan=0.0, posinf=0.0)
    return 0.0


# Undefined at the beginning of every session, on the calmest of bars too.
PAUSES = ("or30_pos", "or30_width", "sess_vwap_z")

# The first bars of a published function that begins another way than the formula, and why.
PUBLISHED_SETTLES: dict[str, tuple[int, str]] = {
    "squeeze": (470, "TA-Lib begins the range of its Keltner channel where the middle begins, ten bars late"),
}

# What is published with another first value or with gaps where nothing is undefined, and why.
PUBLISHED_BEGINS = {
    "stochf_k14": "TA-Lib waits for the line that smooths it",
    "stoch_slowk": "TA-Lib waits for the line that smooths it",
}


def published_floor_of(name: str, frame: Frame) -> Array | float:
    """The floor against a published function: TA-Lib adds to and takes from running sums for thousands of bars.

    What they leave behind was at most 5e-13 in values of about 0.01; in the bands, which square the price, 2e-11; in
    correlations, which subtract squares, 3e-11. Where rounding itself does more, the oracle's floor holds.
    """
    if name.startswith("bb_pctb"):
        return 1e-9
    if name in ("corr_c_v_20", "or30_pos"):
        return 1e-10
    percent = name.startswith(("stoch", "willr", "mfi", "aroon", "ultosc", "cmo", "cci", "tsi", "rsi14_"))
    return np.maximum(1e-10 if percent else 1e-12, floor_of(name, frame))
