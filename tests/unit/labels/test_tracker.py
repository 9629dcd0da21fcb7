"""Triple barriers, worked by hand: entry 100, sigma 1 %, barriers at 102 and 99."""

import numpy as np
import pytest

from foxml.domain.bars import BarSlice
from foxml.labels import BarrierSpec, LabelTracker, Matured, Touched

SPEC = BarrierSpec(horizon_bars=3, up_sigma=2.0, down_sigma=1.0)
Bar = tuple[float, float, float, float]


def _slice(number: int, bar: Bar | None, session: int = 0, closes_session: bool = False) -> BarSlice:
    row = np.full((1, 5), np.nan) if bar is None else np.array([[*bar, 100.0]])
    close = number + 1
    return BarSlice(
        number, 1, close, close, session, close if closes_session else 10**6, ("SPY",), row, np.array([bar is not None])
    )


def _run(bars: list[Bar | None], side: int = 1, spec: BarrierSpec = SPEC) -> list[Matured]:
    tracker = LabelTracker(spec)
    tracker.register(_slice(0, (90, 90, 90, 90)), np.array([0.5]), np.array([0.01]), side)
    found = []
    for number, bar in enumerate(bars, 1):
        found += tracker.update(_slice(number, bar))
    assert len(tracker) + len(found) == 1
    return found


#    bars after the prediction (open, high, low, close)                  touched           ret     bars  ambiguous
LONG = [
    ([(100, 102, 99.5, 101)], Touched.UPPER, 0.02, 1, False),  # high reaches the upper barrier in the entry bar
    ([(100, 101, 99, 100)], Touched.LOWER, -0.01, 1, False),  # low reaches the lower barrier
    ([(100, 102, 99, 100)], Touched.LOWER, -0.01, 1, True),  # both within one bar: the adverse one first
    ([(100, 101, 99.5, 100), (103, 104, 98, 103)], Touched.UPPER, 0.03, 2, False),  # gap up: the open, low unseen
    ([(100, 101, 99.5, 100), (97, 103, 96, 98)], Touched.LOWER, -0.03, 2, False),  # gap down: the open
    ([(100, 101, 99.5, 100)] * 2 + [(100, 101, 99.5, 100.5)], Touched.VERTICAL, 0.005, 3, False),  # horizon: close
    ([None, (100, 101, 99.5, 100), None, (100, 102, 100, 101)], Touched.UPPER, 0.02, 2, False),  # absent bars wait
]
SHORT = [
    ([(100, 100.5, 98, 99)], Touched.UPPER, 0.02, 1, False),  # "upper" is the favourable barrier: price falls to 98
    ([(100, 101, 99.5, 100)], Touched.LOWER, -0.01, 1, False),  # price rises to 101
    ([(100, 101, 98, 100)], Touched.LOWER, -0.01, 1, True),
    ([(100, 100.5, 99, 100), (97, 102, 97, 97)], Touched.UPPER, 0.03, 2, False),
]


@pytest.mark.parametrize(
    ("side", "bars", "touched", "ret", "count", "ambiguous"), [(1, *c) for c in LONG] + [(-1, *c) for c in SHORT]
)
def test_golden_cases(
    side: int, bars: list[Bar | None], touched: Touched, ret: float, count: int, ambiguous: bool
) -> None:
    (matured,) = _run(bars, side)
    assert (matured.touched, matured.bars, matured.ambiguous) == (touched, count, ambiguous)
    assert matured.ret == pytest.approx(ret, abs=1e-15)
    assert matured.mdd <= min(0.0, matured.ret)
    assert matured.mfe >= max(0.0, matured.ret)


def test_nothing_matures_before_its_label_ends() -> None:
    # An outcome that was fed back early would be a look into the future.
    assert _run([(100, 101, 99.5, 100)] * 2) == []


def test_split_within_the_label_is_no_return() -> None:
    tracker = LabelTracker(SPEC)
    tracker.register(_slice(0, (90, 90, 90, 90)), np.array([0.5]), np.array([0.01]))
    assert tracker.update(_slice(1, (100, 101, 99.5, 100))) == []
    tracker.adjust(0, 0.25)
    (matured,) = tracker.update(_slice(2, (25, 25.5, 25, 25.25)))
    assert (matured.touched, matured.ret) == (Touched.UPPER, pytest.approx(0.02))


def test_session_end_closes_a_label_that_may_not_cross_it() -> None:
    spec = BarrierSpec(horizon_bars=3, up_sigma=2.0, down_sigma=1.0, cross_session=False)
    tracker = LabelTracker(spec)
    tracker.register(_slice(0, (90, 90, 90, 90)), np.array([0.5]), np.array([0.01]))
    (matured,) = tracker.update(_slice(1, (100, 101, 99.5, 100.5), closes_session=True))
    assert (matured.touched, matured.bars) == (Touched.VERTICAL, 1)
    # At the session's last bar there is no next open to enter at.
    tracker.register(_slice(1, (100, 101, 99.5, 100.5), closes_session=True), np.array([0.5]), np.array([0.01]))
    assert len(tracker) == 0
    # A symbol that traded no more in its session has no outcome, rather than one of the next day.
    tracker.register(_slice(0, (90, 90, 90, 90)), np.array([0.5]), np.array([0.01]))
    assert tracker.update(_slice(2, (100, 102, 100, 100), session=1)) == []
    assert len(tracker) == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"horizon_bars": 0}, "horizon_bars must be positive, found 0"),
        ({"up_sigma": -1.0}, "up_sigma must be positive"),
        ({"lam": 1.0}, "lam must lie between 0 and 1"),
        ({"min_width_bps": -1.0}, "min_width_bps must not be negative"),
    ],
)
def test_spec_refuses_what_is_no_label(fields: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BarrierSpec(**{"horizon_bars": 3, **fields})  # type: ignore[arg-type]


def test_spec_survives_json() -> None:
    assert BarrierSpec.from_json(SPEC.to_json()) == SPEC
