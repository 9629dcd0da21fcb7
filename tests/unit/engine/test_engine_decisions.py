"""What one slice decides: skill trades, noise does not; and the engine is a function of its events alone."""

from dataclasses import replace

import numpy as np
import pytest
from engine_harness import (
    BARS_PER_SESSION,
    FixedVolatility,
    Market,
    flat_bars,
    make_card,
    make_config,
    make_slice,
)

from foxml.domain.bars import CLOSE, BarSlice
from foxml.domain.commands import IntentDenied, SliceDecision, SubmitOrder
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.domain.orders import OrderReason
from foxml.engine import Engine
from foxml.engine.decision import COLUMNS
from foxml.errors import FeatureError
from foxml.labels import BarrierSpec, LabelTracker

DAY = BARS_PER_SESSION
SYMBOLS = tuple(f"S{i:02d}" for i in range(20))
SIGMA_BAR = 0.01


def _walk(skill: float, seed: int, slices: int) -> list[tuple[BarSlice, list[float]]]:
    """Random walks whose next bar's return has that correlation with today's score, and slices of them."""
    rng = np.random.default_rng(seed)
    price = np.full(len(SYMBOLS), 100.0)
    score = rng.normal(size=len(SYMBOLS))
    made = []
    for t in range(slices):
        noise = rng.normal(size=len(SYMBOLS))
        opened = price.copy()
        price = price * (1.0 + SIGMA_BAR * (skill * score + np.sqrt(1 - skill**2) * noise))
        score = rng.normal(size=len(SYMBOLS))
        high, low = np.maximum(opened, price) * 1.001, np.minimum(opened, price) * 0.999
        bars = {s: (opened[i], high[i], low[i], price[i]) for i, s in enumerate(SYMBOLS)}
        made.append((make_slice(t, bars), score.tolist()))
    return made


def _trade(skill: float, ic: float, seed: int = 1, slices: int = 300) -> Market:
    history = _walk(skill, seed, slices)
    scores = {bar_slice.sequence: score for bar_slice, score in history}
    config = make_config(
        "signals.standardize_min=250", "risk.orders_per_minute_max=1000", "risk.open_orders_max=1000",
        target=BarrierSpec(horizon_bars=1, up_sigma=3.0, down_sigma=3.0),
    )  # fmt: skip
    market = Market(
        lambda s: scores[s.sequence], symbols=SYMBOLS, config=config, card=make_card(ic, 1), sigma=SIGMA_BAR
    )
    for bar_slice, _ in history:
        market.offer(bar_slice)
    return market


def test_a_planted_signal_trades_and_earns() -> None:
    # Per trade 1e4 x .2 x .01 x |score| or about 20 bps; on 5 % of equity over hundreds of trades that cannot hide.
    market = _trade(skill=0.2, ic=0.2)
    pnl = sum(trade.pnl for trade in market.trades)
    assert len(market.trades) > 300
    assert pnl > 1_000 * NANO
    assert market.engine.equity() == 100_000 * NANO + pnl + _open_profit(market)
    sides = {trade.side_sign for trade in market.trades}
    assert sides == {1, -1}


def _open_profit(market: Market) -> int:
    """Profit of trades that are not closed yet: what the book has beyond the closed ones."""
    total = market.engine.book.totals()
    _, net = market.engine.book.exposure()
    return total.realized - total.fees + net - total.cost - sum(trade.pnl for trade in market.trades)


def test_a_signal_that_nobody_vouches_for_does_not_trade() -> None:
    # Noise has no walk-forward IC: nothing is expected, so nothing is sent, however loud the scores are.
    market = _trade(skill=0.0, ic=0.0)
    assert market.submitted == []
    assert market.of(IntentDenied) == []


def test_noise_that_was_vouched_for_is_found_out() -> None:
    # A walk-forward IC that was luck: live outcomes wear it down, and trading ebbs away.
    market = _trade(skill=0.0, ic=0.03, slices=600)
    entries = [o for o in market.submitted if o.reason is OrderReason.ENTRY]
    middle = sorted(d.close_ns for d in market.decisions)[300]
    early = sum(o.decided_ns <= middle for o in entries)
    assert len(entries) - early < early


def test_two_engines_fed_the_same_events_say_the_same() -> None:
    # handle is a function of what came before: no clock, no randomness, no mode.
    first = _trade(skill=0.2, ic=0.2, slices=60)
    again = Market(first.features.score, symbols=SYMBOLS, config=first.config, card=make_card(0.2, 1), sigma=SIGMA_BAR)
    for event, outputs in zip(first.events, first.outputs, strict=True):
        repeated = again.engine.handle(event)
        assert len(repeated) == len(outputs)
        for a, b in zip(outputs, repeated, strict=True):
            if isinstance(a, SliceDecision):
                assert (a.close_ns, a.equity, a.cash, a.gross, a.net) == (b.close_ns, b.equity, b.cash, b.gross, b.net)
                assert a.values.tobytes() == b.values.tobytes()
            else:
                assert a == b


