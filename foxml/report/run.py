"""What happened in a run, folded out of its journal in one pass.

Nothing here asks whether the journal was written by a replay or by a trading day: the records are the same.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, OPEN, ActionKind, BarSlice, CorporateAction
from foxml.domain.commands import HaltChanged, IntentDenied, Output, SliceDecision, SubmitOrder, TradeClosed
from foxml.domain.events import (
    CommandExpired,
    Event,
    FaultRaised,
    OperatorHalt,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
    RunStarted,
)
from foxml.domain.money import NANO
from foxml.domain.orders import OrderIntent, OrderType

__all__ = ["Denial", "Fill", "RecordLike", "Run", "fold"]


class RecordLike(Protocol):
    """One event of a journal with what the engine answered."""

    @property
    def event(self) -> Event:
        """What the engine was told."""

    @property
    def outputs(self) -> Sequence[Output]:
        """What it answered."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution, with the prices that it is judged against, in dollars and shares.

    Attributes
    ----------
    reference : float
        What the fill would have cost without spread and slippage: the open of its bar for a market order, the
        trigger (or a worse open) for a stop, the fill itself for a limit. NaN if that bar never came.
    decided : float
        Last close known when a market order was decided, carried over splits and dividends; NaN if unknown, and for
        stops and limits, which wait for another price on purpose.
    """

    occurred_ns: int
    symbol: str
    sign: int
    quantity: float
    price: float
    fee: float
    reference: float
    decided: float
    reason: str

    @property
    def notional(self) -> float:
        """Dollars that changed hands."""
        return self.quantity * self.price

    @property
    def slippage(self) -> float:
        """Dollars lost to spread and slippage; 0 where there is no reference."""
        return 0.0 if math.isnan(self.reference) else self.sign * (self.price - self.reference) * self.quantity

    @property
    def delay(self) -> float:
        """Dollars lost between the decision and the reference; 0 where either is unknown."""
        gap = self.sign * (self.reference - self.decided) * self.quantity
        return 0.0 if math.isnan(gap) else gap


@dataclass(frozen=True, slots=True)
class Denial:
    """One intent that risk refused."""

    occurred_ns: int
    symbol: str
    reason: str
    code: str
    limit: str
    observed: str


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A run as its journal tells it: T slices of n symbols, D of them decided on.

    Attributes
    ----------
    details : mapping of str to str
        Of the first start.
    starts : int
        How often a process started on this journal.
    close_ns, session_close_ns : ndarray of int64, shape (T,)
    opens, closes : ndarray of float64, shape (T, n)
        Raw prices in dollars, NaN where a symbol had no bar.
    growth : ndarray of float64, shape (T, n)
        Worth of one dollar put into a symbol at its first close, splits and dividends included.
    decided : ndarray of int64, shape (D,)
        Which slices have a decision.
    equity, cash, gross, net : ndarray of float64, shape (D,)
        In dollars, marked at the closes.
    columns : mapping of str to ndarray of float64, shape (D, n)
        The decisions' columns.
    counts : mapping of str to int
        Orders by what became of them.
    """

    journal_id: str
    details: Mapping[str, str]
    starts: int
    symbols: tuple[str, ...]
    close_ns: NDArray[np.int64]
    session_close_ns: NDArray[np.int64]
    opens: NDArray[np.float64]
    closes: NDArray[np.float64]
    growth: NDArray[np.float64]
    decided: NDArray[np.int64]
    equity: NDArray[np.float64]
    cash: NDArray[np.float64]
    gross: NDArray[np.float64]
    net: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]]
    fills: tuple[Fill, ...]
    trades: tuple[TradeClosed, ...]
    denials: tuple[Denial, ...]
    halts: tuple[tuple[int, HaltChanged], ...]
    operator_halts: tuple[OperatorHalt, ...]
    faults: tuple[FaultRaised, ...]
    actions: tuple[CorporateAction, ...]
    counts: Mapping[str, int]

    @property
    def initial_equity(self) -> float:
        """Dollars at the start, as the first start says, or else as the first decision saw them."""
        told = self.details.get("initial_cash", "")
        return float(told) if told else float(self.equity[0]) if len(self.equity) else math.nan

    @property
    def interval_ns(self) -> int:
        """Nominal length of a bar; 0 if the journal does not say."""
        return int(self.details.get("interval_ns", "0"))


