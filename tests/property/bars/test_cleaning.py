"""What cleaning promises of rows however messy, under every policy; a wrong cleaner is caught by each promise."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import BarMark, Cleaning
from foxml.bars.normalise import Normalised, clean
from foxml.bars.raw import RawBars
from foxml.domain.bars import CLOSE, HIGH, LOW, VOLUME

MINUTE = 60_000_000_000
# The half-day after Thanksgiving is the second session.
ANCHOR = int(np.datetime64("2023-11-22T20:00", "ns").astype(np.int64))
Cleaner = Callable[[RawBars, Cleaning], Normalised]


@cache
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2024, 12, 31))


def cleaner(raw: RawBars, cleaning: Cleaning) -> Normalised:
    return clean(raw, calendar(), MINUTE, cleaning)


@st.composite
def messy(draw: st.DrawFn) -> RawBars:
    """A walk of some hundred minutes with everything wrong that may be, each fault with a rate of its own."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 250))
    place = np.sort(rng.choice(400, size=n, replace=False))
    # From an hour before the close of one session into the next.
    start = ANCHOR + place * MINUTE + np.where(place >= 70, (41 * 60 + 30) * MINUTE - 70 * MINUTE + 60 * MINUTE, 0)
    close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 5e-4, n))), 2)
    open_ = np.round(close * np.exp(rng.normal(0, 3e-4, n)), 2)
    high, low = np.maximum(open_, close) + 0.01, np.minimum(open_, close) - 0.01
    ohlcv = np.column_stack([open_, high, low, close, rng.integers(0, 9, n) * 100.0])
    spike = rng.random(n) < 0.04
    ohlcv[spike, HIGH] *= 1.5
    stale = np.flatnonzero(rng.random(n) < 0.1)
    for i in stale[stale > 0]:
        ohlcv[i] = ohlcv[i - 1]
    broken = rng.random(n) < 0.04
    ohlcv[broken, LOW] = ohlcv[broken, HIGH] + 1
    ohlcv[rng.random(n) < 0.03, VOLUME] = -5
    ohlcv[rng.random(n) < 0.03, CLOSE] = np.nan
    start = start + np.where(rng.random(n) < 0.03, 7_000_000_000, 0)
    again = np.flatnonzero(rng.random(n) < 0.1)
    other = ohlcv[again].copy()
    other[rng.random(len(again)) < 0.5, VOLUME] += 100
    start, ohlcv = np.concatenate([start, start[again]]), np.concatenate([ohlcv, other])
    order = rng.permutation(len(start))
    return RawBars("FOX", "FOX.csv", start[order], ohlcv[order], np.arange(2, len(start) + 2))


POLICIES = st.builds(
    Cleaning,
    hours=st.sampled_from(["regular", "extended"]),
    order=st.just("sort"),
    repeats=st.just("drop"),
    conflicts=st.sampled_from(["first", "last", "drop"]),
    invalid=st.just("drop"),
    high_low=st.sampled_from(["drop", "widen"]),
    off_grid=st.sampled_from(["drop", "floor"]),
    zero_volume=st.sampled_from(["keep", "drop"]),
    stale=st.sampled_from(["ignore", "mark", "drop"]),
    stale_repeats_min=st.integers(1, 3),
    outliers=st.sampled_from(["ignore", "mark", "drop"]),
    outlier_window_bars=st.sampled_from([5, 9]),
    outlier_threshold=st.sampled_from([3.0, 20.0]),
    missing=st.just("absent"),
)
common = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check_idempotent(run: Cleaner, raw: RawBars, cleaning: Cleaning) -> None:
    once = run(raw, cleaning).bars
    # A session on the grid starts a whole minute: each bar's start is its close less its length.
    again = RawBars("FOX", "again", once.close_ns - MINUTE, once.ohlcv, np.arange(2, len(once) + 2))
    twice = run(again, cleaning)
    assert twice.report.dropped == {}
    np.testing.assert_array_equal(twice.bars.close_ns, once.close_ns)
    np.testing.assert_array_equal(twice.bars.ohlcv, once.ohlcv)


def check_order(run: Cleaner, raw: RawBars, cleaning: Cleaning) -> None:
    turned = run(raw.take(np.arange(len(raw))[::-1].copy()), cleaning)
    straight = run(raw, cleaning)
    np.testing.assert_array_equal(turned.bars.ohlcv, straight.bars.ohlcv)
    np.testing.assert_array_equal(turned.marks, straight.marks)
    assert turned.report == straight.report


