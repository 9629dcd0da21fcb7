"""Trades and their orders: every position is protected or being left, whatever order the broker's news comes in.

One function, `settle`, looks at a symbol's position, trade and open orders, and does what is missing. It is called
after everything that may have changed one of them, so no path through events needs a plan of its own:

- flat, and no entry working: the trade is over; whatever still rests is cancelled;
- held: what is not yet protected gets a stop and a target that cancel each other;
- being left: entries and protective orders are cancelled first, and only when the broker has confirmed that each of
  them is over does the exit go out, for exactly what is left. A stop that fills in between leaves less, or nothing, so
  the book never flips;
- held without a trade (a fill that came after its trade had ended): left at once.
"""

from foxml.domain.adjustments import adjusted_resting, split_ratio
from foxml.domain.bars import ActionKind, BarSlice, CorporateAction
from foxml.domain.events import OrderAccepted, OrderCancelled, OrderFilled, OrderRejected
from foxml.domain.instruments import Instrument
from foxml.domain.money import round_to
from foxml.domain.orders import HaltLevel, OrderReason, OrderStatus, Side
from foxml.engine.config import EngineConfig
from foxml.engine.gate import Gate
from foxml.engine.market import Market
from foxml.execution import (
    ActiveTrade,
    ManagedOrder,
    OrderIds,
    OrderTable,
    barrier_levels,
    entry_intent,
    exit_intent,
    protective_intents,
)
from foxml.execution.orders import OrderEvent
from foxml.portfolio import Book, FillEffect
from foxml.risk import RiskWatch

__all__ = ["Desk"]