@dataclass(slots=True)
class _Order:
    intent: OrderIntent
    decided: float
    trigger: float  # of a stop, else NaN

    def adjust(self, factor: float, less: float) -> None:
        """Carry the prices over a split or dividend."""
        self.decided = self.decided * factor - less
        self.trigger = self.trigger * factor - less


@dataclass(slots=True)
class _Fold:
    """The state of the pass over a journal."""

    details: dict[str, str] = field(default_factory=dict)
    starts: int = 0
    symbols: tuple[str, ...] = ()
    slices: list[tuple[int, int]] = field(default_factory=list)
    opens: list[NDArray[np.float64]] = field(default_factory=list)
    closes: list[NDArray[np.float64]] = field(default_factory=list)
    growth: list[NDArray[np.float64]] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    decisions: list[SliceDecision] = field(default_factory=list)
    orders: dict[str, _Order] = field(default_factory=dict)
    waiting: list[OrderFilled] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    trades: list[TradeClosed] = field(default_factory=list)
    denials: list[Denial] = field(default_factory=list)
    halts: list[tuple[int, HaltChanged]] = field(default_factory=list)
    operator_halts: list[OperatorHalt] = field(default_factory=list)
    faults: list[FaultRaised] = field(default_factory=list)
    actions: list[CorporateAction] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    row: dict[str, int] = field(default_factory=dict)
    last_close: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # NaN before the first bar
    shares: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # new ones per share of the last close
    paid: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # dividends since then, per such share

    def event(self, event: Event) -> None:
        """Take in one event, before its outputs."""
        match event:
            case BarSlice():
                self._slice(event)
            case CorporateAction():
                self._action(event)
            case OrderFilled():
                self.counts["fills"] += 1
                self.waiting.append(event)
            case RunStarted():
                self.starts += 1
                self.details = self.details or dict(event.details)
            case OperatorHalt():
                self.operator_halts.append(event)
            case FaultRaised():
                self.faults.append(event)
            case OrderCancelled() | OrderRejected() | OrderExpired() | OrderLost() | CommandExpired():
                self.counts[_OUTCOMES[type(event)]] += 1
            case _:
                pass

    def output(self, event: Event, output: Output) -> None:
        """Take in one answer of the engine."""
        match output:
            case SubmitOrder(intent=intent):
                self.counts["submitted"] += 1
                row = self.row.get(intent.symbol)
                price = math.nan if row is None else float(self.last_close[row])
                trigger = math.nan if intent.stop_price is None else intent.stop_price / NANO
                self.orders[intent.client_order_id] = _Order(intent, price, trigger)
            case IntentDenied(intent=intent, verdict=verdict):
                reason = intent.reason.value
                found = (intent.symbol, reason, verdict.code, verdict.limit, verdict.observed)
                self.denials.append(Denial(event.occurred_ns, *found))
            case HaltChanged():
                self.halts.append((event.occurred_ns, output))
            case TradeClosed():
                self.trades.append(output)
            case SliceDecision():
                self.decided.append(len(self.slices) - 1)
                self.decisions.append(output)
            case _:
                pass

    def _slice(self, bar_slice: BarSlice) -> None:
        if not self.symbols:
            self._begin(bar_slice.symbols)
        present, close = bar_slice.present, bar_slice.ohlcv[:, CLOSE]
        worth = (close * self.shares + self.paid) / self.last_close
        known = present & np.isfinite(self.last_close)
        before = self.growth[-1] if self.growth else np.ones(len(self.symbols))
        self.growth.append(np.where(known, before * worth, before))
        self.last_close = np.where(present, close, self.last_close)
        self.shares[present] = 1.0
        self.paid[present] = 0.0
        self.slices.append((bar_slice.close_ns, bar_slice.session_close_ns))
        self.opens.append(bar_slice.ohlcv[:, OPEN].copy())
        self.closes.append(close.copy())
        self.settle(bar_slice)

    def _begin(self, symbols: tuple[str, ...]) -> None:
        n = len(symbols)
        self.symbols = symbols
        self.row = {symbol: row for row, symbol in enumerate(symbols)}
        self.last_close, self.shares, self.paid = np.full(n, np.nan), np.ones(n), np.zeros(n)

    def settle(self, bar_slice: BarSlice | None) -> None:
        """Judge the fills of the bar that has just become known, if it ever did."""
        for filled in self.waiting:
            order = self.orders.get(filled.client_order_id)
            price = filled.price / NANO
            opened = math.nan if bar_slice is None else float(bar_slice.ohlcv[self.row[filled.symbol], OPEN])
            self.fills.append(
                Fill(
                    occurred_ns=filled.occurred_ns,
                    symbol=filled.symbol,
                    sign=filled.side.sign,
                    quantity=filled.quantity / NANO,
                    price=price,
                    fee=filled.fee / NANO,
                    reference=_reference(order, filled.side.sign, price, opened),
                    decided=order.decided if order and order.intent.order_type is OrderType.MARKET else math.nan,
                    reason=order.intent.reason.value if order else "unknown",
                )
            )
        self.waiting.clear()

    def _action(self, action: CorporateAction) -> None:
        self.actions.append(action)
        symbol, value = action.symbol, action.value / NANO
        row = self.row.get(symbol)
        if row is None:
            return
        split = action.kind is ActionKind.SPLIT
        if split:
            self.shares[row] *= value
        else:
            self.paid[row] += self.shares[row] * value
        for order in self.orders.values():
            if order.intent.symbol == symbol:
                order.adjust(1.0 / value if split else 1.0, 0.0 if split else value)

    def finish(self, journal_id: str) -> Run:
        """Return what was collected."""
        self.settle(None)
        n = len(self.symbols)
        return Run(
            journal_id=journal_id,
            details=self.details,
            starts=self.starts,
            symbols=self.symbols,
            close_ns=np.array([close for close, _ in self.slices], dtype=np.int64),
            session_close_ns=np.array([end for _, end in self.slices], dtype=np.int64),
            opens=_stack(self.opens, n),
            closes=_stack(self.closes, n),
            growth=_stack(self.growth, n),
            decided=np.array(self.decided, dtype=np.int64),
            equity=_dollars([d.equity for d in self.decisions]),
            cash=_dollars([d.cash for d in self.decisions]),
            gross=_dollars([d.gross for d in self.decisions]),
            net=_dollars([d.net for d in self.decisions]),
            columns=_columns(self.decisions, n),
            fills=tuple(self.fills),
            trades=tuple(self.trades),
            denials=tuple(self.denials),
            halts=tuple(self.halts),
            operator_halts=tuple(self.operator_halts),
            faults=tuple(self.faults),
            actions=tuple(self.actions),
            counts=dict(self.counts),
        )


