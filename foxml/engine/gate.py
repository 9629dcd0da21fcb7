"""The only way out for an order: risk sees it beside everything else, then it is sent or denied."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from foxml.domain.commands import CancelOrder, IntentDenied, Output, SubmitOrder
from foxml.domain.orders import Denied, HaltLevel, OrderIntent, OrderReason, OrderStatus
from foxml.engine.market import Market
from foxml.execution import ManagedOrder, OrderTable
from foxml.portfolio import Book
from foxml.risk import Exposure, RiskLimits, RiskView, SymbolFacts, check
from foxml.signals import ModelCard

__all__ = ["Gate"]

MINUTE_NS: Final = 60_000_000_000


class Gate:
    """Judges intents one after another, sends what is approved, and takes orders back.

    Parameters
    ----------
    book : Book
    orders : OrderTable
    market : Market
    card : ModelCard
    limits : RiskLimits
    """

    def __init__(self, book: Book, orders: OrderTable, market: Market, card: ModelCard, limits: RiskLimits) -> None:
        self._book = book
        self._orders = orders
        self._market = market
        self._card = card
        self._limits = limits
        self._sent_ns: deque[int] = deque()
        self._entries_today: dict[str, int] = {}
        self._view: RiskView | None = None
        self._now_ns = 0
        self._facts: Mapping[str, SymbolFacts] = {}
        self._halt_level = HaltLevel.ACTIVE
        self._connected = True
        self.outputs: list[Output] = []

    def begin(self, now_ns: int) -> None:
        """Start on a new event: nothing judged, nothing put out."""
        self._now_ns = now_ns
        self._view = None
        self._facts = {}
        self.outputs = []
        while self._sent_ns and now_ns - self._sent_ns[0] >= MINUTE_NS:
            self._sent_ns.popleft()

    @property
    def halt_level(self) -> HaltLevel:
        """The halt level that intents are judged under."""
        return self._halt_level

    def set_conditions(self, *, halt_level: HaltLevel | None = None, connected: bool | None = None) -> None:
        """Judge from now on under another halt level, or with the broker gone or back."""
        self._halt_level = self._halt_level if halt_level is None else halt_level
        self._connected = self._connected if connected is None else connected
        self._view = None

    def set_facts(self, facts: Mapping[str, SymbolFacts]) -> None:
        """Say what is known, at this slice, of every symbol that may be entered."""
        self._facts = facts
        self._view = None

    def new_session(self) -> None:
        """Forget how many entries a symbol had."""
        self._entries_today.clear()

    def entries_today(self, symbol: str) -> int:
        """Entries of a symbol that were sent in this session."""
        return self._entries_today.get(symbol, 0)

    def unknown_orders(self, symbol: str) -> int:
        """Orders of a symbol whose fate is not known."""
        return sum(order.status is OrderStatus.UNKNOWN for order in self._orders.open(symbol))

    def submit(self, intent: OrderIntent) -> bool:
        """Have an intent judged; send it if approved.

        Returns
        -------
        bool
            Whether it was sent.
        """
        if self._view is None:
            self._view = self._look()
        verdict = check(intent, self._view, self._limits)
        if isinstance(verdict, Denied):
            self.outputs.append(IntentDenied(intent, verdict))
            return False
        self.outputs.append(SubmitOrder(intent, verdict))
        self._orders.add(intent, self._now_ns)
        self._sent_ns.append(self._now_ns)
        if intent.reason is OrderReason.ENTRY:
            self._entries_today[intent.symbol] = self.entries_today(intent.symbol) + 1
        return True

    def cancel(self, order: ManagedOrder, reason: str) -> None:
        """Take an order back, once: what it fills until the broker confirms still counts."""
        if not order.cancel_sent:
            order.cancel_sent = True
            self.outputs.append(CancelOrder(order.client_order_id, reason))

    def _look(self) -> RiskView:
        book, orders, market = self._book, self._orders, self._market
        positions = book.open_positions()
        symbols = list(positions)
        symbols += [symbol for symbol in orders.open_symbols() if symbol not in positions]
        return RiskView(
            now_ns=max(self._now_ns, market.slice_received_ns),
            close_ns=market.slice_close_ns,
            session_bars_left=market.place.bars_left,
            halt_level=self._halt_level,
            broker_connected=self._connected,
            equity=book.equity(),
            cash=book.cash,
            model_created_ns=self._card.created_ns,
            model_expires_ns=self._card.expires_ns,
            orders_last_minute=len(self._sent_ns),
            prices=book.prices,
            exposures={symbol: Exposure(positions.get(symbol, 0), orders.open(symbol)) for symbol in symbols},
            facts=self._facts,
            known_ids=orders,
        )
