"""Hand-built journals: records of a run whose every number is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from foxml.domain.bars import BarSlice
from foxml.domain.commands import Output, SliceDecision, SubmitOrder
from foxml.domain.events import Event, OrderFilled, RunStarted
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import Approved, OrderIntent, OrderReason, OrderType, Side, TimeInForce

HOUR = 3_600 * NANO
DAY = 24 * HOUR
OPEN_2021 = 1_609_770_600 * NANO  # Monday 2021-01-04 09:30 in New York


@dataclass(frozen=True)
class Record:
    """What a journal's reader yields."""

    event: Event
    outputs: Sequence[Output] = ()


def started(**details: object) -> Record:
    """A process starts."""
    told = {"initial_cash": "1000", "horizon_bars": "1", **{key: str(value) for key, value in details.items()}}
    return Record(RunStarted(tuple(sorted(told.items())), OPEN_2021, OPEN_2021))


def bar_slice(
    bar: int, rows: Sequence[tuple[float, float] | None], symbols: Sequence[str], *, bars_a_day: int = 2
) -> BarSlice:
    """Bar number `bar` from the first session on; a row is (open, close), or None for an absent symbol."""
    day, k = divmod(bar, bars_a_day)
    week, weekday = divmod(day, 5)
    opened = OPEN_2021 + (7 * week + weekday) * DAY
    close = opened + (k + 1) * HOUR
    ohlcv = np.full((len(symbols), 5), np.nan)
    for row, prices in enumerate(rows):
        if prices is not None:
            first, last = prices
            ohlcv[row] = (first, max(prices), min(prices), last, 1000.0)
    present = np.array([prices is not None for prices in rows])
    session_close = opened + bars_a_day * HOUR
    return BarSlice(bar, HOUR, close, close, opened, session_close, tuple(symbols), ohlcv, present)


def decision(
    at: BarSlice, equity: float, *, gross: float = 0.0, net: float = 0.0, score: Iterable[float] = ()
) -> Output:
    """A decision with one column: the score."""
    values = np.array(list(score) or [np.nan] * len(at.symbols), dtype=np.float64).reshape(-1, 1)
    money = (nano_from_float(equity), nano_from_float(equity - net), nano_from_float(gross), nano_from_float(net))
    return SliceDecision(at.close_ns, *money, ("score",), values)


def order(name: str, symbol: str, side: Side, shares: float, *, stop: float | None = None, at: int = 0) -> SubmitOrder:
    """An approved order: at the market, or a stop."""
    intent = OrderIntent(
        client_order_id=name,
        symbol=symbol,
        side=side,
        quantity=nano_from_float(shares),
        order_type=OrderType.MARKET if stop is None else OrderType.STOP,
        limit_price=None,
        stop_price=None if stop is None else nano_from_float(stop),
        time_in_force=TimeInForce.DAY,
        reason=OrderReason.ENTRY if stop is None else OrderReason.BARRIER_STOP,
        decided_ns=at,
    )
    return SubmitOrder(intent, approved(name))


def approved(name: str) -> Approved:
    """Risk's permission, as a journal gives it back."""
    return Approved(name, 10)


def fill(name: str, symbol: str, side: Side, shares: float, price: float, fee: float, at: int) -> Record:
    """One execution."""
    amounts = (nano_from_float(shares), nano_from_float(price), nano_from_float(fee))
    return Record(OrderFilled(f"x-{name}-{at}", name, symbol, side, *amounts, at, at))
