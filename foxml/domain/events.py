"""What the engine is told. Every event says when it happened and when it was received."""

from dataclasses import dataclass
from enum import Enum

from foxml.domain.bars import BarSlice, CorporateAction
from foxml.domain.orders import HaltLevel, Side

__all__ = [
    "BrokerConnection",
    "BrokerEvent",
    "CommandExpired",
    "Event",
    "FaultRaised",
    "OperatorHalt",
    "OrderAccepted",
    "OrderCancelled",
    "OrderExpired",
    "OrderFilled",
    "OrderLost",
    "OrderRejected",
    "RunStarted",
    "Timer",
    "TimerKind",
]


class TimerKind(Enum):
    """Why a timer fired."""

    TICK = "tick"
    SESSION_OPEN = "session_open"
    SESSION_CLOSE = "session_close"
    ORDER_DEADLINE = "order_deadline"


@dataclass(frozen=True, slots=True)
class Timer:
    """Time passed. Made by the clock that the session was given: from event time in replay."""

    kind: TimerKind
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The broker has the order."""

    client_order_id: str
    broker_order_id: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OrderFilled:
    """One execution. `execution_id` is its identity: the same one is applied once.

    Attributes
    ----------
    quantity : int
        Positive, in 1e-9 shares.
    price : int
        In 1e-9 dollars.
    fee : int
        In 1e-9 dollars; positive is paid.
    """

    execution_id: str
    client_order_id: str
    symbol: str
    side: Side
    quantity: int
    price: int
    fee: int
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The broker will fill no more of the order, because someone or another order of its group cancelled it."""

    client_order_id: str
    reason: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The broker refused the order."""

    client_order_id: str
    reason: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """The order's time in force ended at the broker."""

    client_order_id: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OrderLost:
    """Nobody knows what became of the order: it stays unknown until the broker proves otherwise."""

    client_order_id: str
    reason: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class BrokerConnection:
    """The link to the broker came up or went down."""

    connected: bool
    reason: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class CommandExpired:
    """A command was never sent, or never proved to be at the broker, within its time to live."""

    client_order_id: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class OperatorHalt:
    """A person (or recovery) sets the halt level. The only event that may lower it."""

    level: HaltLevel
    reason: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """The process failed an assertion of its own; it stops submitting and exits."""

    reason: str
    occurred_ns: int
    received_ns: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A process started on this journal: what code, config and models it decides with.

    Attributes
    ----------
    details : tuple of (str, str)
        Sorted names and values, e.g. ``("config_sha256", "…")``, ``("bundle.sha256", "…")``, ``("version", "0.1.0")``.
    """

    details: tuple[tuple[str, str], ...]
    occurred_ns: int
    received_ns: int


BrokerEvent = OrderAccepted | OrderFilled | OrderCancelled | OrderRejected | OrderExpired | OrderLost | BrokerConnection
Event = BarSlice | CorporateAction | Timer | BrokerEvent | CommandExpired | OperatorHalt | FaultRaised | RunStarted
