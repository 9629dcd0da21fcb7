"""Every feature of the kernel against an oracle that knows nothing of it, at every bar.

Each run takes a share of the features and bars, another each day; `FOXML_SHARE=all` takes all.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from oracle_allowances import PAUSES, floor_of, published_floor_of
from oracle_comparison import compare
from oracle_data import BENCHMARK, MINUTE_NS, benchmark_of, real, walk
from oracle_frames import LD, Array, Frame, deviation, frame_of, lag, mean, over_zero
from oracles import ORACLES, SECOND
from rotating_share import share_of

from foxml.domain.bars import SymbolBars
from foxml.domain.instruments import Instrument
from foxml.features import FeatureEngine, FeatureInfo, list_features, load_plan

FEATURES = {info.name: info for info in list_features()}
SYNTHETIC = {
    "calm": walk(11, "calm"),
    "thin": walk(12, "thin"),
    "outliers": walk(13, "outliers"),
    "long": walk(15, "thin", days=250),
}
# For features that make no sense of bars of 5 minutes.
CALM_MINUTES = walk(14, "calm", days=20, minutes=1)
INTERVALS = dict.fromkeys(SYNTHETIC, 5 * MINUTE_NS) | {
    "SPY 1h": 60 * MINUTE_NS,
    "BAC 1h": 60 * MINUTE_NS,
    "AAPL 5m": 5 * MINUTE_NS,
    "DBB 1m": MINUTE_NS,
}
# At least so many bars are in each.
LENGTHS = dict.fromkeys(SYNTHETIC, 5000) | {
    "long": 17_000,
    "SPY 1h": 7000,
    "BAC 1h": 7000,
    "AAPL 5m": 5700,
    "DBB 1m": 13_900,
}


def _tried_on(info: FeatureInfo, data: str) -> bool:
    """Whether there is much to see after the warm-up; the long walk is for those that hardly settle on the others."""
    interval = INTERVALS[data]
    if not info.makes_sense_at(interval):
        return False
    warmup = info.warmup_bars(interval)
    return warmup + 1000 < LENGTHS[data] and (data != "long" or warmup + 1000 >= LENGTHS["thin"])


EVERYWHERE = [(name, data) for name, info in FEATURES.items() for data in INTERVALS if _tried_on(info, data)]


@pytest.fixture(scope="session")
def real_bars(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SymbolBars]:
    return real(shared_data, tmp_path_factory.mktemp("oracles"))


@pytest.fixture
def bars(data: str, request: pytest.FixtureRequest) -> SymbolBars:
    if data in SYNTHETIC:
        return SYNTHETIC[data]
    found: dict[str, SymbolBars] = request.getfixturevalue("real_bars")
    return found[data]


@pytest.fixture
def frame(data: str, bars: SymbolBars, request: pytest.FixtureRequest) -> Frame:
    others = {} if data in SYNTHETIC else request.getfixturevalue("real_bars")
    return frame_of(bars, benchmark_of(data, bars, others))


@cache
def _synthetic(data: str) -> Frame:
    return frame_of(SYNTHETIC[data], benchmark_of(data, SYNTHETIC[data], {}))


def _column(info: FeatureInfo, bars: SymbolBars, frame: Frame) -> tuple[Array, Array]:
    """The kernel's values of one feature alone, and from where on it has rows."""
    instruments = [Instrument(bars.symbol), Instrument(BENCHMARK)]
    plan = load_plan(
        {"include": [info.name]}, interval_ns=bars.interval_ns, instruments=instruments, benchmark=BENCHMARK
    )
    matrix = FeatureEngine(plan).batch(bars, benchmark_close=frame.benchmark_close, double=True)
    return matrix.values[:, 0], matrix.ready


@cache
def _oracle(name: str, data: str) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(ORACLES[name](_synthetic(data)), dtype=np.float64)


def _first(column: Array) -> int:
    return int((~np.isnan(column)).argmax())


def _of_higher_timeframe(info: FeatureInfo) -> bool:
    return re.search(r"_\d+m$", info.name) is not None


def test_every_feature_has_an_oracle() -> None:
    # A feature that nothing checks may be anything, and an oracle of nothing checks nothing.
    assert sorted(info.id for info in FEATURES.values()) == [f"F{number:03d}" for number in range(1, 241)]
    assert FEATURES.keys() == ORACLES.keys()
    assert FEATURES.keys() == {name for name, _ in EVERYWHERE}


