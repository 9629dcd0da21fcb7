"""Oracles of volume, statistics, candles and sessions on bars small enough to work out by hand.

Two readings of a formula may differ so rarely that no walk shows it: each case here is such a place.
"""

from collections.abc import Callable, Sequence
from math import log, nan, sqrt, tanh

import numpy as np
import pytest
from oracle_frames import Frame, frame_of, lag
from oracles import ORACLES

from foxml.domain.bars import SymbolBars

MINUTE_NS = 60_000_000_000
DAY_NS = 1440 * MINUTE_NS
PER_SESSION = 78
FLAT = (0.0, 0.0, 0.0, 0.0)


def _bars(
    moves: Sequence[Sequence[float]],
    *,
    volume: float | Sequence[float] = 100,
    skip: Sequence[int] = (),
    symbol: str = "HAND",
) -> SymbolBars:
    """Bars of 5 minutes around 100, given as open, high, low and close above that, from the open of a session on."""
    ohlc = 100 + np.array(moves, dtype=np.float64)
    n = len(ohlc)
    session, place = np.divmod(np.arange(n), PER_SESSION)
    opens = (19_000 + session) * DAY_NS + 870 * MINUTE_NS
    keep = np.ones(n, dtype=bool)
    keep[list(skip)] = False
    ohlcv = np.column_stack([ohlc, np.broadcast_to(volume, n)])[keep]
    closes = opens + (place + 1) * 5 * MINUTE_NS
    ends = opens + PER_SESSION * 5 * MINUTE_NS
    return SymbolBars(symbol, 5 * MINUTE_NS, closes[keep], opens[keep], ends[keep], np.ascontiguousarray(ohlcv))


def _closes(closes: Sequence[float], *, volume: float | Sequence[float] = 100, skip: Sequence[int] = ()) -> Frame:
    """Bars of one price each."""
    return frame_of(_bars([(c, c, c, c) for c in closes], volume=volume, skip=skip))


def _last(*moves: Sequence[float], after: int, volume: float | Sequence[float] = 100) -> Frame:
    """Some bars after so many that stand still."""
    return frame_of(_bars([FLAT] * after + list(moves), volume=volume))


def _after_rises(move: Sequence[float]) -> Frame:
    return frame_of(_bars([(0, 1, 0, 1)] * 10 + [move]))


def _wave(*closes: float, n: int) -> list[float]:
    return [closes[t % len(closes)] for t in range(n)]


def _busy(n: int, at: int, volume: float) -> list[float]:
    return [volume if t == at else 0.0 for t in range(n)]


def _value(name: str, frame: Frame, bar: int = -1) -> float:
    with np.errstate(all="ignore"):
        return float(ORACLES[name](frame)[bar])


RANGE = [(0.0, 1.0, -1.0, 0.0)]
UP = (0.0, 0.0, 0.0, 1.0)

