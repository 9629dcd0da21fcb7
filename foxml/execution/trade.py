"""A position's story: why it was opened, what will close it, and what it has earned so far."""

from dataclasses import dataclass
from fractions import Fraction

from foxml.domain.commands import TradeClosed
from foxml.domain.money import NANO, divide_half_even
from foxml.domain.orders import OrderReason, Side

__all__ = ["ActiveTrade"]


@dataclass(slots=True)
class ActiveTrade:
    """One round trip, from the decision to enter until flat.

    Attributes
    ----------
    symbol : str
    symbol_index : int
    side : Side
        Of the entry.
    decided_ns : int
        Close of the slice on which it was decided.
    sigma : float
        Volatility over the horizon at the decision, as a fraction.
    bars_left : int
        Bars of the symbol until its label ends.
    bars_held : int
        Bars of the symbol since the first fill, that of the fill included.
    upper, lower : int or None
        The label's levels around the entry price, in 1e-9 dollars; None before the first fill.
    exit_reason : OrderReason or None
        Why it is being left; None while it is held.
    protection_refused : bool
        The broker refused a protective order: the levels are watched bar by bar from then on.
    quantity_max : int
        Largest absolute position so far, in 1e-9 shares.
    opened, opened_value, closed, closed_value : int
        Shares and value of the opening and of the closing fills, 1e-9 each.
    fees, profit : int
        Fees, and what closing fills, dividends and cash in lieu brought before fees, in 1e-9 dollars.
    entry_ns : int
        First fill.
    last_exit : OrderReason or None
        Reason of the order that closed last.
    """

    symbol: str
    symbol_index: int
    side: Side
    decided_ns: int
    sigma: float
    bars_left: int
    bars_held: int = 0
    upper: int | None = None
    lower: int | None = None
    exit_reason: OrderReason | None = None
    protection_refused: bool = False
    quantity_max: int = 0
    opened: int = 0
    opened_value: int = 0
    closed: int = 0
    closed_value: int = 0
    fees: int = 0
    profit: int = 0
    entry_ns: int = 0
    last_exit: OrderReason | None = None

    def record_open(self, quantity: int, value: int, position: int) -> None:
        """Count shares that opened or enlarged the position, all not negative.

        Parameters
        ----------
        quantity, value : int
            Of the opening part of a fill, in 1e-9 shares and 1e-9 dollars.
        position : int
            Size of the position after it, in 1e-9 shares.
        """
        self.opened += quantity
        self.opened_value += value
        self.quantity_max = max(self.quantity_max, position)

    def record_close(self, quantity: int, value: int, profit: int) -> None:
        """Count shares that were closed.

        Parameters
        ----------
        quantity, value : int
            Of the closing part of a fill, not negative, in 1e-9 shares and 1e-9 dollars.
        profit : int
            What they earned before fees, in 1e-9 dollars.
        """
        self.closed += quantity
        self.closed_value += value
        self.profit += profit

    def closed_record(self, now_ns: int) -> TradeClosed:
        """Sum up the trip once it is flat.

        Parameters
        ----------
        now_ns : int
            Moment of the last fill.
        """
        assert self.opened > 0, self
        reason = self.last_exit or self.exit_reason or OrderReason.RISK
        return TradeClosed(
            symbol=self.symbol,
            side_sign=self.side.sign,
            quantity=self.quantity_max,
            entry_ns=self.entry_ns,
            exit_ns=now_ns,
            entry_price=divide_half_even(self.opened_value * NANO, self.opened),
            exit_price=divide_half_even(self.closed_value * NANO, self.closed) if self.closed else 0,
            fees=self.fees,
            pnl=self.profit - self.fees,
            exit_reason=reason.value,
        )

    def split(self, ratio: Fraction) -> None:
        """Put the counts of shares on the terms of the shares after a split; values of money stay."""
        self.quantity_max = round(self.quantity_max * ratio)
        self.opened = round(self.opened * ratio)
        self.closed = round(self.closed * ratio)
