"""Where 1e-9 relative is not asked for, and why: the one table of exceptions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from oracle_frames import Array, Frame, deviation
from oracles import ORACLES

Floor = Callable[[Frame], Array] | float

# A return is rounded once to a multiple of 2**-50 before it enters a window.
STEP = 2.0**-50


@dataclass(frozen=True, slots=True)
class Allowance:
    """An absolute floor under the relative tolerance of some features, and what makes it necessary."""

    names: tuple[str, ...]
    floor: Floor
    cause: str


def _matching(*starts: str) -> tuple[str, ...]:
    return tuple(name for name in ORACLES if name.startswith(starts))


def _sharpe(w: int) -> Floor:
    """A step of the mean, in units of the deviation."""
    return lambda f: STEP / deviation(f.r, w)


ALLOWANCES = (
    Allowance(
        _matching("sma_dist", "ichi", "dist_", "vwap_dev", "dd_", "sess_vwap_dev", "sma20_dist", "wma_dist"),
        4e-16,
        "a quotient near 1, less 1: two roundings of the quotient are left",
    ),
    Allowance(
        _matching("ret_log", "mom_skip", "gap", "overnight_gap", "sess_ret", "ret1_"),
        STEP,
        "the logarithm of a quotient near 1: one rounding of the quotient, or the step of a return",
    ),
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
