"""The engine: `handle` takes one event and answers with commands and records; it knows no clock, disk or network."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from foxml.bars.actions import adjustment_factors
from foxml.domain.bars import BarSlice, CorporateAction
from foxml.domain.commands import Output
from foxml.domain.events import (
    BrokerConnection,
    CommandExpired,
    Event,
    FaultRaised,
    OperatorHalt,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
    RunStarted,
    Timer,
)
from foxml.domain.instruments import Instrument
from foxml.domain.orders import Denied, HaltLevel, OrderReason
from foxml.engine.config import EngineConfig
from foxml.engine.decision import Decider
from foxml.engine.desk import Desk
from foxml.engine.gate import Gate
from foxml.engine.market import Market
from foxml.engine.ports import Features, Tracker, Volatility
from foxml.execution import ActiveTrade, OrderIds, OrderTable
from foxml.execution.orders import OrderEvent
from foxml.portfolio import Book
from foxml.risk import TRIPS, HaltSwitch, RiskWatch
from foxml.signals import ModelCard

__all__ = ["Engine"]

MS_NS: Final = 1_000_000


class Engine:
    """One account's decisions, event by event.

    Parameters
    ----------
    config : EngineConfig
    instruments : sequence of Instrument
        The universe, in the order of every slice.
    features : Features
        Feature state with the model's forest: its first score is the one that is traded.
    model : ModelCard
    volatility : Volatility
        Of the label's horizon.
    tracker : Tracker
        Of the label.
    journal_id : str
        Part of every client order id.

    Attributes
    ----------
    book : Book
    orders : OrderTable
    """

    def __init__(
        self,
        config: EngineConfig,
        *,
        instruments: Sequence[Instrument],
        features: Features,
        model: ModelCard,
        volatility: Volatility,
        tracker: Tracker,
        journal_id: str,
    ) -> None:
        if model.horizon_bars != config.target.horizon_bars:
            raise ValueError(
                f"model predicts {model.horizon_bars} bars ahead, config.target trades {config.target.horizon_bars}"
            )
        by_symbol = {instrument.symbol: instrument for instrument in instruments}
        if len(by_symbol) != len(instruments):
            raise ValueError("instruments must have different symbols")
        self._config = config
        self._index = {symbol: i for i, symbol in enumerate(by_symbol)}
        self._features = features
        self._volatility = volatility
        self._tracker = tracker
        self._market = Market(list(by_symbol), config.interval_ns)
        self.book = Book(config.portfolio.initial_cash)
        self.orders = OrderTable()
        self._halt = HaltSwitch()
        self._watch = RiskWatch(config.portfolio.initial_cash, config.risk)
        self._gate = Gate(self.book, self.orders, self._market, model, config.risk)
        self._desk = Desk(
            config, by_symbol, self.book, self.orders, self._gate, self._watch, self._market, OrderIds(journal_id)
        )
        self._decider = Decider(config, by_symbol, model, self.book, self._market, self._gate, self._desk)
        self._now_ns = 0
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            BarSlice: self._on_slice,
            CorporateAction: self._on_action,
            Timer: self._on_timer,
            OrderFilled: self._on_fill,
            BrokerConnection: self._on_connection,
            OperatorHalt: self._on_operator,
            FaultRaised: self._on_fault,
            RunStarted: lambda _event: None,
        }
        for kind in (OrderAccepted, OrderCancelled, OrderExpired, OrderLost, OrderRejected, CommandExpired):
            self._handlers[kind] = self._on_order

    def handle(self, event: Event) -> tuple[Output, ...]:
        """Decide on one event.

        Parameters
        ----------
        event : Event

        Returns
        -------
        tuple of Output
            Commands and records, in the order in which they were decided.

        Raises
        ------
        FeatureError, DataError
            If a slice or corporate action cannot be true; nothing has changed then.
        """
        self._desk.begin(max(self._now_ns, event.occurred_ns))
        self._handlers[type(event)](event)
        self._now_ns = max(self._now_ns, event.occurred_ns)
        return tuple(self._gate.outputs)

    @property
    def halt_level(self) -> HaltLevel:
        """How much the engine may still do."""
        return self._halt.level

    @property
    def next_deadline_ns(self) -> int | None:
        """When a timer must fire at the latest: the first acknowledgement that will be overdue; None if none is."""
        return self.orders.next_timeout_ns(self._config.execution.ack_timeout_ms * MS_NS)

    @property
    def trades(self) -> tuple[ActiveTrade, ...]:
        """Every trade that is open or being opened: why, and what will close it."""
        return tuple(self._desk.trades.values())

    def positions(self) -> dict[str, int]:
        """Signed quantity of every symbol that is not flat, in 1e-9 shares."""
        return self.book.open_positions()

    def equity(self) -> int:
        """Cash plus positions at their latest closes, in 1e-9 dollars."""
        return self.book.equity()

    def _on_slice(self, bar_slice: BarSlice) -> None:
        features = self._features.update(bar_slice)  # refuses a bad slice before anything has changed
        if bar_slice.session_open_ns != self._market.session_open_ns:
            self._gate.new_session()
        self._market.update(bar_slice)
        sigma = self._volatility.update(bar_slice)
        self._decider.observe(self._tracker.update(bar_slice))
        self.book.mark(self._market.marks())
        self._watch.mark(bar_slice.session_open_ns, self.book.equity())
        self._desk.count_bars(bar_slice)
        if bar_slice.close_ns <= self._config.trade_from_ns:
            return
        step = self._decider.signal(bar_slice, features, sigma)
        self._tracker.register(bar_slice, step.blended, sigma)
        self._judge_book()
        self._decider.decide(bar_slice, features, step)

    def _on_action(self, action: CorporateAction) -> None:
        index = self._index.get(action.symbol)
        if index is None:
            return
        last_close = float(self._market.raw_close[index])
        if last_close == last_close:  # a symbol without a past has nothing to adjust
            price_factor, volume_factor = adjustment_factors(action, last_close)
            self._features.adjust(index, price_factor, volume_factor)
            self._volatility.adjust(index, price_factor)
            self._tracker.adjust(index, price_factor)
            self._market.adjust(index, price_factor, volume_factor)
        self._desk.on_action(action)

    def _on_timer(self, timer: Timer) -> None:
        self.orders.time_out(self._desk.now_ns, self._config.execution.ack_timeout_ms * MS_NS)

    def _on_fill(self, fill: OrderFilled) -> None:
        if fill.symbol in self._index:
            self._desk.on_fill(fill)
        elif self.book.apply(fill) is not None:
            self._watch.unexplained_fill()
        self._judge_book()

    def _on_order(self, event: OrderEvent) -> None:
        self._desk.on_order(event)
        self._judge_book()

    def _on_connection(self, event: BrokerConnection) -> None:
        self._gate.set_conditions(connected=event.connected)

    def _on_fault(self, fault: FaultRaised) -> None:
        self._raise_halt(HaltLevel.REDUCE_ONLY, Denied("fault", "none", fault.reason))

    def _on_operator(self, event: OperatorHalt) -> None:
        lowered = event.level.value < self._halt.level.value
        changed = self._halt.set(event.level, event.reason)
        if changed is not None:
            self._gate.outputs.append(changed)
        if lowered:
            self._watch.restart()
        self._enforce_halt()

    def _judge_book(self) -> None:
        """Ask every trip; the halt rises to the highest that any of them wants."""
        for trip in TRIPS:
            denied = trip.judge(self._watch.health, self._config.risk)
            if denied is not None:
                self._raise_halt(trip.level, denied)

    def _raise_halt(self, level: HaltLevel, cause: Denied) -> None:
        changed = self._halt.trip(level, cause)
        if changed is not None:
            self._gate.outputs.append(changed)
            self._enforce_halt()

    def _enforce_halt(self) -> None:
        level = self._halt.level
        self._gate.set_conditions(halt_level=level)
        if level is HaltLevel.ACTIVE:
            return
        self._desk.cancel_entries(level.name.lower())
        if level is HaltLevel.FLATTEN:
            for trade in list(self._desk.trades.values()):
                self._desk.leave(trade, OrderReason.FLATTEN)
