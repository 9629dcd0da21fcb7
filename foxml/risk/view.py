"""What risk sees when it judges an order: the book with everything that may still fill, at its worst."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from foxml.domain.money import multiply
from foxml.domain.orders import HaltLevel, OrderIntent, Side

__all__ = ["Exposure", "OpenOrder", "RiskView", "SymbolFacts"]


class OpenOrder(Protocol):
    """An order that may still fill: sent and not over, or of unknown fate."""

    @property
    def client_order_id(self) -> str:
        """Id of the order."""

    @property
    def side(self) -> Side:
        """Which way it trades."""

    @property
    def remaining(self) -> int:
        """What may still fill, in 1e-9 shares."""

    @property
    def oco_group(self) -> str | None:
        """Orders of one group cancel each other."""


class Exposure:
    """One symbol's position and every order that may still fill; orders of a group count once, at the largest.

    Parameters
    ----------
    position : int
        Signed, in 1e-9 shares.
    orders : iterable of OpenOrder
    """

    __slots__ = ("_buys", "_sells", "orders", "position")

    def __init__(self, position: int = 0, orders: Iterable[OpenOrder] = ()) -> None:
        self.position: Final = position
        self.orders = 0
        self._buys: dict[str, int] = {}
        self._sells: dict[str, int] = {}
        for order in orders:
            self._add(order.side, order.oco_group or order.client_order_id, order.remaining)

    def _add(self, side: Side, group: str, quantity: int) -> None:
        groups = self._buys if side is Side.BUY else self._sells
        groups[group] = max(groups.get(group, 0), quantity)
        self.orders += 1

    def admit(self, intent: OrderIntent) -> None:
        """Count an order that was just approved."""
        self._add(intent.side, intent.oco_group or intent.client_order_id, intent.quantity)

    @property
    def low(self) -> int:
        """Position if all sells fill and no buy does, in 1e-9 shares."""
        return self.position - sum(self._sells.values())

    @property
    def high(self) -> int:
        """Position if all buys fill and no sell does, in 1e-9 shares."""
        return self.position + sum(self._buys.values())

    def bounds_with(self, intent: OrderIntent) -> tuple[int, int]:
        """`low` and `high` if `intent` were sent as well."""
        groups = self._buys if intent.side is Side.BUY else self._sells
        counted = groups.get(intent.oco_group or intent.client_order_id, 0)
        more = max(intent.quantity - counted, 0)
        return (self.low, self.high + more) if intent.side is Side.BUY else (self.low - more, self.high)

    def has_open(self, side: Side) -> bool:
        """Whether an order of that side may still fill."""
        return bool(self._buys if side is Side.BUY else self._sells)


@dataclass(frozen=True, slots=True)
class SymbolFacts:
    """What is known of a symbol at the slice of the decision.

    Attributes
    ----------
    present, ready : bool
        It had a bar; its features have warmed up.
    valid_share : float
        Share of its features that are valid.
    standardized : float
        Its standardised score before clipping.
    daily_volume : float
        Average, in shares; NaN while unknown.
    overnight_jump : float
        Return from the last session's close to this one's open that no known action explains, as a fraction.
    unknown_orders : int
        Orders of unknown fate.
    entries_today : int
        Positions that were opened, or tried to be, in this session.
    """

    present: bool
    ready: bool
    valid_share: float
    standardized: float
    daily_volume: float
    overnight_jump: float
    unknown_orders: int
    entries_today: int


@dataclass(slots=True)
class RiskView:
    """Everything that guards may look at. An approved intent is counted in it before the next one is judged.

    Attributes
    ----------
    now_ns : int
        Time of the event that is being handled.
    close_ns : int
        Close of the latest slice.
    session_bars_left : int
        Bars that the session still has after that slice.
    halt_level : HaltLevel
    broker_connected : bool
    equity, cash : int
        Marked at the latest closes, in 1e-9 dollars.
    model_created_ns : int
    model_expires_ns : int or None
    orders_last_minute : int
    prices : mapping of str to int
        Latest closes in 1e-9 dollars.
    exposures : dict of str to Exposure
        Every symbol with a position or an open order; others are empty.
    facts : mapping of str to SymbolFacts
        At least every symbol that an opening intent may name; an opening of any other is denied.
    known_ids : container of str
        Every client order id that was sent before.
    """

    now_ns: int
    close_ns: int
    session_bars_left: int
    halt_level: HaltLevel
    broker_connected: bool
    equity: int
    cash: int
    model_created_ns: int
    model_expires_ns: int | None
    orders_last_minute: int
    prices: Mapping[str, int]
    exposures: dict[str, Exposure]
    facts: Mapping[str, SymbolFacts]
    known_ids: Container[str]
    _admitted: set[str] = field(default_factory=set, init=False)
    _worst: tuple[int, int, int] | None = field(default=None, init=False)

    def exposure(self, symbol: str) -> Exposure:
        """Return the symbol's exposure, an empty one if it has none."""
        found = self.exposures.get(symbol)
        if found is None:
            found = self.exposures[symbol] = Exposure()
        return found

    def knows(self, client_order_id: str) -> bool:
        """Whether an order with this id was sent before, or approved just now."""
        return client_order_id in self._admitted or client_order_id in self.known_ids

    def reduces(self, intent: OrderIntent) -> bool:
        """Whether the order can only bring the position nearer to zero, whatever else of what is open fills.

        The RESULTING position is judged, open orders of the same side included: an order that might flip it, or open
        one from flat, does not reduce.
        """
        exposure = self.exposure(intent.symbol)
        if exposure.position * intent.side.sign >= 0:
            return False
        low, high = exposure.bounds_with(intent)
        return low >= 0 if intent.side is Side.SELL else high <= 0

    def notional(self, intent: OrderIntent) -> int:
        """Value of the order in 1e-9 dollars: at the latest close, or at its own price where that is higher."""
        price = max(self.prices.get(intent.symbol, 0), intent.limit_price or 0, intent.stop_price or 0)
        return multiply(price, intent.quantity)

    def worst_position(self, intent: OrderIntent) -> int:
        """Largest absolute value that the symbol's position could take with `intent`, in 1e-9 dollars."""
        low, high = self.exposure(intent.symbol).bounds_with(intent)
        return multiply(max(abs(low), abs(high)), self.prices.get(intent.symbol, 0))

    def worst_book(self, intent: OrderIntent) -> tuple[int, int, int]:
        """Largest gross, least net and largest net value of the whole book with `intent`, in 1e-9 dollars."""
        if self._worst is None:
            values = [self._values(symbol, e.low, e.high) for symbol, e in self.exposures.items()]
            self._worst = (sum(v[0] for v in values), sum(v[1] for v in values), sum(v[2] for v in values))
        exposure = self.exposure(intent.symbol)
        before = self._values(intent.symbol, exposure.low, exposure.high)
        after = self._values(intent.symbol, *exposure.bounds_with(intent))
        gross, low, high = (w + a - b for w, a, b in zip(self._worst, after, before, strict=True))
        return gross, low, high

    def _values(self, symbol: str, low: int, high: int) -> tuple[int, int, int]:
        price = self.prices.get(symbol, 0)
        return multiply(max(abs(low), abs(high)), price), multiply(low, price), multiply(high, price)

    def buying_value(self) -> int:
        """Value of all buys that may still fill and would open, in 1e-9 dollars at the latest closes."""
        return sum(
            multiply(max(e.high, 0) - max(e.position, 0), self.prices.get(symbol, 0))
            for symbol, e in self.exposures.items()
        )

    def open_orders(self) -> int:
        """How many orders may still fill."""
        return sum(exposure.orders for exposure in self.exposures.values())

    def admit(self, intent: OrderIntent) -> None:
        """Count an approved intent, at its worst, in everything that the next one is judged against."""
        if self._worst is not None:
            self._worst = self.worst_book(intent)
        self.exposure(intent.symbol).admit(intent)
        self._admitted.add(intent.client_order_id)
        self.orders_last_minute += 1
