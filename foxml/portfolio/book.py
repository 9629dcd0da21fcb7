"""The book: cash, positions and profit in exact integers, written by fills and corporate actions alone.

At every moment, to the last unit::

    cash == initial_cash - cost of all positions + realized - fees + dividends

with the cost of a short being negative (what its sale brought in).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from foxml.domain.adjustments import adjusted_price, split_ratio, split_shares
from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.events import OrderFilled
from foxml.domain.money import NANO, divide_half_even, multiply

__all__ = ["ActionEffect", "Book", "FillEffect", "Position"]


@dataclass(slots=True)
class Position:
    """One symbol's holding, at average cost.

    Attributes
    ----------
    quantity : int
        Signed, in 1e-9 shares.
    cost : int
        What the open shares cost, in 1e-9 dollars; negative for a short.
    realized, fees, dividends : int
        Sums since the book began, in 1e-9 dollars; fees are positive when paid.
    """

    quantity: int = 0
    cost: int = 0
    realized: int = 0
    fees: int = 0
    dividends: int = 0


@dataclass(frozen=True, slots=True)
class FillEffect:
    """What one fill did to its position.

    Attributes
    ----------
    before, after : int
        Signed quantity, in 1e-9 shares.
    opened, closed : int
        Shares of the fill that opened and that closed, in 1e-9 shares, not negative.
    opened_value, closed_value : int
        Their value at the fill's price, in 1e-9 dollars, not negative.
    realized : int
        Profit of the closed shares before fees, in 1e-9 dollars.
    """

    before: int
    after: int
    opened: int
    closed: int
    opened_value: int
    closed_value: int
    realized: int


@dataclass(frozen=True, slots=True)
class ActionEffect:
    """What a corporate action brought to a position.

    Attributes
    ----------
    dividend : int
        Cash of a dividend; negative where a short paid it, in 1e-9 dollars.
    sold, sold_value : int
        The fraction of a lot that a split left and its cash, not negative, in 1e-9 new shares and 1e-9 dollars.
    realized : int
        Profit of that sale.
    """

    dividend: int = 0
    sold: int = 0
    sold_value: int = 0
    realized: int = 0


class Book:
    """Cash and positions of one account.

    Parameters
    ----------
    initial_cash : int
        In 1e-9 dollars.
    """

    def __init__(self, initial_cash: int) -> None:
        self.initial_cash: Final = initial_cash
        self.cash = initial_cash
        self._positions: dict[str, Position] = {}
        self._marks: dict[str, int] = {}
        self._executions: set[str] = set()

    def position(self, symbol: str) -> Position:
        """Return the symbol's position: the live record, for reading."""
        found = self._positions.get(symbol)
        if found is None:
            found = self._positions[symbol] = Position()
        return found

    def quantity(self, symbol: str) -> int:
        """Signed shares held, in 1e-9 shares."""
        found = self._positions.get(symbol)
        return found.quantity if found is not None else 0

    def open_positions(self) -> dict[str, int]:
        """Signed quantity of every symbol that is not flat."""
        return {symbol: p.quantity for symbol, p in self._positions.items() if p.quantity != 0}

    def apply(self, fill: OrderFilled) -> FillEffect | None:
        """Apply one execution; the only writer of positions besides corporate actions.

        Parameters
        ----------
        fill : OrderFilled

        Returns
        -------
        FillEffect or None
            None if this execution was applied before: nothing changed.
        """
        if fill.execution_id in self._executions:
            return None
        self._executions.add(fill.execution_id)
        position = self.position(fill.symbol)
        before, sign = position.quantity, fill.side.sign
        closed = min(fill.quantity, abs(before)) if before * sign < 0 else 0
        value = multiply(fill.price, fill.quantity)
        closed_value = multiply(fill.price, closed)
        realized = self._close(position, closed, closed_value) if closed else 0
        position.cost += sign * (value - closed_value)
        position.quantity = before + sign * fill.quantity
        position.fees += fill.fee
        self.cash -= sign * value + fill.fee
        self._marks.setdefault(fill.symbol, fill.price)
        return FillEffect(
            before, position.quantity, fill.quantity - closed, closed, value - closed_value, closed_value, realized
        )

    @staticmethod
    def _close(position: Position, closed: int, closed_value: int) -> int:
        """Release the average cost of `closed` shares; return what they earned."""
        released = divide_half_even(position.cost * closed, abs(position.quantity))
        sign = 1 if position.quantity > 0 else -1
        realized = sign * closed_value - released
        position.cost -= released
        position.realized += realized
        return realized

    def apply_action(self, action: CorporateAction, lot: int) -> ActionEffect:
        """Split the shares, or pay the dividend; the mark moves with it.

        A fraction of a lot that a split leaves is paid in cash at the mark, as if it were sold. A short pays the
        dividend.

        Parameters
        ----------
        action : CorporateAction
        lot : int
            Of the instrument, in 1e-9 shares.
        """
        mark = self._marks.get(action.symbol)
        if mark is not None:
            self._marks[action.symbol] = adjusted_price(mark, action)
        position = self._positions.get(action.symbol)
        if position is None or position.quantity == 0:
            return ActionEffect()
        if action.kind is ActionKind.SPLIT:
            return self._split(position, action, lot)
        paid = multiply(action.value, position.quantity)
        position.dividends += paid
        self.cash += paid
        return ActionEffect(dividend=paid)

    def _split(self, position: Position, action: CorporateAction, lot: int) -> ActionEffect:
        whole, remainder = split_shares(position.quantity, split_ratio(action), lot)
        released = round(position.cost * remainder / (whole + remainder))
        in_lieu = round(remainder * self._marks[action.symbol] / NANO)
        position.quantity = whole
        position.cost -= released
        position.realized += in_lieu - released
        self.cash += in_lieu
        return ActionEffect(0, round(abs(remainder)), abs(in_lieu), in_lieu - released)

    def mark(self, prices: Iterable[tuple[str, int]]) -> None:
        """Set the latest price of some symbols, in 1e-9 dollars."""
        self._marks.update(prices)

    @property
    def prices(self) -> Mapping[str, int]:
        """Latest marks in 1e-9 dollars, by symbol; for reading."""
        return self._marks

    def exposure(self) -> tuple[int, int]:
        """Gross and net market value of all positions at their marks, in 1e-9 dollars."""
        gross = net = 0
        for symbol, position in self._positions.items():
            if position.quantity != 0:
                value = multiply(position.quantity, self._marks[symbol])
                gross += abs(value)
                net += value
        return gross, net

    def equity(self) -> int:
        """Cash plus positions at their marks, in 1e-9 dollars."""
        return self.cash + self.exposure()[1]

    def totals(self) -> Position:
        """Sum cost, realized profit, fees and dividends over all symbols (quantity is 0)."""
        total = Position()
        for position in self._positions.values():
            total.cost += position.cost
            total.realized += position.realized
            total.fees += position.fees
            total.dividends += position.dividends
        return total
