"""Barrier targets, worked by hand: fixed width 1 %, barriers at +2 % and -1 % of the entry, three bars."""

from dataclasses import replace

import numpy as np
import pytest

from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.errors import DataError
from foxml.labels import BarrierSpec
from foxml.research.targets import BarrierTargetBuilder, Targets, primary_sides

SPEC = BarrierSpec(3, 2.0, 1.0, width="fixed", fixed_bps=100.0, ordinal_sigma=(0.5,))
FLAT = (100.0, 100.0, 100.0, 100.0)


def _bars(*rows: tuple[float, float, float, float], per_session: int = 100) -> SymbolBars:
    index = np.arange(len(rows))
    session = index // per_session * 1000
    ohlcv = np.column_stack([np.array(rows), np.full(len(rows), 1e4)])
    return SymbolBars("A", 1, session + index % per_session + 1, session, session + per_session, ohlcv)


def _build(
    bars: SymbolBars,
    spec: BarrierSpec = SPEC,
    actions: list[CorporateAction] | None = None,
    side: list[int] | None = None,
) -> Targets:
    sides = None if side is None else [np.array(side, dtype=np.int8)]
    return BarrierTargetBuilder(spec, [Instrument("A")]).build([bars], actions or [], sides)


def test_golden_labels() -> None:
    # Bar 0 predicts: entry 100 at bar 1, 102 is reached in bar 3. Bar 1: entry 100 at bar 2, 102 in bar 3.
    # Bar 2: entry 101 at bar 3, low 100.5 and high 102.5 stay within 99.99 and 103.02; bar 4 opens at 99: gap, -1.98 %.
    # Bar 3: entry 99 at bar 4; bars 4 to 6 stay within 98.01 and 100.98; close 99.5: +0.505 %, vertical.
    # Bars 4 to 6: fewer than three bars follow, and no barrier is reached in them.
    bars = _bars(
        FLAT,
        (100, 100.5, 99.5, 100),
        (100, 101, 99.5, 101),
        (101, 102.5, 100.5, 102),
        (99, 99.9, 98.5, 99),
        (99, 100, 98.5, 99),
        (99, 100, 98.5, 99.5),
    )
    found = _build(bars)
    assert found.t0_ns.tolist() == [1, 2, 3, 4]
    assert found.t1_ns.tolist() == [4, 4, 5, 7]
    assert found.label.tolist() == found.touched.tolist() == [1, 1, -1, 0]
    assert found.ret.tolist() == [0.02, 0.02, 99 / 101 - 1, 99.5 / 99 - 1]
    assert found.will_peak.tolist() == [True, True, False, False]
    assert found.will_valley.tolist() == [False, False, True, False]
    assert found.values("time_to_hit").tolist() == [1.0, 2 / 3, 2 / 3, 1.0]
    assert found.values("mfe").tolist() == [0.02, 0.02, 102.5 / 101 - 1, 100 / 99 - 1]
    assert found.values("mdd").tolist() == [99.5 / 100 - 1, 99.5 / 100 - 1, 99 / 101 - 1, 98.5 / 99 - 1]
    # 0.505 % is above the bound at half of 1 %.
    assert found.ordinal().tolist() == [2, 2, -2, 1]
    assert found.missing == {"horizon_past_data": 3}


def test_a_price_on_a_barrier_touches_it() -> None:
    # 1/128 is a number of few bits: 129 and 127 lie on the barriers exactly.
    spec = BarrierSpec(2, 1.0, 1.0, width="fixed", fixed_bps=1e4 / 128)
    for high, low, label in ((129, 127.5, 1), (128.5, 127, -1), (128.999, 127.001, 0)):
        still = (128, 128, 128, 128)
        found = _build(_bars(still, (128, high, low, 128), still), spec)
        assert (found.label[0], found.t1_ns[0]) == (label, 3 if label == 0 else 2)


def test_both_barriers_in_one_bar_weigh_nothing_only_without_a_side() -> None:
    # With a side the worse one was first: that is a judgement. Without one, nobody can say.
    bars = _bars(FLAT, (100, 103, 98, 100))
    for side, weightless in ((None, True), ([1, 0], False)):
        found = _build(bars, side=side)
        assert (found.label.tolist(), found.ret.tolist(), found.ambiguous.tolist()) == ([-1], [-0.01], [True])
        assert found.weightless.tolist() == [weightless]


def test_meta_labels_say_whether_following_the_side_paid() -> None:
    # Bars 0 to 2 enter at 100: the first two end at 101 after three bars (+1 % long, -1 % = the stop for a short).
    bars = _bars(FLAT, *[(100, 100.5, 99.5, 100)] * 3, (100, 100.9, 99.5, 100.8))
    long, short = _build(bars, side=[0, 1, 0, 0, 0]), _build(bars, side=[0, -1, 0, 0, 0])
    assert long.ret.tolist() == [pytest.approx(0.008)]
    assert short.ret.tolist() == [pytest.approx(-0.008)]
    assert [t.meta(cost).tolist() for t in (long, short) for cost in (0.005, 0.01)] == [[1], [0], [0], [0]]
    assert long.missing["no_side"] == 4
    with pytest.raises(DataError, match="found labels without sides"):
        _build(bars).meta(0.0)