# What the last bar of these bars is worth, and what another reading would give.
CASES: dict[str, tuple[str, Frame, float]] = {
    "a close on the high lifts the faster average more": ("adosc_n", _last((0, 1, -1, 1), after=30), 9 / 11 - 1 / 2),
    "a bar of one price adds nothing but its volume": ("cmf_20", _last((0, 1, -1, 1), after=30), 1 / 20),
    "no volume is no flow": ("cmf_20", _last(FLAT, after=30, volume=0), nan),
    "three busiest of 1 to 25": ("volume_skew_20", _closes([0] * 25, volume=range(1, 26)), (25 + 24 + 23) / 310),
    "no busiest bar among silent ones": ("volume_skew_20", _closes([0] * 25, volume=0), nan),
    "silent bars are no illiquidity": (
        "amihud_20",
        _closes(_wave(0, 1, n=41), volume=_busy(41, 40, 1e6)),
        log(1e-3 + 1e12 * log(1.01) / 1e8),
    ),
    "illiquidity needs one trade": ("amihud_20", _closes(_wave(0, 1, n=41), volume=_busy(41, 20, 1e6)), nan),
    "impact without a flow": ("kyle_20", _closes([0] * 41), nan),
    "a price that bounces by 1": ("roll_spread_60", _closes(_wave(0, 1, n=63)), 2 * sqrt(60 / 59) / 100),
    "a price that trends has no bounce": ("roll_spread_60", _closes(list(range(63))), 0),
    "the same range again and again": (
        "corwin_schultz_20",
        frame_of(_bars([(0, 100, 0, 0)] * 22)),
        2 * tanh(log(2) / 2),
    ),
    "standing bars have no side": ("bvc_50", _closes([0] * 112), 0),
    "nothing moved: no volatility of volume": ("wvma_20", _closes([0] * 41), nan),
    "no spread, no skew": ("skew_60", _closes([0] * 62), nan),
    "no spread, no peak": ("kurt_60", _closes([0] * 62), nan),
    "one jump among 60": ("skew_60", _closes([0] * 30 + [1] * 31), sqrt(60)),
    "the peak of one jump among 60": ("kurt_60", _closes([0] * 30 + [1] * 31), 60),
    "a bounce is gone after two bars": ("vr_2_240", _closes(_wave(0, 1, n=244)), 0),
    "no spread over two bars, no slope": ("hurst_240", _closes(_wave(0, 1, n=260)), nan),
    "equal values share their ranks": ("rank_20", _closes([0] * 20), 10.5 / 20),
    "the highest": ("rank_20", _closes([0] * 19 + [1]), 1),
    "equal volatilities share their ranks": ("rank_vol_240", _closes([0] * 262), 120.5 / 240),
    "the latest of equal highs": ("since_high_240", _closes([0] * 240), 0),
    "a high about to leave": ("since_high_240", _closes([1] + [0] * 239), 239 / 240),
    "from the peak to the trough after it": ("mdd_60", _closes([0] * 57 + [100, 0, 50]), 1 / 2),
    "a trough before the peak is none": ("mdd_60", _closes([-50] * 30 + [0] * 30), 0),
    "four fifths between two closes": ("qtlu_20", _closes([*range(1, 20), 0]), 115.2 / 100),
    "one word over and over": ("sign_entropy_120", _closes(list(range(123))), 0),
    "two words in turn": ("sign_entropy_120", _closes(_wave(0, 1, n=123)), 1 / 3),
    "no move is in the bin of small rises": ("hist_entropy_240", _closes(_wave(0, 0, 1, 11, n=484)), 1 / 2),
    "no deviation, no bins": ("hist_entropy_240", _closes([0] * 484), nan),
    "held from the other side, one end equal": ("engulfing", _last((1, 1, 0, 0), (0, 2, 0, 2), after=1), 1),
    "the same body turned round": ("engulfing", _last((1, 1, 0, 0), (0, 1, 0, 1), after=1), 0),
    "a fall that holds a rise": ("engulfing", _last((0, 1, 0, 1), (2, 2, 0, 0), after=1), -1),
    "a body of a tenth of the mean range": ("doji", frame_of(_bars(RANGE * 10 + [(0, 1, -1, 0.2)])), 1),
    "a body of more": ("doji", frame_of(_bars(RANGE * 10 + [(0, 1, -1, 0.2001)])), 0),
    "a body at the top of a long shadow": ("hammer", _after_rises((0, 0.2, -1, 0.2)), 1),
    "the same well above the low before": ("hammer", _after_rises((2, 2.2, 1, 2.2)), 0),
    "a tenth of the mean range above the body": ("hammer", _after_rises((0, 0.3, -1, 0.2)), 0),
    "in the middle of the first half hour": ("or30_pos", frame_of(_bars([*RANGE * 6, FLAT])), 0),
    "beyond the first half hour": ("or30_pos", frame_of(_bars([*RANGE * 6, (5, 5, 5, 5)])), 5 / 2),
    "within the first half hour": ("or30_pos", frame_of(_bars(RANGE * 5)), nan),
    "at the end of it": ("or30_pos", frame_of(_bars([*RANGE * 5, UP])), 1 / 2),
    "one price in the first half hour": ("or30_pos", _closes([0] * 8), nan),
    "no trade in the first half hour": ("or30_pos", _closes([0] * 100, skip=range(78, 84)), nan),
    "one deviation above the session's mean": ("sess_vwap_z", _closes([1] * 78 + [10, 12]), 1),
    "one price in the session": ("sess_vwap_z", _closes([1] * 78 + [10, 10]), nan),
    "a bar that did not trade has no weight": ("sess_vwap_z", _closes([10, 12, 99], volume=[1, 1, 0]), 88),
    "three grid times late and two early without a trade": (
        "grid_presence_60",
        _closes([0] * 81, skip=(75, 76, 77, 78, 79)),
        55 / 60,
    ),
    "the last bucket of a session is short": ("ret1_60m", _closes([0] * 72 + [4] * 5 + [25]), log(1.25)),
    "a bucket before its end is not there": ("ret1_60m", _closes([0] * 71 + [4] * 6), log(1.04)),
}


