"""Splits and dividends on shares and resting orders: hand-worked, exact, the same for book, orders and broker."""

from fractions import Fraction

import pytest

from foxml.domain.adjustments import adjusted_price, adjusted_resting, split_ratio, split_shares
from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.money import NANO, parse_nano

CENT = 10_000_000


def _action(kind: ActionKind, value: str) -> CorporateAction:
    return CorporateAction("X", kind, 0, 0, parse_nano(value))


@pytest.mark.parametrize(
    ("value", "ratio"),
    [("2", Fraction(2)), ("0.125", Fraction(1, 8)), ("0.333333333", Fraction(1, 3)), ("1.281", Fraction(1281, 1000))],
)
def test_the_ratio_that_was_meant(value: str, ratio: Fraction) -> None:
    # Nine decimals cannot hold one third; shares must still come out whole.
    assert split_ratio(_action(ActionKind.SPLIT, value)) == ratio


@pytest.mark.parametrize(
    ("shares", "value", "whole", "remainder"),
    [
        ("300", "0.333333333", "100", Fraction(0)),
        ("100", "4", "400", Fraction(0)),
        ("5", "1.5", "7", Fraction(1, 2)),
        ("-5", "1.5", "-7", Fraction(-1, 2)),
        ("1", "0.125", "0", Fraction(1, 8)),
    ],
)
def test_split_keeps_every_fraction(shares: str, value: str, whole: str, remainder: Fraction) -> None:
    # What is not a whole lot is paid in cash, so it must come back exactly, with the sign of the position.
    got = split_shares(parse_nano(shares), split_ratio(_action(ActionKind.SPLIT, value)), NANO)
    assert got == (parse_nano(whole), remainder * NANO)


@pytest.mark.parametrize(
    ("kind", "value", "before", "after"),
    [
        (ActionKind.SPLIT, "4", ("100", "101.03", "98.50"), ("400", "25.26", "24.62")),
        (ActionKind.SPLIT, "0.125", ("100", "10.00", None), ("12", "80.00", None)),
        (ActionKind.DIVIDEND, "0.82", ("100", None, "98.50"), ("100", None, "97.68")),
        (ActionKind.DIVIDEND, "5", ("100", "3.00", None), ("100", "0.01", None)),
    ],
)
def test_resting_orders(
    kind: ActionKind, value: str, before: tuple[str, str | None, str | None], after: tuple[str, str | None, str | None]
) -> None:
    # 101.03 / 4 = 25.2575 -> 25.26; 98.50 / 4 = 24.625 -> 24.62 (half to even); never below one tick.
    remaining, limit, stop = (None if text is None else parse_nano(text) for text in before)
    assert remaining is not None
    got = adjusted_resting(remaining, limit, stop, _action(kind, value), tick=CENT, lot=NANO)
    assert got == tuple(None if text is None else parse_nano(text) for text in after)


def test_a_price_never_reaches_zero() -> None:
    assert adjusted_price(NANO, _action(ActionKind.DIVIDEND, "2")) == 1
