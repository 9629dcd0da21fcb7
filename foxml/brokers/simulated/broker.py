"""The simulated broker: a fold over the journal.

Its state changes only in `observe`, that is, by what was committed. `before_slice` and `dispatch` compute events and
change nothing, so a broker that is rebuilt from the journal is the broker that was there before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foxml.brokers.simulated.fills import FillPrice, PriceBar, fee, fill_price
from foxml.domain.adjustments import adjusted_resting
from foxml.domain.bars import HIGH, LOW, OPEN, VOLUME, BarSlice, CorporateAction
from foxml.domain.commands import BrokerCommand, Output, SubmitOrder
from foxml.domain.events import (
    BrokerEvent,
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
)
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import OrderIntent, TimeInForce
from foxml.domain.ports import Clock
from foxml.settings.sections.broker import SimulatedSettings

__all__ = ["SimulatedBroker"]


@dataclass(slots=True)
class _Resting:
    intent: OrderIntent
    remaining: int
    limit_price: int | None
    stop_price: int | None
    executions: int = 0


class SimulatedBroker:
    """Fills orders from the bars that follow them.

    Parameters
    ----------
    instruments : sequence of Instrument
    costs : SimulatedSettings
    clock : Clock
        Gives the time of replies.
    sink : callable
        Takes the replies to `dispatch`; they must come back through `observe`.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        costs: SimulatedSettings,
        *,
        clock: Clock,
        sink: Callable[[BrokerEvent], None],
    ) -> None:
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._costs = costs
        self._costs_of = {instrument.symbol: costs.of(instrument.symbol) for instrument in instruments}
        self._clock = clock
        self._sink = sink
        self._submitted: dict[str, OrderIntent] = {}
        self._resting: dict[str, _Resting] = {}
        self._seen: set[str] = set()

    @property
    def open_orders(self) -> tuple[str, ...]:
        """Client order ids of what rests, oldest first."""
        return tuple(self._resting)

    def knows(self, client_order_id: str) -> bool:
        """Whether an order was ever accepted or refused here."""
        return client_order_id in self._seen

    def dispatch(self, command: BrokerCommand) -> None:
        """Answer a command through the sink. A repeated submit is answered, and never a second order."""
        now = self._clock.now_ns()
        if isinstance(command, SubmitOrder):
            intent = command.intent
            if intent.symbol not in self._instruments:
                self._sink(OrderRejected(intent.client_order_id, f"unknown symbol {intent.symbol}", now, now))
            else:
                self._sink(OrderAccepted(intent.client_order_id, f"sim-{intent.client_order_id}", now, now))
        elif command.client_order_id in self._resting:
            self._sink(OrderCancelled(command.client_order_id, command.reason, now, now))

    def before_slice(self, bar_slice: BarSlice) -> tuple[BrokerEvent, ...]:
        """Return what a slice does to the orders that rest: fills, cancels of their groups, and expiries."""
        events: list[BrokerEvent] = []
        for row, symbol in enumerate(bar_slice.symbols):
            resting = [order for order in self._resting.values() if order.intent.symbol == symbol]
            if resting and bar_slice.present[row]:
                events += self._fills(bar_slice, row, resting)
        over = {e.client_order_id for e in events if isinstance(e, OrderCancelled)}
        if bar_slice.close_ns >= bar_slice.session_close_ns:
            filled = self._filled_by(events)
            events += [
                OrderExpired(name, bar_slice.close_ns, bar_slice.close_ns)
                for name, order in self._resting.items()
                if order.intent.time_in_force is TimeInForce.DAY
                and name not in over
                and filled.get(name, 0) < order.remaining
            ]
        return tuple(events)

    def _filled_by(self, events: Sequence[BrokerEvent]) -> dict[str, int]:
        filled: dict[str, int] = {}
        for event in events:
            if isinstance(event, OrderFilled):
                filled[event.client_order_id] = filled.get(event.client_order_id, 0) + event.quantity
        return filled

    def _fills(self, bar_slice: BarSlice, row: int, resting: Sequence[_Resting]) -> list[BrokerEvent]:
        ohlcv = bar_slice.ohlcv[row]
        instrument = self._instruments[bar_slice.symbols[row]]
        costs = self._costs_of[instrument.symbol]
        bar = PriceBar(*(nano_from_float(float(ohlcv[column])) for column in (OPEN, HIGH, LOW)))
        # What all orders together may take of the bar, in whole lots.
        left = int(float(ohlcv[VOLUME]) * self._costs.participation) * NANO
        left -= left % instrument.lot
        priced: list[tuple[int, int, _Resting, FillPrice]] = []
        for age, order in enumerate(resting):
            intent = order.intent
            price = fill_price(
                intent.order_type, intent.side, order.limit_price, order.stop_price, bar, instrument.tick, costs
            )
            if price is not None:
                priced.append((price.rank, age, order, price))
        events: list[BrokerEvent] = []
        cancelled: set[str] = set()
        for _, _, order, price in sorted(priced, key=lambda item: item[:2]):
            quantity = min(order.remaining, left)
            if quantity == 0 or order.intent.client_order_id in cancelled:
                continue
            left -= quantity
            events.append(self._fill(order, quantity, price.price, bar_slice))
            events += self._cancel_group(order, bar_slice, cancelled)
        return events

    def _fill(self, order: _Resting, quantity: int, price: int, bar_slice: BarSlice) -> OrderFilled:
        intent = order.intent
        cost = fee(intent.side, quantity, price, is_first=order.executions == 0, costs=self._costs)
        return OrderFilled(
            f"{intent.client_order_id}-{bar_slice.sequence}",
            intent.client_order_id,
            intent.symbol,
            intent.side,
            quantity,
            price,
            cost,
            bar_slice.close_ns,
            bar_slice.received_ns,
        )

    def _cancel_group(self, filled: _Resting, bar_slice: BarSlice, cancelled: set[str]) -> list[BrokerEvent]:
        """One of a group fills, if only in part: the others are cancelled."""
        group = filled.intent.oco_group
        if group is None:
            return []
        others = [
            name
            for name, order in self._resting.items()
            if order is not filled and order.intent.oco_group == group and name not in cancelled
        ]
        cancelled.update(others)
        reason = f"{filled.intent.client_order_id} of its group filled"
        return [OrderCancelled(name, reason, bar_slice.close_ns, bar_slice.received_ns) for name in others]

    def observe(self, event: Event, outputs: Sequence[Output]) -> None:
        """Fold in one committed event with its outputs."""
        match event:
            case OrderAccepted(client_order_id=name):
                if name not in self._seen:
                    intent = self._submitted[name]
                    self._resting[name] = _Resting(intent, intent.quantity, intent.limit_price, intent.stop_price)
                self._seen.add(name)
            case OrderFilled(client_order_id=name, quantity=quantity):
                order = self._resting[name]
                order.remaining -= quantity
                order.executions += 1
                assert order.remaining >= 0, name
                if order.remaining == 0:
                    del self._resting[name]
            case OrderCancelled(client_order_id=name) | OrderExpired(client_order_id=name):
                self._resting.pop(name, None)
            case OrderRejected(client_order_id=name):
                self._seen.add(name)
            case CorporateAction():
                self._adjust(event)
            case _:
                pass
        for output in outputs:
            if isinstance(output, SubmitOrder):
                self._submitted[output.intent.client_order_id] = output.intent

    def _adjust(self, action: CorporateAction) -> None:
        for name, order in list(self._resting.items()):
            if order.intent.symbol != action.symbol:
                continue
            instrument = self._instruments[action.symbol]
            order.remaining, order.limit_price, order.stop_price = adjusted_resting(
                order.remaining, order.limit_price, order.stop_price, action, tick=instrument.tick, lot=instrument.lot
            )
            if order.remaining == 0:
                del self._resting[name]