@pytest.mark.parametrize("case", CASES)
def test_worked_case(case: str) -> None:
    # Each is decided in the text of its name; a walk meets some of these once in thousands of bars, others never.
    name, frame, expected = CASES[case]
    assert _value(name, frame) == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)


def _sessions(volume: Callable[[int, int], float], skip: Sequence[int] = (), last: int = 40) -> Frame:
    """21 sessions, the last one as far as a bar."""
    n = 20 * PER_SESSION + last
    return _closes([0] * n, volume=[volume(*divmod(t, PER_SESSION)) for t in range(n)], skip=skip)


def test_relative_volume_counts_short_and_silent_sessions() -> None:
    """A session that ended early counts with all it had, one that has not begun to trade with nothing."""
    early = [7 * PER_SESSION + at for at in range(30, PER_SESSION)]
    late = [9 * PER_SESSION + at for at in range(50)]
    frame = _sessions(lambda session, _: 300 if session == 20 else 100, skip=[*early, *late])
    assert _value("rvol_tod", frame) == pytest.approx(log(300 * 40 / ((18 * 40 + 30 + 0) * 100 / 20)), rel=1e-12)
    assert np.isnan(_value("rvol_tod", _sessions(lambda session, _: float(session == 20))))
    assert np.isnan(_value("rvol_tod", _sessions(lambda session, _: float(session < 20))))


def test_relative_volume_needs_twenty_whole_sessions() -> None:
    """A history that begins in the middle of a session waits one session longer."""
    whole = ORACLES["rvol_tod"](_sessions(lambda *_: 100))
    assert int((~np.isnan(whole)).argmax()) == 20 * PER_SESSION
    joined = ORACLES["rvol_tod"](_sessions(lambda *_: 100, skip=range(10), last=79))
    assert int((~np.isnan(joined)).argmax()) == 21 * PER_SESSION - 10


def _walk(seed: int, n: int) -> list[tuple[float, float, float, float]]:
    closes = np.round(np.cumsum(np.random.default_rng(seed).normal(0, 0.1, n)), 2)
    return [(c, c, c, c) for c in closes.tolist()]


def test_benchmark_moves_from_own_bar_to_own_bar() -> None:
    """Where the symbol has no bar the benchmark's return spans the gap; where the benchmark has none, two are lost."""
    own = _bars(_walk(1, 400), skip=[200])
    benchmark = _bars(_walk(2, 400), skip=[300], symbol="BENCH")
    frame = frame_of(own, benchmark)
    closes = 100 + np.array(_walk(2, 400))[:, 3]
    assert float(frame.b[200]) == pytest.approx(np.log(closes[201] / closes[199]), rel=1e-12)
    assert np.flatnonzero(np.isnan(frame.b)).tolist() == [0, 299, 300]
    gaps = np.flatnonzero(np.isnan(ORACLES["beta_60"](frame)))
    assert gaps.tolist() == [*range(60), *range(299, 360 + 1)][: len(gaps)]
    assert len(gaps) == 60 + 61


def test_residual_uses_the_beta_of_the_bar_before() -> None:
    """The return of a bar must not decide how much of it the benchmark explains."""
    frame = frame_of(_bars(_walk(3, 200)), _bars(_walk(4, 200), symbol="BENCH"))
    expected = frame.r - lag(ORACLES["beta_60"](frame), 1) * frame.b
    found = ORACLES["resid_ret_1"](frame)
    assert int((~np.isnan(found)).argmax()) == 61
    np.testing.assert_allclose(found[61:].astype(float), expected[61:].astype(float), rtol=1e-12)
    assert int((~np.isnan(ORACLES["resid_mom_20"](frame))).argmax()) == 80


def test_benchmark_beside_itself_explains_all() -> None:
    """Beta and correlation of 1 leave a volatility of 0, not the root of what rounding left below it."""
    own = _bars(_walk(5, 200))
    frame = frame_of(own, own)
    assert _value("beta_60", frame) == 1
    assert _value("corr_bm_60", frame) == pytest.approx(1, rel=1e-15)
    assert _value("idio_vol_60", frame) == 0
