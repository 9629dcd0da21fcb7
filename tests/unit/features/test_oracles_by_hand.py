"""Oracles of returns, averages, oscillators, bands and volatilities on bars small enough to work out by hand.

A formula and its published function may share a reading, and a walk may never meet a tie: each case here settles one.
"""

from collections.abc import Sequence
from math import log, nan, pi, sqrt

import numpy as np
import pytest
from oracle_frames import Frame
from oracles import ORACLES

Bar = tuple[float, float, float, float]


def _frame(bars: Sequence[Bar]) -> Frame:
    """Bars given as open, high, low and close above 100."""
    open_, high, low, close = (np.ascontiguousarray(column) for column in (100 + np.array(bars, dtype=np.float64)).T)
    at = np.arange(len(bars), dtype=np.int64)
    return Frame(open_, high, low, close, np.full(len(bars), 100.0), at, at, at, 1)


def _closes(closes: Sequence[float]) -> Frame:
    """Bars of one price each."""
    return _frame([(c, c, c, c) for c in closes])


def _line(n: int, *then: Bar) -> Frame:
    """Each bar rises by 1 from its low, which is the close before; the first closes at 100."""
    return _frame([(t - 1, t, t - 1, t) for t in range(n)] + list(then))


def _even(n: int, *then: Bar) -> Frame:
    """Bars that close at 100 in the middle of a range of 2."""
    return _frame([(0, 1, -1, 0)] * n + list(then))


def _with_high(at: int, n: int) -> Frame:
    return _frame([(0, 10 if t == at else 0, 0, 0) for t in range(n)])


def _moves(n: int, *at: int) -> Frame:
    """Closes that double at some bars."""
    return _closes([100 * 2.0 ** sum(t >= move for move in at) - 100 for t in range(n)])


STILL = [0.0]
WAVE = [0.0, 1.0] * 30

# What the last bar of these bars is worth.
CASES: dict[str, tuple[str, Frame, float]] = {
    "no deviation, no scale": ("ret_volscaled_60", _closes(STILL * 130), nan),
    "an average lags a line by half its span": ("ema_dist_50", _line(120), 219 / (219 - 24.5) - 1),
    "two averages do not lag": ("dema_dist_20", _line(80), 0),
    "nor do three": ("tema_dist_20", _line(80), 0),
    "two thirds of a bar are left": ("hma_dist_20", _line(40), 139 / (139 - 2 / 3) - 1),
    "a move out of standstill is a straight one": ("kama_dist_10", _closes(STILL * 20 + [1]), 101 / (100 + 4 / 9) - 1),
    "a line rises by a range a bar": ("ema20_slope_5", _line(60), 5),
    "no range, no slope": ("ema20_slope_5", _closes(STILL * 60), nan),
    "lags of averages of a line": ("ema_ratio_9_21", _line(60), log((159 - 4) / (159 - 10))),
    "three times the lag": ("trix_15", _line(80), 100 * ((179 - 21) / (179 - 22) - 1)),
    "never a fall": ("rsi_28", _line(60), 100),
    "never a move": ("rsi_28", _closes(STILL * 60), nan),
    "the strength stands still": ("stochrsi_14", _closes(WAVE + STILL * 14), nan),
    "one move left in the strength": ("stochrsi_14", _closes(WAVE + STILL * 13), 0),
    "a strength that cannot change": ("stochrsi_14", _line(60), nan),
    "one of twenty is off": ("cci_20", _closes(STILL * 19 + [1]), 0.95 / (0.015 * 0.095)),
    "equal typical prices": ("cci_20", _frame([(0, 1, -1, 0), (0, 2, -2, 0)] * 15), nan),
    "every bar reaches up by its range": ("plus_di_14", _line(60), 100),
    "and none down": ("minus_di_14", _line(60), 0),
    "one direction alone": ("adx_14", _line(60), 100),
    "as far up as down is neither": ("plus_di_14", _frame([(0, t, -t, 0) for t in range(1, 30)]), 0),
    "no direction at all": ("adx_14", _even(60), nan),
    "equal extremes are all the latest": ("aroon_osc_60", _even(61), 0),
    "a line has its low 60 bars ago": ("aroon_osc_60", _line(61), 1),
    "a high in the ninth bar before the lag": ("ichi_spanA", _with_high(33, 68), 100 / 105 - 1),
    "one before it is in one of two channels": ("ichi_spanA", _with_high(32, 68), 100 / 102.5 - 1),
    "a high as late as the lag": ("ichi_spanB", _with_high(41, 68 + 10), 100 / 105 - 1),
    "a high after the lag": ("ichi_spanB", _with_high(52, 68 + 10), 0),
    "one channel of three that are in the cloud": ("ichi_cloud", _with_high(42, 78), (102.5 - 105) / 100),
    "strength of a line": ("tsi_25_13", _line(60), 100),
    "strength of nothing": ("tsi_25_13", _closes(STILL * 60), nan),
    "a stop that is met turns at the highest": ("psar_dist", _line(30, (29, 29, 9, 9)), (9 - 29) / (1 + 19 / 14)),
    "no range, no distance": ("psar_dist", _closes(STILL * 30), nan),
    "three ranges below the middle": ("supertrend_dist", _even(30), 3),
    "a close at the band does not turn": ("supertrend_dist", _even(30, (0, 0, -6, -6)), 0),
    "a close below it does": ("supertrend_dist", _even(30, (0, 0, -10, -10)), (-10 - (-5 + 8.4)) / 2.8),
    "bands of no width at the close": ("bb_pctb_50", _closes(STILL * 50), nan),
    "a width of nothing": ("bb_width_50", _closes(STILL * 50), 0),
    "closes stand still in their range": ("squeeze", _even(40), 1),
    "bands on each other are not inside": ("squeeze", _closes(STILL * 40), 0),
    "closes run out of their range": ("squeeze", _line(40), 0),
    "an eternal range": ("natr_50", _even(120), 0.02),
    "one return that decays": ("ewma_vol_97", _closes([0] + [1] * 11), log(1.01) * sqrt(0.97**10)),
    "no deviation below": ("vol_ratio_20_240", _closes(STILL * 250), nan),
    "no deviation of closes": ("pk_cc_ratio_20", _even(30), nan),
    "no volatility": ("vol_of_vol", _closes(STILL * 90), nan),
    "the same volatility for ever": ("vol_of_vol", _closes(WAVE * 2), 0),
    "one jump among 60": ("jump_60", _moves(70, 40), 1),
    "two jumps side by side": ("jump_60", _moves(70, 40, 41), 1 - pi / 2 * 60 / 59 / 2),
    "the second of two jumps, the first has left": ("jump_60", _moves(70, 9, 10), 1),
    "steady moves are no jump": ("jump_60", _closes([*WAVE, 0]), 0),
    "no move, no jump": ("jump_60", _closes(STILL * 70), nan),
}


@pytest.mark.parametrize("case", CASES)
def test_worked_case(case: str) -> None:
    # Each is decided by the text of its name; walks meet some of these once in thousands of bars, others never.
    name, frame, expected = CASES[case]
    with np.errstate(all="ignore"):
        found = float(ORACLES[name](frame)[-1])
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)