class Desk:
    """Opens, protects and leaves positions.

    Parameters
    ----------
    config : EngineConfig
    instruments : dict of str to Instrument
        In the order of the universe.
    book : Book
    orders : OrderTable
    gate : Gate
    watch : RiskWatch
    market : Market
    ids : OrderIds
    """

    def __init__(
        self,
        config: EngineConfig,
        instruments: dict[str, Instrument],
        book: Book,
        orders: OrderTable,
        gate: Gate,
        watch: RiskWatch,
        market: Market,
        ids: OrderIds,
    ) -> None:
        self._config = config
        self._instruments = instruments
        self._index = {symbol: i for i, symbol in enumerate(instruments)}
        self._book = book
        self._orders = orders
        self._gate = gate
        self._watch = watch
        self._market = market
        self._ids = ids
        self.now_ns = 0
        self.trades: dict[str, ActiveTrade] = {}

    def begin(self, now_ns: int) -> None:
        """Start on a new event."""
        self.now_ns = now_ns
        self._gate.begin(now_ns)

    def is_idle(self, symbol: str) -> bool:
        """Whether a symbol is flat with no trade and no open order."""
        return symbol not in self.trades and not self._orders.open(symbol) and self._book.quantity(symbol) == 0

    def entering(self, symbol: str) -> int:
        """Return what entries may still add to a symbol's position, in 1e-9 shares."""
        return sum(order.remaining for order in self._orders.open(symbol) if order.reason is OrderReason.ENTRY)

    def count_bars(self, bar_slice: BarSlice) -> None:
        """Let a bar pass over trades and orders; take back entries that have worked for long enough."""
        for trade in self.trades.values():
            if bar_slice.present[trade.symbol_index]:
                trade.bars_left -= 1
                trade.bars_held += trade.opened > 0
                self._orders.count_bar(trade.symbol)
                for order in self._orders.open(trade.symbol):
                    if order.reason is OrderReason.ENTRY and order.bars_seen >= self._config.execution.entry_bars:
                        self._gate.cancel(order, "entry_over")

    def _new_id(self, symbol: str) -> str:
        return self._ids.make(symbol, self._market.slice_close_ns)

    def enter(self, symbol: str, quantity: int, sigma: float) -> bool:
        """Ask for a position in a symbol that is flat and has no open order.

        Parameters
        ----------
        symbol : str
        quantity : int
            Signed, in 1e-9 shares.
        sigma : float
            Volatility over the horizon, as a fraction.

        Returns
        -------
        bool
            Whether the order was sent.
        """
        assert symbol not in self.trades, symbol
        intent = entry_intent(self._new_id(symbol), self._instruments[symbol], quantity, self.now_ns)
        if not self._gate.submit(intent):
            return False
        self.trades[symbol] = ActiveTrade(
            symbol, self._index[symbol], intent.side, self.now_ns, sigma, self._config.target.horizon_bars
        )
        return True

    def leave(self, trade: ActiveTrade, reason: OrderReason) -> None:
        """Decide that a trade ends; the first reason stands, but for a flattening."""
        if trade.exit_reason is None or reason is OrderReason.FLATTEN:
            trade.exit_reason = reason
        self.settle(trade.symbol)

    def cancel_entries(self, reason: str) -> None:
        """Take back every order that would open or enlarge a position."""
        for symbol in self._orders.open_symbols():
            for order in self._orders.open(symbol):
                if order.reason is OrderReason.ENTRY:
                    self._gate.cancel(order, reason)

    def on_fill(self, fill: OrderFilled) -> None:
        """Apply an execution, once, and do what follows from it."""
        order = self._orders.get(fill.client_order_id)
        effect = self._book.apply(fill)
        if effect is None:
            return
        if order is None or fill.quantity > order.remaining or order.side is not fill.side:
            self._watch.unexplained_fill()
        if order is not None:
            self._orders.apply(fill)
        trade = self.trades.get(fill.symbol)
        if effect.closed and trade is not None:
            trade.fees += fill.fee
            trade.record_close(effect.closed, effect.closed_value, effect.realized)
            trade.last_exit = order.reason if order is not None else OrderReason.RISK
            if effect.after == 0 or effect.opened:
                self._close(trade)
                trade = None
        if effect.opened:
            self._opened(trade, fill, effect)
        self.settle(fill.symbol)

    def _opened(self, trade: ActiveTrade | None, fill: OrderFilled, effect: FillEffect) -> None:
        if trade is None or trade.side is not fill.side:
            trade = self._adopt(fill.symbol, fill.side)
        if not effect.closed:
            trade.fees += fill.fee
        if trade.opened == 0:
            trade.entry_ns = fill.occurred_ns
        trade.record_open(effect.opened, effect.opened_value, abs(effect.after))
        if trade.upper is None and trade.sigma > 0.0:
            target = self._config.target
            trade.upper, trade.lower = barrier_levels(
                fill.price,
                trade.sigma,
                up_sigma=target.up_sigma,
                down_sigma=target.down_sigma,
                tick=self._instruments[fill.symbol].tick,
            )

    def _adopt(self, symbol: str, side: Side) -> ActiveTrade:
        """Take in a position that no trade of ours wants: it is left at once."""
        flatten = self._gate.halt_level is HaltLevel.FLATTEN
        reason = OrderReason.FLATTEN if flatten else OrderReason.RISK
        trade = ActiveTrade(symbol, self._index[symbol], side, self.now_ns, 0.0, 0, exit_reason=reason)
        self.trades[symbol] = trade
        return trade

    def _close(self, trade: ActiveTrade) -> None:
        record = trade.closed_record(self.now_ns)
        self._gate.outputs.append(record)
        self._watch.trade_closed(record.pnl)
        del self.trades[trade.symbol]

    def on_order(self, event: OrderEvent) -> None:
        """Take in other news of an order.

        New orders follow at once only where we asked for the cancel ourselves: what the broker refuses, cancels or
        lets expire by itself is looked at again with the next slice, so that no exchange of messages runs in circles.
        """
        order = self._orders.get(event.client_order_id)
        if order is None:
            return
        asked, answered = order.cancel_sent, order.status not in (OrderStatus.PENDING, OrderStatus.UNKNOWN)
        self._orders.apply(event)
        if isinstance(event, OrderAccepted | OrderRejected) and not answered:
            self._watch.answered(rejected=isinstance(event, OrderRejected))
        trade = self.trades.get(order.intent.symbol)
        if trade is not None and isinstance(event, OrderRejected) and order.is_protective:
            trade.protection_refused = True
        self.settle(order.intent.symbol, may_submit=asked and isinstance(event, OrderCancelled))

    def settle(self, symbol: str, *, may_submit: bool = True) -> None:
        """Do what is missing for a symbol's position, trade and orders to fit each other.

        Parameters
        ----------
        symbol : str
        may_submit : bool
            Whether new orders may go out now; cancels always may.
        """
        position = self._book.quantity(symbol)
        trade = self.trades.get(symbol)
        open_orders = self._orders.open(symbol)
        if position == 0:
            self._settle_flat(trade, open_orders)
            return
        if trade is None:
            trade = self._adopt(symbol, Side.BUY if position > 0 else Side.SELL)
            trade.record_open(abs(position), abs(self._book.position(symbol).cost), abs(position))
        may_submit = may_submit and self._gate.halt_level is not HaltLevel.CANCEL_ONLY
        if trade.exit_reason is not None:
            self._exit(trade, position, open_orders, may_submit=may_submit)
        else:
            self._protect(trade, position, open_orders, may_submit=may_submit)

    def _settle_flat(self, trade: ActiveTrade | None, open_orders: list[ManagedOrder]) -> None:
        entering = trade is not None and trade.exit_reason is None
        working = False
        for order in open_orders:
            if order.reason is OrderReason.ENTRY and entering:
                working = True
            else:
                self._gate.cancel(order, "flat")
        if trade is not None and not working:
            del self.trades[trade.symbol]

    def _exit(self, trade: ActiveTrade, position: int, open_orders: list[ManagedOrder], *, may_submit: bool) -> None:
        assert trade.exit_reason is not None
        waiting, leaving = False, 0
        for order in open_orders:
            if order.reason is OrderReason.ENTRY or order.is_protective:
                self._gate.cancel(order, trade.exit_reason.value)
                waiting = True
            else:
                leaving += order.remaining
        if waiting or not may_submit:
            return
        if abs(position) > leaving:
            intent = exit_intent(
                self._new_id(trade.symbol), trade.symbol, position, leaving, trade.exit_reason, self.now_ns
            )
            self._gate.submit(intent)

    def _protect(self, trade: ActiveTrade, position: int, open_orders: list[ManagedOrder], *, may_submit: bool) -> None:
        rules = self._config.execution
        if trade.protection_refused or not (rules.stop or rules.target):
            return
        groups: dict[str, list[ManagedOrder]] = {}
        for order in open_orders:
            if order.is_protective:
                groups.setdefault(order.oco_group or order.client_order_id, []).append(order)
        resting = {name: max(order.remaining for order in group) for name, group in groups.items()}
        whole = {name for name, group in groups.items() if self._is_whole(group)}
        too_much = sum(resting[name] for name in whole) > abs(position)
        for name, group in groups.items():
            if too_much or name not in whole:
                for order in group:
                    self._gate.cancel(order, "protection does not fit")
        covered = sum(resting.values())
        free = round_to(max(abs(position) - covered, 0), self._instruments[trade.symbol].lot, up=False)
        if free > 0 and may_submit and trade.upper is not None:
            ids = (self._new_id(trade.symbol), self._new_id(trade.symbol))
            for intent in protective_intents(ids, f"{ids[0]}-oco", trade, free, self.now_ns, rules):
                self._gate.submit(intent)

    def _is_whole(self, group: list[ManagedOrder]) -> bool:
        """Whether a group still protects: where there are stops, its own is open."""
        return not self._config.execution.stop or any(o.reason is OrderReason.BARRIER_STOP for o in group)

    def on_action(self, action: CorporateAction) -> None:
        """Put a symbol's position, orders and levels on the terms after a corporate action."""
        symbol, instrument = action.symbol, self._instruments[action.symbol]
        effect = self._book.apply_action(action, instrument.lot)
        self._orders.adjust(action, instrument, self.now_ns)
        trade = self.trades.get(symbol)
        if trade is not None:
            _, trade.upper, trade.lower = adjusted_resting(
                0, trade.upper, trade.lower, action, tick=instrument.tick, lot=instrument.lot
            )
            if action.kind is ActionKind.SPLIT:
                trade.split(split_ratio(action))
            trade.record_close(effect.sold, effect.sold_value, effect.realized + effect.dividend)
            if trade.opened and self._book.quantity(symbol) == 0:
                self._close(trade)
        self.settle(symbol)
