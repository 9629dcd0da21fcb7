"""Orders and what a risk check says of them."""

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "Approved",
    "Denied",
    "HaltLevel",
    "OrderIntent",
    "OrderReason",
    "OrderStatus",
    "OrderType",
    "Side",
    "TimeInForce",
    "Verdict",
]


class Side(Enum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(Enum):
    """How an order names its price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"


class TimeInForce(Enum):
    """How long an order lives at the broker."""

    DAY = "day"
    GTC = "gtc"


class OrderReason(Enum):
    """Why an order exists. Every order names one."""

    ENTRY = "entry"
    BARRIER_STOP = "barrier_stop"
    BARRIER_TARGET = "barrier_target"
    HORIZON = "horizon"
    SIGNAL_TURNED = "signal_turned"
    SESSION_END = "session_end"
    RISK = "risk"
    FLATTEN = "flatten"

    @property
    def is_protective(self) -> bool:
        """True for an order that rests at the broker to bound a loss or take a profit."""
        return self in (OrderReason.BARRIER_STOP, OrderReason.BARRIER_TARGET)


class OrderStatus(Enum):
    """Where an order is in its life, as far as evidence goes."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        """True while the order may still fill: everything that is not proved to be over."""
        return self in (
            OrderStatus.PENDING,
            OrderStatus.ACCEPTED,
            OrderStatus.PARTIALLY_FILLED,
            OrderStatus.UNKNOWN,
        )


class HaltLevel(Enum):
    """How much the engine may still do. A trip only raises it; lowering takes a person."""

    ACTIVE = 0
    REDUCE_ONLY = 1
    CANCEL_ONLY = 2
    FLATTEN = 3


@dataclass(frozen=True, slots=True)
class OrderIntent:
    """An order that the engine would like to send, before risk has judged it.

    Attributes
    ----------
    client_order_id : str
        Computed from the journal id, symbol, bar time and a sequence, so that a retry repeats it and another run
        never does.
    symbol : str
    side : Side
    quantity : int
        Positive, in 1e-9 shares, a multiple of the instrument's lot.
    order_type : OrderType
    limit_price, stop_price : int or None
        In 1e-9 dollars, on the tick; given exactly where the type needs one.
    time_in_force : TimeInForce
    reason : OrderReason
    decided_ns : int
        Event time of the decision.
    oco_group : str or None
        Orders of one group cancel each other at the broker as soon as one of them fills.
    """

    client_order_id: str
    symbol: str
    side: Side
    quantity: int
    order_type: OrderType
    limit_price: int | None
    stop_price: int | None
    time_in_force: TimeInForce
    reason: OrderReason
    decided_ns: int
    oco_group: str | None = None

    def __post_init__(self) -> None:
        assert self.quantity > 0, self
        assert (self.limit_price is not None) == (self.order_type is OrderType.LIMIT), self
        assert (self.stop_price is not None) == (self.order_type is OrderType.STOP), self

    @property
    def signed_quantity(self) -> int:
        """Quantity with the sign of the side."""
        return self.side.sign * self.quantity


@dataclass(frozen=True, slots=True)
class Approved:
    """Risk's permission for one intent. Built inside ``foxml.risk`` alone (and read back by the journal).

    Attributes
    ----------
    client_order_id : str
        The intent that was judged.
    guards : int
        How many guards it passed.
    """

    client_order_id: str
    guards: int


@dataclass(frozen=True, slots=True)
class Denied:
    """Risk's refusal of one intent, or of what the whole book does: a value, never an exception.

    Attributes
    ----------
    code : str
        The guard that refused, e.g. ``"order_notional"``.
    limit, observed : str
        What the guard allows and what it saw, with units.
    """

    code: str
    limit: str
    observed: str


Verdict = Approved | Denied