_OUTCOMES: dict[type, str] = {
    OrderCancelled: "cancelled",
    OrderRejected: "rejected",
    OrderExpired: "expired",
    OrderLost: "lost",
    CommandExpired: "never_sent",
}


def fold(records: Iterable[RecordLike], journal_id: str) -> Run:
    """Fold a journal's records, in their order, into what happened.

    Parameters
    ----------
    records : iterable of Record
    journal_id : str

    Returns
    -------
    Run
        Only slices with a decision are judged; the ones before warm the engine up.
    """
    state = _Fold()
    for record in records:
        state.event(record.event)
        for output in record.outputs:
            state.output(record.event, output)
    return state.finish(journal_id)


def _reference(order: _Order | None, sign: int, price: float, opened: float) -> float:
    if order is None:
        return math.nan
    if math.isnan(order.trigger):
        return price if order.intent.limit_price is not None else opened
    if math.isnan(opened):
        return order.trigger
    # Gapped through: nobody could have had the trigger.
    return max(order.trigger, opened) if sign > 0 else min(order.trigger, opened)


def _stack(rows: Sequence[NDArray[np.float64]], n: int) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64).reshape(len(rows), n)


def _dollars(values: Sequence[int]) -> NDArray[np.float64]:
    return np.array([value / NANO for value in values], dtype=np.float64)


def _columns(decisions: Sequence[SliceDecision], n: int) -> dict[str, NDArray[np.float64]]:
    names = sorted({name for decision in decisions for name in decision.columns})
    columns = {name: np.full((len(decisions), n), np.nan) for name in names}
    for row, decision in enumerate(decisions):
        for k, name in enumerate(decision.columns):
            columns[name][row] = decision.values[:, k]
    return columns
