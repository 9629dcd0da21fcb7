"""Where 1e-9 relative is not asked for, and why: the one table of exceptions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import talib
from oracle_frames import Array, Frame, deviation, lag
from oracles import ORACLES

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


def _keltner_position(f: Frame) -> Array:
    return 4 * ULP * f.close / talib.ATR(f.high, f.low, f.close, 10)


ALLOWANCES = (
    Allowance(
        (*_matching("ret_log", "mom_skip", "overnight_gap", "sess_ret"), "gap"),
        ULP,
        "the logarithm of a quotient near 1, which is rounded once",
    ),
    Allowance(("accel_5",), 2 * ULP, "the difference of two such logarithms"),
    *(Allowance((f"ret_volscaled_{k}",), _scaled_return(k), "such a logarithm over a deviation") for k in (5, 20)),
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
    Allowance(("kc_pos",), _keltner_position, "the same, in units of the range, which dies away on standing bars"),
    Allowance(
        ("tsf_gap_20", "resi_20", "resi_60"),
        ULP / 4,
        "a line that passes through the close: what is left is the rounding of slope and intercept",
    ),
    Allowance(("acf1_60",), _step_of_returns(60), "the step of returns, over their deviation"),
    Allowance(("tod_sin", "tod_cos", "dow_sin", "dow_cos"), ULP, "pi is rounded before its sine is near 0"),
)


def floor_of(name: str, frame: Frame) -> Array | float:
    """The floor of a feature on these bars: 0 unless the table has one."""
    for allowance in ALLOWANCES:
        if name in allowance.names:
            floor = allowance.floor
            return floor if isinstance(floor, float) else np.nan_to_num(floor(frame), nan=0.0, posinf=0.0)
    return 0.0


def published_floor_of(name: str) -> float:
    """The floor against a published function: TA-Lib adds to and takes from running sums for thousands of bars.

    What they leave behind was at most 5e-13 in values of about 0.01; in the bands, which square the price, 2e-11.
    """
    if name == "bb_pctb_20":
        return 1e-9
    percent = name.startswith(("stoch", "willr", "mfi", "aroon", "ultosc", "cmo"))
    return 1e-10 if percent else 1e-12