def test_the_record_holds_every_stage() -> None:
    market = Market(lambda s: [0.5, float("nan"), 9.0], symbols=("AAA", "BBB", "CCC"))
    for i in range(DAY + 1):
        bars = {"AAA": flat_bars(), "BBB": None if i == DAY else flat_bars(), "CCC": flat_bars(10.0)}
        market.offer(make_slice(i, bars))
    last = market.decisions[-1]
    assert last.columns == COLUMNS
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in last.values.tolist()]
    assert (rows[0]["close"], rows[0]["present"], rows[0]["ready"], rows[0]["score"]) == (100.0, 1.0, 1.0, 0.5)
    # 1e4 x .3 x .02 x .5 = 30 bps, a little less by the labels that have ended; less 3, beyond the full weight.
    assert rows[0]["alpha_bps"] == pytest.approx(30.0, rel=0.02)
    assert rows[0]["alpha_net_bps"] == pytest.approx(27.0, rel=0.02)
    assert rows[0]["target_weight"] == pytest.approx(0.05)
    assert rows[0]["weight"] == 0.0
    assert np.isnan(rows[1]["score"])
    assert np.isnan(rows[1]["target_weight"])
    assert rows[2]["standardized"] == 3.0  # clipped ...
    (denied,) = market.of(IntentDenied)
    assert (denied.verdict.code, denied.verdict.observed) == ("score_sanity", "9 sigma")  # ... and not believed
    assert (last.equity, last.cash, last.gross, last.net) == (100_000 * NANO, 100_000 * NANO, 0, 0)
    market.offer(make_slice(DAY + 1, {"AAA": flat_bars(), "BBB": flat_bars(), "CCC": flat_bars(10.0)}))
    assert market.decisions[-1].values[0, COLUMNS.index("weight")] == pytest.approx(0.05)


def test_warming_up_decides_nothing_and_registers_nothing() -> None:
    until = make_slice(DAY + 2, {"AAA": flat_bars()}).close_ns
    market = Market(lambda s: [2.0], config=make_config(trade_from_ns=until))
    for i in range(DAY + 4):
        market.offer(make_slice(i, {"AAA": flat_bars()}))
    assert [d.close_ns > until for d in market.decisions] == [True]
    assert len(market.submitted) == 1


def test_a_bad_slice_is_refused_before_anything_has_changed() -> None:
    class Strict:
        def __init__(self, inner: object) -> None:
            self.inner = inner

        def update(self, bar_slice: BarSlice) -> object:
            if bar_slice.ohlcv[0, CLOSE] < 0:
                raise FeatureError("AAA: negative close")
            return self.inner.update(bar_slice)

        def adjust(self, *given: float) -> None:
            self.inner.adjust(*given)

    def run(with_bad: bool) -> list[SliceDecision]:
        market = Market(lambda s: [2.0])
        market.engine._features = Strict(market.features)
        for i in range(DAY + 3):
            if with_bad and i == DAY + 1:
                with pytest.raises(FeatureError):
                    market.engine.handle(make_slice(i, {"AAA": flat_bars(-1.0)}))
            market.offer(make_slice(i, {"AAA": flat_bars()}))
        return market.decisions

    clean, disturbed = run(False), run(True)
    assert [d.values.tobytes() for d in clean] == [d.values.tobytes() for d in disturbed]


def test_an_overnight_jump_without_a_reason_is_not_traded() -> None:
    market = Market(lambda s: [2.0])
    for i in range(DAY):
        market.offer(make_slice(i, {"AAA": flat_bars(100.0)}))
    market.offer(make_slice(DAY, {"AAA": flat_bars(50.0)}))
    (denied,) = market.of(IntentDenied)
    assert (denied.verdict.code, denied.verdict.observed) == ("overnight_jump", "-50 %")
    for i in range(DAY + 1, 2 * DAY + 1):
        market.offer(make_slice(i, {"AAA": flat_bars(50.0)}))
    assert len(market.submitted) == 1  # the next session began where the last one ended


def test_old_bars_open_nothing() -> None:
    market = Market(lambda s: [2.0])
    for i in range(DAY + 1):
        bar_slice = make_slice(i, {"AAA": flat_bars()})
        late = 300 * NANO if i == DAY else 0
        market.offer(replace(bar_slice, received_ns=bar_slice.close_ns + late))
    assert [(d.verdict.code, d.verdict.observed) for d in market.of(IntentDenied)] == [("data_age", "300000 ms")]


def test_every_order_is_approved_and_bears_its_own_id() -> None:
    market = _trade(skill=0.2, ic=0.2, slices=100)
    sent = market.of(SubmitOrder)
    ids = [o.intent.client_order_id for o in sent]
    assert len(set(ids)) == len(ids) > 100
    assert all(o.approval.client_order_id == o.intent.client_order_id for o in sent)
    assert all(i.startswith("fx0123456789-S") for i in ids)


@pytest.mark.parametrize("what", ["horizon", "symbols"])
def test_an_engine_that_cannot_be_is_refused(what: str) -> None:
    config = make_config()
    with pytest.raises(ValueError, match="bars ahead" if what == "horizon" else "different symbols"):
        Engine(
            config,
            instruments=[Instrument("AAA"), Instrument("AAA" if what == "symbols" else "BBB")],
            features=Market(lambda s: [0.0]).features,
            model=make_card(horizon_bars=9 if what == "horizon" else 3),
            volatility=FixedVolatility(0.01),
            tracker=LabelTracker(config.target),
            journal_id="x",
        )
