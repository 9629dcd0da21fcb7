"""What a corporate action does to shares held and to orders resting, in exact integers.

One definition for the book, the order table and the simulated broker: were each to round by itself, they would differ.
"""

from fractions import Fraction

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.money import NANO, divide_half_even, round_to

__all__ = ["adjusted_price", "adjusted_resting", "split_ratio", "split_shares"]

_DENOMINATOR_MAX = 10_000


def split_ratio(action: CorporateAction) -> Fraction:
    """Return new shares per old share as the exact ratio that was meant: a value of 0.333333333 is one for three.

    Parameters
    ----------
    action : CorporateAction
        A split.

    Examples
    --------
    >>> split_ratio(CorporateAction("X", ActionKind.SPLIT, 0, 0, 333_333_333))
    Fraction(1, 3)
    >>> split_ratio(CorporateAction("X", ActionKind.SPLIT, 0, 0, 1_046_000_000))
    Fraction(523, 500)
    """
    assert action.kind is ActionKind.SPLIT, action
    written = Fraction(action.value, NANO)
    meant = written.limit_denominator(_DENOMINATOR_MAX)
    return meant if abs(meant - written) < Fraction(1, NANO) and meant > 0 else written


def split_shares(quantity: int, ratio: Fraction, lot: int) -> tuple[int, Fraction]:
    """Shares after a split: whole lots toward zero, and the remainder that is paid in cash.

    Parameters
    ----------
    quantity : int
        Signed, in 1e-9 shares.
    ratio : Fraction
        New shares per old share.
    lot : int
        In 1e-9 shares.

    Returns
    -------
    whole : int
        Signed multiple of `lot`, in 1e-9 new shares.
    remainder : Fraction
        Signed, in 1e-9 new shares; ``whole + remainder == quantity * ratio`` exactly.

    Examples
    --------
    >>> split_shares(5 * NANO, Fraction(3, 2), NANO)
    (7000000000, Fraction(500000000, 1))
    """
    exact = quantity * ratio
    size = round_to(int(abs(exact)), lot, up=False)
    whole = size if exact >= 0 else -size
    return whole, exact - whole


def adjusted_price(price: int, action: CorporateAction) -> int:
    """Put a price on the terms of the shares after the action, in 1e-9 dollars and at least one unit.

    A split divides it by the ratio, rounded half to even; a dividend takes the cash off.

    Parameters
    ----------
    price : int
    action : CorporateAction

    Examples
    --------
    >>> adjusted_price(90 * NANO, CorporateAction("X", ActionKind.SPLIT, 0, 0, 3 * NANO)) == 30 * NANO
    True
    >>> adjusted_price(90 * NANO, CorporateAction("X", ActionKind.DIVIDEND, 0, 0, NANO)) == 89 * NANO
    True
    """
    if action.kind is ActionKind.DIVIDEND:
        return max(price - action.value, 1)
    ratio = split_ratio(action)
    return max(divide_half_even(price * ratio.denominator, ratio.numerator), 1)


def adjusted_resting(
    remaining: int, limit_price: int | None, stop_price: int | None, action: CorporateAction, *, tick: int, lot: int
) -> tuple[int, int | None, int | None]:
    """Return what is left of a resting order after an action: remaining quantity, limit and stop price.

    Quantities keep whole lots toward zero: an order whose remainder becomes 0 is over. Prices are rounded to the
    nearest tick, at least one tick. Both prices of a bracket move by a dividend, because the levels of a label do;
    FINRA rule 5330 has brokers move buy limits and sell stops only, so an adapter for a real broker amends the others.

    Parameters
    ----------
    remaining : int
        Positive, in 1e-9 shares.
    limit_price, stop_price : int or None
        In 1e-9 dollars.
    action : CorporateAction
    tick, lot : int
        Of the instrument.
    """
    if action.kind is ActionKind.SPLIT:
        remaining, _ = split_shares(remaining, split_ratio(action), lot)

    def moved(price: int | None) -> int | None:
        if price is None:
            return None
        return max(divide_half_even(adjusted_price(price, action), tick) * tick, tick)

    return remaining, moved(limit_price), moved(stop_price)