def check_volume(run: Cleaner, raw: RawBars, cleaning: Cleaning) -> None:
    found = run(raw, cleaning)
    assert found.report.bars_kept == len(found.bars) == len(found.marks)
    filled = found.report.changed.get("filled", 0)
    assert found.report.rows_read + filled == len(found.bars) + sum(found.report.dropped.values())
    by_time: dict[int, set[float]] = {}
    for ns, volume in zip(raw.start_ns.tolist(), raw.ohlcv[:, VOLUME].tolist(), strict=True):
        by_time.setdefault(ns // MINUTE, set()).add(volume)
    for ns, volume in zip(found.bars.close_ns.tolist(), found.bars.ohlcv[:, VOLUME].tolist(), strict=True):
        assert volume in by_time.get(ns // MINUTE - 1, set()) | ({0.0} if filled else set())


def check_causal(run: Cleaner, raw: RawBars, cleaning: Cleaning) -> None:
    """Cut by time at a minute: what had been decided by then stands."""
    whole = run(raw, cleaning)
    for cut in np.unique(raw.start_ns // MINUTE)[5::40].tolist():
        part = run(raw.take(raw.start_ns // MINUTE <= cut), cleaning)
        n = len(part.bars)
        np.testing.assert_array_equal(part.bars.close_ns, whole.bars.close_ns[:n])
        np.testing.assert_array_equal(part.bars.ohlcv, whole.bars.ohlcv[:n])
        np.testing.assert_array_equal(part.marks, whole.marks[:n])


@given(messy(), POLICIES)
@common
def test_cleaning_twice_changes_nothing(raw: RawBars, cleaning: Cleaning) -> None:
    check_idempotent(cleaner, raw, cleaning)


@given(messy(), POLICIES)
@common
def test_the_order_of_rows_has_no_say(raw: RawBars, cleaning: Cleaning) -> None:
    check_order(cleaner, raw, cleaning)


@given(messy(), POLICIES, st.sampled_from(["absent", "fill"]))
@common
def test_volume_is_never_made_up_and_every_row_is_counted(raw: RawBars, cleaning: Cleaning, missing: str) -> None:
    check_volume(cleaner, raw, replace(cleaning, missing=missing))


@given(messy(), POLICIES)
@common
def test_a_bar_does_not_depend_on_later_bars(raw: RawBars, cleaning: Cleaning) -> None:
    check_causal(cleaner, raw, cleaning)


@given(messy(), POLICIES)
@common
def test_filled_bars_are_marked_and_the_others_are_as_without_filling(raw: RawBars, cleaning: Cleaning) -> None:
    # A model must be able to tell what was made up; leaving it out gives the bars that there were.
    bare, filled = cleaner(raw, cleaning), cleaner(raw, replace(cleaning, missing="fill"))
    made = filled.marked(BarMark.FILLED)
    np.testing.assert_array_equal(filled.bars.ohlcv[~made], bare.bars.ohlcv)
    np.testing.assert_array_equal(filled.bars.close_ns[~made], bare.bars.close_ns)
    assert (filled.bars.ohlcv[made, VOLUME] == 0).all()
    assert made.sum() == filled.report.changed.get("filled", 0)
    assert (np.diff(filled.bars.close_ns) > 0).all()
    inside = filled.bars.session_open_ns[1:] == filled.bars.session_open_ns[:-1]
    assert (np.diff(filled.bars.close_ns)[inside] == MINUTE).all()
    assert len(filled.bars) <= filled.report.bars_expected


EVERYTHING = Cleaning(
    order="sort", repeats="drop", conflicts="first", invalid="drop", high_low="widen", stale="drop", outliers="drop"
)


def _changed(change: Callable[[Normalised], np.ndarray]) -> Cleaner:
    def run(raw: RawBars, cleaning: Cleaning) -> Normalised:
        found = cleaner(raw, cleaning)
        return replace(found, bars=replace(found.bars, ohlcv=change(found)))

    return run


def _halved(found: Normalised) -> np.ndarray:
    return found.bars.ohlcv * [1, 1, 1, 1, 0.5]


def _by_the_future(found: Normalised) -> np.ndarray:
    return found.bars.ohlcv / (found.bars.ohlcv[-1:, CLOSE] if len(found.bars) else 1.0)


def _by_position(raw: RawBars, cleaning: Cleaning) -> Normalised:
    # The first of two rows as they were given, whatever line they stood on.
    return cleaner(replace(raw, row=np.arange(len(raw))), cleaning)


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (check_idempotent, _changed(_halved)),
        (check_volume, _changed(_halved)),
        (check_causal, _changed(_by_the_future)),
        (check_order, _by_position),
    ],
    ids=["twice", "volume", "causal", "order"],
)
def test_each_promise_can_be_broken(check: Callable[..., None], wrong: Cleaner) -> None:
    @given(messy())
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def broken(raw: RawBars) -> None:
        check(wrong, raw, EVERYTHING)

    with pytest.raises((AssertionError, ExceptionGroup)):
        broken()
