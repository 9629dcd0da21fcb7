"""Money is exact: every rounding is half to even and happens once."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxml.domain.money import NANO, divide_half_even, format_nano, multiply, nano_from_float, parse_nano, round_to

AMOUNT = st.integers(min_value=-(10**24), max_value=10**24)


@given(AMOUNT, st.integers(min_value=1, max_value=10**24))
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    # Python rounds a Fraction half to even: an independent oracle.
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(AMOUNT, AMOUNT)
def test_multiply_is_symmetric_and_odd(left: int, right: int) -> None:
    # A sale must be worth exactly what the purchase was.
    assert multiply(left, right) == multiply(right, left) == -multiply(-left, right)


@given(AMOUNT)
def test_multiply_by_one_share_changes_nothing(price: int) -> None:
    assert multiply(price, NANO) == price


@given(AMOUNT, st.integers(min_value=0, max_value=9))
def test_format_agrees_with_decimal(value: int, places: int) -> None:
    expected = (Decimal(value) / NANO).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    assert Decimal(format_nano(value, places)) == expected


@given(AMOUNT)
def test_parse_reads_what_format_writes(value: int) -> None:
    assert parse_nano(format_nano(value, 9)) == value


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1e-10", "0.1234567891", "1,000"])
def test_parse_refuses_what_is_not_exact(text: str) -> None:
    # A limit that was silently rounded would not be the limit that was written.
    with pytest.raises(ValueError, match=r"decimal|finite"):
        parse_nano(text)


@given(st.integers(min_value=1, max_value=10**8))
def test_cents_survive_the_float(cents: int) -> None:
    # Vendors send prices as floats; every price in cents up to a million dollars must come back exact.
    assert nano_from_float(cents / 100) == cents * 10_000_000


@given(AMOUNT, st.integers(min_value=1, max_value=10**12))
def test_round_to_brackets_the_value(value: int, step: int) -> None:
    down, up = round_to(value, step, up=False), round_to(value, step, up=True)
    assert down <= value <= up
    assert down % step == up % step == 0
    assert up - down == (0 if value % step == 0 else step)