def test_sides_come_from_scores_that_were_out_of_fold() -> None:
    bars = _bars(*[FLAT] * 5)
    sides = primary_sides([bars], np.zeros(3, dtype=np.int32), bars.close_ns[[0, 2, 4]], np.array([0.3, np.nan, -0.1]))
    assert sides[0].tolist() == [1, 0, 0, 0, -1]
    with pytest.raises(DataError, match="A: found a score at 77 ns, expected the close of one of its bars"):
        primary_sides([bars], np.zeros(1, dtype=np.int32), np.array([77]), np.array([1.0]))


def test_a_split_within_a_label_is_no_return() -> None:
    bars = _bars(FLAT, (100, 101, 99.5, 100), (50, 50.5, 49.8, 50), (50, 50.4, 49.8, 50.2), per_session=2)
    split = CorporateAction("A", ActionKind.SPLIT, 1000, 1000, 2 * NANO)
    found = _build(bars, actions=[split])
    assert found.label.tolist()[0] == 0
    assert found.ret[0] == pytest.approx(0.004)
    assert _build(bars).ret[0] == pytest.approx(-0.5)  # without it, half of the price is lost


def test_missing_bars_at_a_sessions_end_are_counted_as_such() -> None:
    # Sessions of three bars; the second one has lost its last.
    spec = replace(SPEC, cross_session=False)
    bars = _bars(*[FLAT] * 8, per_session=3)
    kept = np.array([0, 1, 2, 3, 4, 6, 7])
    cut = SymbolBars(
        "A", 1, bars.close_ns[kept], bars.session_open_ns[kept], bars.session_close_ns[kept], bars.ohlcv[kept]
    )
    found = _build(cut, spec)
    assert found.t0_ns.tolist() == [1, 2]
    assert found.missing == {"session_end": 1, "session_cut_short": 2, "horizon_past_data": 2}


def test_atr_width_is_wilders() -> None:
    # Ranges 2, 4, 4 of closes at 100: the mean of the first two is 3; then 3 + (4 - 3) / 2 = 3.5; times 2: 7 %.
    spec = BarrierSpec(1, width="atr", atr_bars=2, atr_multiple=2.0)
    bars = _bars((100, 101, 99, 100), (100, 102, 98, 100), (100, 102, 98, 100), FLAT)
    found = _build(bars, spec)
    assert found.sigma.tolist() == pytest.approx([0.06, 0.07], abs=1e-15)
    assert found.missing == {"volatility_warming_up": 1, "horizon_past_data": 1}


def test_gaps_between_sessions_belong_to_the_true_range_only_where_labels_cross_them() -> None:
    bars = _bars(
        (100, 100, 100, 100), FLAT, (110, 110, 110, 110), (110, 110, 110, 110), (110, 110, 110, 110), per_session=2
    )
    for cross, expected in ((True, 10 / 110), (False, 0.001)):  # the latter is the least width
        spec = BarrierSpec(1, width="atr", atr_bars=1, cross_session=cross)
        found = _build(bars, spec)
        assert found.sigma[found.t0_ns == 1001].tolist() == pytest.approx([expected])


@pytest.mark.parametrize(
    ("sides", "message"),
    [
        ([], "found 0 arrays, expected one for each of 1"),
        ([np.ones(3, dtype=np.int8)], r"sides of A: found shape \(3,\), expected \(2,\)"),
        ([np.array([1, 2], dtype=np.int8)], "sides of A: row 1: found 2, expected -1, 0 or 1"),
    ],
)
def test_sides_that_do_not_fit_are_refused(sides: list[np.ndarray], message: str) -> None:
    with pytest.raises(DataError, match=message):
        BarrierTargetBuilder(SPEC, [Instrument("A")]).build([_bars(FLAT, FLAT)], sides=sides)


@pytest.mark.parametrize("row", [(100, 99, 98, 98.5), (0, 1, 0, 1), (1, np.inf, 1, 1), (np.nan,) * 4])
def test_prices_that_cannot_be_are_refused(row: tuple[float, float, float, float]) -> None:
    """The search for the first touch relies on the high being the highest price."""
    with pytest.raises(DataError, match="A: row 1: found open, high, low, close"):
        _build(_bars(FLAT, row))


def test_a_value_that_the_target_does_not_have_is_refused() -> None:
    with pytest.raises(DataError, match="found 'value', expected one of ret_over_sigma, ret, label, mfe"):
        _build(_bars(*[FLAT] * 5)).values("value")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"width": "range"}, "width must be one of ewma, atr, fixed, found 'range'"),
        ({"ordinal_sigma": (0.5, 0.4)}, r"ordinal_sigma must ascend .* found \[0.5, 0.4\]"),
        ({"ordinal_sigma": (1.0,)}, "the nearer barrier, 1,"),
        ({"atr_bars": 0}, "atr_bars must be positive"),
    ],
)
def test_a_spec_refuses_what_is_no_width(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SPEC, **fields)  # type: ignore[arg-type]


def test_a_spec_survives_json_with_its_classes() -> None:
    assert BarrierSpec.from_json({**SPEC.to_json(), "ordinal_sigma": [0.5]}) == SPEC
