"""One slice's decision: signal, sizes, exits first, then entries, and the record of every stage's numbers."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import HIGH, LOW, BarSlice
from foxml.domain.commands import SliceDecision
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import OrderReason
from foxml.engine.config import EngineConfig
from foxml.engine.desk import Desk
from foxml.engine.gate import Gate
from foxml.engine.market import Market
from foxml.engine.ports import SliceRows
from foxml.execution import ActiveTrade, level_touched, may_enter
from foxml.labels import Matured
from foxml.portfolio import Book, SizingInput, size, size_shares
from foxml.risk import SymbolFacts
from foxml.signals import ModelCard, SignalInput, SignalModel, SignalStep

__all__ = ["COLUMNS", "Decider"]

COLUMNS: Final = (
    "close",
    "present",
    "ready",
    "score",
    "standardized",
    "blended",
    "alpha_bps",
    "cost_bps",
    "alpha_net_bps",
    "sigma",
    "target_weight",
    "weight",
)

Floats = NDArray[np.float64]


class Decider:
    """Turns scores into entries and exits.

    Parameters
    ----------
    config : EngineConfig
    instruments : dict of str to Instrument
    card : ModelCard
    book : Book
    market : Market
    gate : Gate
    desk : Desk
    """

    def __init__(
        self,
        config: EngineConfig,
        instruments: dict[str, Instrument],
        card: ModelCard,
        book: Book,
        market: Market,
        gate: Gate,
        desk: Desk,
    ) -> None:
        self._config = config
        self._instruments = list(instruments.values())
        self._book = book
        self._market = market
        self._gate = gate
        self._desk = desk
        self._signals = SignalModel((card,), config.signals, config.interval_ns, tuple(instruments))

    def observe(self, outcomes: Sequence[Matured]) -> None:
        """Learn from labels that have ended."""
        self._signals.observe(outcomes)

    def signal(self, bar_slice: BarSlice, features: SliceRows, sigma: Floats) -> SignalStep:
        """Compute the signal; symbols that are absent or warming up have none."""
        decided = bar_slice.present & features.ready & ~np.isnan(sigma)
        volume = self._market.volume.shares * self._market.close
        order_value = self._config.portfolio.max_weight * self._book.equity() / NANO
        with np.errstate(divide="ignore", invalid="ignore"):
            day_share = order_value / volume
        return self._signals.step(
            SignalInput(
                close_ns=bar_slice.close_ns,
                bars_per_day=self._market.bars_per_day,
                scores=np.where(decided[:, None], features.scores, np.nan),
                sigma_h=sigma[:, None],
                day_share=day_share,
            )
        )

    def decide(self, bar_slice: BarSlice, features: SliceRows, step: SignalStep) -> None:
        """Size, leave what is to be left, enter what may be entered, and record it all."""
        equity = self._book.equity()
        held = self._weights(equity, worst=True)
        target = self._size(step, held, equity)
        entries = self._entries(target)
        self._gate.set_facts({self._instruments[i].symbol: self._facts(i, features, step) for i in entries})
        for trade in list(self._desk.trades.values()):
            reason = self._exit_reason(trade, bar_slice, step)
            if reason is not None:
                self._desk.leave(trade, reason)
            else:
                self._desk.settle(trade.symbol)
        for i in entries:
            self._enter(i, float(target[i]), float(step.sigma_h[i]), equity)
        self._record(bar_slice, features, step, target, equity)

    def _size(self, step: SignalStep, held: Floats, equity: int) -> Floats:
        rules = self._config.portfolio
        with np.errstate(divide="ignore", invalid="ignore"):
            capacity = rules.participation * self._market.volume.shares * self._market.close / (equity / NANO)
        return size(SizingInput(step.alpha_net_bps, step.sigma_h, step.sigma_day, capacity, held), rules)

    def _weights(self, equity: int, *, worst: bool) -> Floats:
        """Signed weight of every position; at worst, with the entries that are still working."""
        weights = np.zeros(len(self._instruments))
        if equity <= 0:
            return weights
        prices = self._book.prices
        for trade in self._desk.trades.values():
            quantity = self._book.quantity(trade.symbol)
            if worst:
                quantity += trade.side.sign * self._desk.entering(trade.symbol)
            weights[trade.symbol_index] = quantity * prices.get(trade.symbol, 0) / NANO / equity
        return weights

    def _entries(self, target: Floats) -> list[int]:
        """Symbols to enter, the largest weight first."""
        rules = self._config.execution
        if not may_enter(self._market.place, cross_session=self._config.target.cross_session, rules=rules):
            return []
        wanted = np.flatnonzero(target)
        order = wanted[np.argsort(-np.abs(target[wanted]), kind="stable")]
        return [i for i in order.tolist() if self._desk.is_idle(self._instruments[i].symbol)]

    def _facts(self, i: int, features: SliceRows, step: SignalStep) -> SymbolFacts:
        symbol = self._instruments[i].symbol
        return SymbolFacts(
            present=bool(self._market.present[i]),
            ready=bool(features.ready[i]),
            valid_share=float(np.isfinite(features.rows[i]).mean()),
            standardized=float(step.unclipped[i]),
            daily_volume=float(self._market.volume.shares[i]),
            overnight_jump=float(self._market.jump[i]),
            unknown_orders=self._gate.unknown_orders(symbol),
            entries_today=self._gate.entries_today(symbol),
        )

    def _enter(self, i: int, weight: float, sigma: float, equity: int) -> None:
        instrument = self._instruments[i]
        price = self._book.prices[instrument.symbol]
        quantity = size_shares(weight, equity, price, instrument.lot)
        if quantity != 0:
            self._desk.enter(instrument.symbol, quantity, sigma)

    def _exit_reason(self, trade: ActiveTrade, bar_slice: BarSlice, step: SignalStep) -> OrderReason | None:
        """Why a trade should end now; None while it should not."""
        rules, i = self._config.execution, trade.symbol_index
        if rules.session_end_flat and self._market.place.bars_left <= 1:
            return OrderReason.SESSION_END
        if not bar_slice.present[i]:
            return None
        touched = self._unwatched_touch(trade, bar_slice)
        if touched is not None:
            return touched
        if trade.bars_left <= 0 or self._label_ended(bar_slice):
            return OrderReason.HORIZON
        if step.alpha_net_bps[i] * trade.side.sign < 0.0:
            return OrderReason.SIGNAL_TURNED
        return None

    def _label_ended(self, bar_slice: BarSlice) -> bool:
        return not self._config.target.cross_session and bar_slice.close_ns >= bar_slice.session_close_ns

    def _unwatched_touch(self, trade: ActiveTrade, bar_slice: BarSlice) -> OrderReason | None:
        """Which level the bar reached that no resting order watched.

        Orders at the levels are placed when the entry fills, so the rest of that bar may have passed without them: a
        stop level that it reached is honoured here.
        """
        rules = self._config.execution
        high, low = bar_slice.ohlcv[trade.symbol_index, HIGH], bar_slice.ohlcv[trade.symbol_index, LOW]
        touched = level_touched(trade, nano_from_float(float(high)), nano_from_float(float(low)))
        if touched is None or trade.protection_refused:
            return touched
        if touched is OrderReason.BARRIER_STOP:
            return None if rules.stop and trade.bars_held > 1 else touched
        return None if rules.target else touched

    def _record(self, bar_slice: BarSlice, features: SliceRows, step: SignalStep, target: Floats, equity: int) -> None:
        gross, net = self._book.exposure()
        values = np.empty((len(target), len(COLUMNS)))
        columns = (
            np.where(bar_slice.present, self._market.close, np.nan),
            bar_slice.present,
            features.ready,
            np.where(bar_slice.present & features.ready, features.scores[:, 0], np.nan),
            step.standardized,
            step.blended,
            step.alpha_bps,
            step.cost_bps,
            step.alpha_net_bps,
            step.sigma_h,
            np.where(np.isnan(step.blended), np.nan, target),
            self._weights(equity, worst=False),
        )
        for k, column in enumerate(columns):
            values[:, k] = column
        self._gate.outputs.append(
            SliceDecision(bar_slice.close_ns, equity, self._book.cash, gross, net, COLUMNS, values)
        )
