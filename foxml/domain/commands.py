"""What the engine answers: commands for the broker, and records of what it decided."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.domain.orders import Approved, Denied, HaltLevel, OrderIntent

__all__ = [
    "BrokerCommand",
    "CancelOrder",
    "HaltChanged",
    "IntentDenied",
    "Output",
    "SliceDecision",
    "SubmitOrder",
    "TradeClosed",
]


@dataclass(frozen=True, slots=True)
class SubmitOrder:
    """Send this order. There is none without risk's approval."""

    intent: OrderIntent
    approval: Approved

    def __post_init__(self) -> None:
        assert self.intent.client_order_id == self.approval.client_order_id, self


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel what is left of an order."""

    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class IntentDenied:
    """Risk refused an intent."""

    intent: OrderIntent
    verdict: Denied


@dataclass(frozen=True, slots=True)
class HaltChanged:
    """The halt level moved, and why."""

    before: HaltLevel
    after: HaltLevel
    cause: Denied


@dataclass(frozen=True, slots=True)
class TradeClosed:
    """A position went flat: one round trip, in exact money (1e-9 dollars and shares).

    Attributes
    ----------
    quantity : int
        Largest absolute position of the trip.
    entry_price, exit_price : int
        Average prices of the opening and the closing fills.
    pnl : int
        After fees.
    """

    symbol: str
    side_sign: int
    quantity: int
    entry_ns: int
    exit_ns: int
    entry_price: int
    exit_price: int
    fees: int
    pnl: int
    exit_reason: str


@dataclass(frozen=True, slots=True, eq=False)
class SliceDecision:
    """Every stage's numbers for one slice, a row per symbol; NaN where a symbol had no row.

    Attributes
    ----------
    close_ns : int
    equity, cash, gross, net : int
        Marked at this slice's closes, in 1e-9 dollars.
    columns : tuple of str, length k
        E.g. ``score``, ``standardized``, ``alpha_bps``, ``cost_bps``, ``alpha_net_bps``, ``sigma``, ``target_weight``.
    values : ndarray of float64, shape (n symbols, k)
    """

    close_ns: int
    equity: int
    cash: int
    gross: int
    net: int
    columns: tuple[str, ...]
    values: NDArray[np.float64]


BrokerCommand = SubmitOrder | CancelOrder
Output = BrokerCommand | IntentDenied | HaltChanged | TradeClosed | SliceDecision
