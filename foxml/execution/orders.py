"""The order table: every order that was sent, where it stands as far as evidence goes, and what is still open."""

from dataclasses import dataclass, field
from typing import Final

from foxml.domain.adjustments import adjusted_resting
from foxml.domain.bars import CorporateAction
from foxml.domain.events import (
    CommandExpired,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
)
from foxml.domain.instruments import Instrument
from foxml.domain.orders import OrderIntent, OrderReason, OrderStatus, OrderType, Side
from foxml.execution.status import News, next_status

__all__ = ["ManagedOrder", "OrderEvent", "OrderTable"]

OrderEvent = OrderAccepted | OrderFilled | OrderCancelled | OrderRejected | OrderExpired | OrderLost | CommandExpired

_NEWS: Final[dict[type[OrderEvent], News]] = {
    OrderAccepted: News.ACCEPTED,
    OrderCancelled: News.CANCELLED,
    OrderRejected: News.REJECTED,
    OrderExpired: News.EXPIRED,
    OrderLost: News.LOST,
    CommandExpired: News.NEVER_SENT,
}


@dataclass(slots=True)
class ManagedOrder:
    """One order that was sent, and what is known of it.

    Attributes
    ----------
    intent : OrderIntent
        As it was sent.
    remaining : int
        What may still fill, in 1e-9 shares; on the terms of today's shares after a split.
    limit_price, stop_price : int or None
        As they rest today.
    sent_ns : int
    status : OrderStatus
    filled : int
        Sum of its executions, in 1e-9 shares.
    bars_seen : int
        Bars of its symbol since it was sent.
    cancel_sent : bool
        Whether a cancel is under way.
    broker_order_id : str or None
    history : list of (int, OrderStatus)
        When it took which status.
    """

    intent: OrderIntent
    remaining: int
    limit_price: int | None
    stop_price: int | None
    sent_ns: int
    status: OrderStatus = OrderStatus.PENDING
    filled: int = 0
    bars_seen: int = 0
    cancel_sent: bool = False
    broker_order_id: str | None = None
    history: list[tuple[int, OrderStatus]] = field(default_factory=list)

    @property
    def client_order_id(self) -> str:
        """Id of the order."""
        return self.intent.client_order_id

    @property
    def side(self) -> Side:
        """Side of the order."""
        return self.intent.side

    @property
    def reason(self) -> OrderReason:
        """Why the order exists."""
        return self.intent.reason

    @property
    def is_protective(self) -> bool:
        """Whether it rests at one of the label's levels; a market order that a level caused is an exit."""
        return self.intent.reason.is_protective and self.intent.order_type is not OrderType.MARKET

    @property
    def oco_group(self) -> str | None:
        """Orders of one group cancel each other."""
        return self.intent.oco_group


class OrderTable:
    """All orders of one engine, by id; the open ones by symbol."""

    def __init__(self) -> None:
        self._orders: dict[str, ManagedOrder] = {}
        self._open: dict[str, dict[str, ManagedOrder]] = {}
        self._unanswered: dict[str, ManagedOrder] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __contains__(self, client_order_id: object) -> bool:
        return client_order_id in self._orders

    def get(self, client_order_id: str) -> ManagedOrder | None:
        """Find an order, open or over."""
        return self._orders.get(client_order_id)

    def open(self, symbol: str) -> list[ManagedOrder]:
        """Orders of a symbol that may still fill, in the order in which they were sent."""
        return list(self._open.get(symbol, {}).values())

    def open_symbols(self) -> list[str]:
        """Symbols with at least one open order."""
        return [symbol for symbol, orders in self._open.items() if orders]

    def count_open(self) -> int:
        """How many orders may still fill."""
        return sum(len(orders) for orders in self._open.values())

    def add(self, intent: OrderIntent, now_ns: int) -> ManagedOrder:
        """Take in an order that is being sent."""
        assert intent.client_order_id not in self._orders, intent
        order = ManagedOrder(intent, intent.quantity, intent.limit_price, intent.stop_price, now_ns)
        order.history.append((now_ns, order.status))
        self._orders[intent.client_order_id] = order
        self._open.setdefault(intent.symbol, {})[intent.client_order_id] = order
        self._unanswered[intent.client_order_id] = order
        return order

    def apply(self, event: OrderEvent) -> ManagedOrder | None:
        """Take in news of an order.

        A fill must be new: the book knows which executions it has seen, and a repeated one must not come here.

        Returns
        -------
        ManagedOrder or None
            None if no order bears this id.
        """
        order = self._orders.get(event.client_order_id)
        if order is None:
            return None
        if isinstance(event, OrderFilled):
            order.filled += event.quantity
            order.remaining = max(order.remaining - event.quantity, 0)
            news = News.FILLED_PART if order.remaining > 0 else News.FILLED_ALL
        else:
            news = _NEWS[type(event)]
        if isinstance(event, OrderAccepted):
            order.broker_order_id = event.broker_order_id
        if isinstance(event, CommandExpired):
            order.cancel_sent = False
        self._move(order, news, event.occurred_ns)
        return order

    def time_out(self, now_ns: int, timeout_ns: int) -> list[ManagedOrder]:
        """Declare orders unknown that nobody has answered for `timeout_ns`."""
        late = [order for order in self._unanswered.values() if now_ns - order.sent_ns >= timeout_ns]
        for order in late:
            self._move(order, News.UNANSWERED, now_ns)
        return late

    def next_timeout_ns(self, timeout_ns: int) -> int | None:
        """When the oldest unanswered order will have waited for `timeout_ns`; None if none waits."""
        if not self._unanswered:
            return None
        return min(order.sent_ns for order in self._unanswered.values()) + timeout_ns

    def count_bar(self, symbol: str) -> None:
        """Note that a bar of the symbol has passed over its open orders."""
        for order in self._open.get(symbol, {}).values():
            order.bars_seen += 1

    def adjust(self, action: CorporateAction, instrument: Instrument, now_ns: int) -> None:
        """Put a symbol's open orders on the terms of the shares after a corporate action.

        An order of which less than a lot remains is over: the broker, by the same rule, keeps none of it.
        """
        for order in self.open(action.symbol):
            order.remaining, order.limit_price, order.stop_price = adjusted_resting(
                order.remaining, order.limit_price, order.stop_price, action, tick=instrument.tick, lot=instrument.lot
            )
            if order.remaining == 0:
                self._move(order, News.CANCELLED, now_ns)

    def _move(self, order: ManagedOrder, news: News, at_ns: int) -> None:
        has_fills = order.filled > 0 and news not in (News.FILLED_PART, News.FILLED_ALL)
        after = next_status(order.status, news, has_fills=has_fills)
        if after is not order.status:
            order.status = after
            order.history.append((at_ns, after))
        if after is not OrderStatus.PENDING:
            self._unanswered.pop(order.client_order_id, None)
        if not after.is_open:
            self._open[order.intent.symbol].pop(order.client_order_id, None)