@pytest.mark.parametrize(("name", "data"), share_of(EVERYWHERE, 6))
def test_feature_equals_its_oracle(name: str, bars: SymbolBars, frame: Frame) -> None:
    """The same value and the same gap at every bar that has a row."""
    ours, ready = _column(FEATURES[name], bars, frame)
    assert ready.any()
    with np.errstate(all="ignore"):
        result = compare(ours, ORACLES[name](frame), ready, floor=floor_of(name, frame))
    assert result.faults == ()
    assert result.compared > 0


@pytest.mark.parametrize("name", share_of(FEATURES, 4))
def test_warmup_follows_the_oracle(name: str) -> None:
    """On bars where nothing is undefined an exact feature begins with its oracle.

    A measured one begins later. One of sessions or of a higher timeframe may wait for up to one session more, because a
    history may begin in the middle of either, and counts a short session as a whole one.
    """
    info = FEATURES[name]
    bars, frame, oracle = SYNTHETIC["calm"], _synthetic("calm"), _oracle(name, "calm")
    if not info.makes_sense_at(bars.interval_ns):
        bars = CALM_MINUTES
        frame = frame_of(bars, benchmark_of("calm", bars, {}))
        oracle = ORACLES[name](frame)
    session_bars = 390 * MINUTE_NS // bars.interval_ns
    ours, ready = _column(info, bars, frame)
    warmup = info.warmup_bars(bars.interval_ns)
    first = _first(oracle)
    assert ready.tolist() == (np.arange(len(ready)) >= warmup).tolist()
    assert np.isnan(ours[ready]).any() == (name in PAUSES)
    if info.guarantee == "measured":
        assert warmup > first
    elif info.guarantee == "exact" and not _of_higher_timeframe(info):
        assert warmup == first
    else:
        assert first <= warmup <= first + 2 * session_bars


@pytest.mark.parametrize(
    ("name", "data"), share_of([(name, data) for name, data in EVERYWHERE if name in SECOND and data != "outliers"], 6)
)
def test_feature_equals_the_published_function(name: str, bars: SymbolBars, frame: Frame) -> None:
    """What the formula is known as, wherever that is defined: running sums of TA-Lib stay clear of the outliers."""
    ours, ready = _column(FEATURES[name], bars, frame)
    with np.errstate(all="ignore"):
        published = np.asarray(SECOND[name](frame), dtype=np.float64)
    judged = ready & ~np.isnan(ours) & ~np.isnan(published)
    result = compare(ours, published, judged, floor=published_floor_of(name, frame))
    assert result.faults == ()
    assert result.compared > 1000


def _one_bar_off(f: Frame) -> Array:
    column = np.array(f.c / mean(f.c, 20) - 1)
    column[4321] *= 1 + 2e-9
    return column


WRONG: dict[str, tuple[str, Callable[[Frame], Array]]] = {
    "a window one bar too long": ("sma_dist_20", lambda f: f.c / mean(f.c, 21) - 1),
    "a bar too late": ("ret_log_5", lambda f: lag(np.log(f.c / lag(f.c, 5)), 1)),
    "a bar too early": ("ret_log_1", lambda f: np.append(np.log(f.c[1:] / f.c[:-1]), LD(0))),
    "the deviation of a population": ("vol_cc_60", lambda f: deviation(f.r, 60, ddof=0)),
    "simple returns": ("ret_log_1", lambda f: f.c / lag(f.c, 1) - 1),
    "0 where there is no answer": ("kmid2", lambda f: np.nan_to_num(over_zero(f.c - f.o, f.h - f.l))),
    "no answer where there is one": ("kmid", lambda f: over_zero(f.c - f.o, np.where(f.c == f.o, 0, f.o))),
    "one bar of thousands, by 2e-9": ("sma_dist_20", _one_bar_off),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_canary_wrong_feature_is_found(wrong: str) -> None:
    """A comparison that lets any of these pass would prove nothing of the kernel."""
    name, planted = WRONG[wrong]
    frame = _synthetic("thin")
    judged = np.arange(len(frame)) >= _first(_oracle(name, "thin"))
    with np.errstate(all="ignore"):
        found = compare(planted(frame), ORACLES[name](frame), judged, floor=floor_of(name, frame))
    assert found.faults != ()


@pytest.mark.parametrize("name", share_of(ORACLES, 4))
def test_oracle_equals_itself_only(name: str) -> None:
    """No floor is so wide that it takes another bar's value for this one's."""
    frame = _synthetic("calm")
    column = _oracle(name, "calm")
    judged = np.arange(len(frame)) > _first(column)
    floor = floor_of(name, frame)
    assert compare(column, column, judged, floor=floor).faults == ()
    assert compare(lag(column, 1), column, judged, floor=floor).faults != ()
