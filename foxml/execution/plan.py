"""Order intents: entries, the label's barriers as resting orders, and exits."""

from dataclasses import dataclass

from foxml.domain.instruments import Instrument
from foxml.domain.money import round_to
from foxml.domain.orders import OrderIntent, OrderReason, OrderType, Side, TimeInForce
from foxml.execution.trade import ActiveTrade
from foxml.settings.sections.execution import ExecutionSection

__all__ = [
    "SessionPlace",
    "barrier_levels",
    "entry_intent",
    "exit_intent",
    "level_touched",
    "may_enter",
    "protective_intents",
]


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """Where in its session a slice lies.

    Attributes
    ----------
    close_ns, session_close_ns, interval_ns : int
    """

    close_ns: int
    session_close_ns: int
    interval_ns: int

    @property
    def bars_left(self) -> int:
        """Bars that the session still has after this slice."""
        return -((self.close_ns - self.session_close_ns) // self.interval_ns)


def may_enter(place: SessionPlace, *, cross_session: bool, rules: ExecutionSection) -> bool:
    """Whether a position may be opened on this slice.

    Not where the label could not exist: it enters at the next bar's open, so at the last bar of a session it is missing
    unless it may outlive the session. Not where the position could not be left in time either: when positions end with
    the session, an entry needs one bar to fill and one to leave.

    Parameters
    ----------
    place : SessionPlace
    cross_session : bool
        Whether a label may outlive its session.
    rules : ExecutionSection
    """
    needed = rules.no_entry_last_bars + 1
    if rules.session_end_flat:
        needed = max(needed, 2)
    elif cross_session:
        needed = rules.no_entry_last_bars
    return place.bars_left >= needed


def entry_intent(client_order_id: str, instrument: Instrument, quantity: int, decided_ns: int) -> OrderIntent:
    """Open a position at the market: the label enters at the next open.

    Parameters
    ----------
    client_order_id : str
    instrument : Instrument
    quantity : int
        Signed, in 1e-9 shares, a multiple of the lot.
    decided_ns : int
    """
    assert quantity % instrument.lot == 0, quantity
    side = Side.BUY if quantity > 0 else Side.SELL
    return _market(client_order_id, instrument.symbol, side, abs(quantity), OrderReason.ENTRY, decided_ns)


def exit_intent(
    client_order_id: str, symbol: str, position: int, leaving: int, reason: OrderReason, decided_ns: int
) -> OrderIntent:
    """Close a position at the market, as far as no other exit order does already, to the last share.

    Parameters
    ----------
    client_order_id, symbol : str
    position : int
        Signed, in 1e-9 shares.
    leaving : int
        What exit orders that are already open will close, in 1e-9 shares; less than the position.
    reason : OrderReason
    decided_ns : int
    """
    side = Side.SELL if position > 0 else Side.BUY
    return _market(client_order_id, symbol, side, abs(position) - leaving, reason, decided_ns)


def _market(
    client_order_id: str, symbol: str, side: Side, quantity: int, reason: OrderReason, decided_ns: int
) -> OrderIntent:
    return OrderIntent(
        client_order_id, symbol, side, quantity, OrderType.MARKET, None, None, TimeInForce.DAY, reason, decided_ns
    )


def barrier_levels(price: int, sigma: float, *, up_sigma: float, down_sigma: float, tick: int) -> tuple[int, int]:
    """Return the label's levels around an entry price, on the tick and never tighter than the label's own.

    Parameters
    ----------
    price : int
        Of the entry, in 1e-9 dollars.
    sigma : float
        Volatility over the horizon at the decision, as a fraction.
    up_sigma, down_sigma : float
        Barriers in units of `sigma`.
    tick : int
        Of the instrument.

    Returns
    -------
    upper, lower : int
        In 1e-9 dollars; the lower one is at least one tick.
    """
    upper = round_to(price + round(price * (up_sigma * sigma)), tick, up=True)
    lower = round_to(price - round(price * (down_sigma * sigma)), tick, up=False)
    return upper, max(lower, tick)


def protective_intents(
    ids: tuple[str, str], group: str, trade: ActiveTrade, quantity: int, decided_ns: int, rules: ExecutionSection
) -> list[OrderIntent]:
    """Place the label's barriers as a stop and a target that cancel each other.

    Parameters
    ----------
    ids : tuple of (str, str)
        Client order ids of the stop and of the target.
    group : str
        Of the two.
    trade : ActiveTrade
        With its levels.
    quantity : int
        To protect, in 1e-9 shares.
    decided_ns : int
    rules : ExecutionSection
        Says which of the two are placed.
    """
    assert trade.upper is not None, trade
    assert trade.lower is not None, trade
    stop_price, target_price = (trade.lower, trade.upper) if trade.side is Side.BUY else (trade.upper, trade.lower)
    side = trade.side.opposite
    made = []
    if rules.stop:
        made.append(
            OrderIntent(
                ids[0], trade.symbol, side, quantity, OrderType.STOP, None, stop_price, TimeInForce.GTC,
                OrderReason.BARRIER_STOP, decided_ns, group,
            )
        )  # fmt: skip
    if rules.target:
        made.append(
            OrderIntent(
                ids[1], trade.symbol, side, quantity, OrderType.LIMIT, target_price, None, TimeInForce.GTC,
                OrderReason.BARRIER_TARGET, decided_ns, group,
            )
        )  # fmt: skip
    return made


def level_touched(trade: ActiveTrade, high: int, low: int) -> OrderReason | None:
    """Which of a trade's levels a bar has reached, the worse one first; for levels that no order watches.

    Parameters
    ----------
    trade : ActiveTrade
    high, low : int
        Of the bar, in 1e-9 dollars.
    """
    if trade.upper is None or trade.lower is None:
        return None
    above, below = high >= trade.upper, low <= trade.lower
    stopped, reached = (below, above) if trade.side is Side.BUY else (above, below)
    if stopped:
        return OrderReason.BARRIER_STOP
    return OrderReason.BARRIER_TARGET if reached else None
