"""How a trading process stands, by its journal alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from foxml.domain.bars import BarSlice, CorporateAction
from foxml.domain.commands import HaltChanged, Output, SliceDecision, SubmitOrder, TradeClosed
from foxml.domain.events import (
    CommandExpired,
    Event,
    FaultRaised,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
    RunStarted,
)
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, format_nano, parse_nano
from foxml.domain.orders import HaltLevel
from foxml.execution import OrderTable
from foxml.execution.orders import ManagedOrder
from foxml.journal import JournalReader
from foxml.portfolio import Book

__all__ = ["OpenOrder", "Status", "status"]

_KINDS: Final = (
    RunStarted, CorporateAction, OrderAccepted, OrderFilled, OrderCancelled, OrderRejected, OrderExpired, OrderLost,
    CommandExpired, FaultRaised, SubmitOrder, HaltChanged, TradeClosed, SliceDecision,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that may still fill; shares and prices as decimals."""

    order: str
    symbol: str
    side: str
    type: str
    remaining: str
    price: str | None
    reason: str
    status: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a run stands; money and shares as decimals, moments in nanoseconds UTC.

    Attributes
    ----------
    journal_id, model, label : str
    starts, events : int
    positions : mapping of str to str
    cash : str
    equity : str or None
        Marked at the latest decision; None before there was any.
    open_orders : tuple of OpenOrder
    halt, halt_cause : str
    fault : str or None
        The latest.
    trades : int
    pnl : str
        Of closed trades, after fees.
    latest_event : str or None
    latest_event_ns, last_sequence, last_close_ns : int or None
    """

    journal_id: str
    model: str
    label: str
    starts: int
    events: int
    positions: Mapping[str, str]
    cash: str
    equity: str | None
    open_orders: tuple[OpenOrder, ...]
    halt: str
    halt_cause: str
    fault: str | None
    trades: int
    pnl: str
    latest_event: str | None
    latest_event_ns: int | None
    last_sequence: int | None
    last_close_ns: int | None


@dataclass(slots=True)
class _Fold:
    details: dict[str, str] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    starts: int = 0
    book: Book = field(default_factory=lambda: Book(0))
    orders: OrderTable = field(default_factory=OrderTable)
    halt: HaltLevel = HaltLevel.ACTIVE
    halt_cause: str = ""
    fault: str | None = None
    trades: int = 0
    pnl: int = 0
    equity: int | None = None
    now_ns: int = 0

    def take(self, item: Event | Output) -> None:
        """Take in an event, or an output of the event before."""
        self.now_ns = max(self.now_ns, getattr(item, "occurred_ns", 0))
        match item:
            case RunStarted():
                self._start(dict(item.details))
            case CorporateAction(symbol=symbol) if symbol in self.instruments:
                self.book.apply_action(item, self.instruments[symbol].lot)
                self.orders.adjust(item, self.instruments[symbol], self.now_ns)
            case OrderFilled():
                if self.book.apply(item) is not None:
                    self.orders.apply(item)
            case OrderAccepted() | OrderCancelled() | OrderRejected() | OrderExpired() | OrderLost() | CommandExpired():
                self.orders.apply(item)
            case FaultRaised(reason=reason):
                self.fault = reason
            case SubmitOrder(intent=intent):
                self.orders.add(intent, self.now_ns)
            case HaltChanged(after=after, cause=cause):
                self.halt, self.halt_cause = after, f"{cause.code}: {cause.observed}"
            case TradeClosed(pnl=pnl):
                self.trades, self.pnl = self.trades + 1, self.pnl + pnl
            case SliceDecision(equity=equity):
                self.equity = equity
            case _:
                pass

    def _start(self, details: dict[str, str]) -> None:
        self.starts += 1
        if self.starts == 1:
            self.details = details
            self.book = Book(parse_nano(details.get("initial_cash", "0")))
            told = [Instrument(**fields) for fields in json.loads(details.get("instruments", "[]"))]
            self.instruments = {instrument.symbol: instrument for instrument in told}


def status(journal: Path) -> Status:
    """Read how a run stands; the process may be trading meanwhile.

    Parameters
    ----------
    journal : Path
        Only read.

    Raises
    ------
    JournalError
        If there is no such journal, or it cannot be read.
    """
    fold = _Fold()
    with JournalReader(journal) as reader:
        events = reader.last_seq
        for item in reader.select(kind.__name__ for kind in _KINDS):
            fold.take(item)
        latest, last = reader.latest(), reader.latest(BarSlice.__name__)
        journal_id = reader.journal_id
    assert last is None or isinstance(last, BarSlice)
    return Status(
        journal_id=journal_id,
        model=fold.details.get("bundle", ""),
        label=fold.details.get("mode_label", ""),
        starts=fold.starts,
        events=events,
        positions={symbol: _shares(q) for symbol, q in sorted(fold.book.open_positions().items())},
        cash=format_nano(fold.book.cash),
        equity=None if fold.equity is None else format_nano(fold.equity),
        open_orders=tuple(
            _open_order(order) for symbol in sorted(fold.orders.open_symbols()) for order in fold.orders.open(symbol)
        ),
        halt=fold.halt.name.lower(),
        halt_cause=fold.halt_cause,
        fault=fold.fault,
        trades=fold.trades,
        pnl=format_nano(fold.pnl),
        latest_event=None if latest is None else type(latest).__name__,
        latest_event_ns=None if latest is None else latest.occurred_ns,
        last_sequence=None if last is None else last.sequence,
        last_close_ns=None if last is None else last.close_ns,
    )


def _open_order(order: ManagedOrder) -> OpenOrder:
    price = order.limit_price if order.stop_price is None else order.stop_price
    return OpenOrder(
        order=order.client_order_id,
        symbol=order.intent.symbol,
        side=order.side.value,
        type=order.intent.order_type.value,
        remaining=_shares(order.remaining),
        price=None if price is None else format_nano(price),
        reason=order.reason.value,
        status=order.status.value,
    )


def _shares(quantity: int) -> str:
    return format_nano(quantity, places=0 if quantity % NANO == 0 else 9)
