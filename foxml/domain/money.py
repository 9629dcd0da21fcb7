"""Exact money: prices, quantities and cash as integers in units of 1e-9.

A Python ``int`` never overflows, so the only place where anything is rounded is a product of two such numbers, and
there it is rounded once, half to even.
"""

from decimal import Decimal, InvalidOperation

__all__ = ["NANO", "divide_half_even", "format_nano", "multiply", "nano_from_float", "parse_nano", "round_to"]

NANO = 1_000_000_000


def divide_half_even(numerator: int, denominator: int) -> int:
    """Divide two integers and round the quotient half to even.

    Parameters
    ----------
    numerator : int
    denominator : int
        Positive.

    Examples
    --------
    >>> [divide_half_even(n, 2) for n in (1, 3, -1, -3)]
    [0, 2, 0, -2]
    """
    assert denominator > 0
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        return quotient + 1
    return quotient


def multiply(left: int, right: int) -> int:
    """Multiply two numbers held in units of 1e-9; the product is in the same units.

    Examples
    --------
    >>> multiply(97_310_000_000, 3 * NANO)  # 3 shares at 97.31
    291930000000
    """
    return divide_half_even(left * right, NANO)


def nano_from_float(value: float) -> int:
    """Convert a finite float to units of 1e-9, to the nearest.

    Examples
    --------
    >>> nano_from_float(97.31)
    97310000000
    """
    return round(value * 1e9)


def round_to(value: int, step: int, *, up: bool) -> int:
    """Round to a multiple of `step`, up or down.

    Parameters
    ----------
    value : int
    step : int
        Positive: a tick or a lot.
    up : bool
        Toward plus infinity if true, toward minus infinity otherwise.

    Examples
    --------
    >>> round_to(97_314_000_000, 10_000_000, up=True), round_to(97_314_000_000, 10_000_000, up=False)
    (97320000000, 97310000000)
    """
    assert step > 0
    down = value - value % step
    return down + step if up and down != value else down


def parse_nano(text: str) -> int:
    """Parse a decimal number exactly.

    Raises
    ------
    ValueError
        If the text is not a finite decimal number or has more than nine decimals.

    Examples
    --------
    >>> parse_nano("0.3134")
    313400000
    """
    try:
        scaled = Decimal(text) * NANO
    except InvalidOperation:
        raise ValueError(f"not a decimal number: {text!r}") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"not a finite number with at most nine decimals: {text!r}")
    return int(scaled)


def format_nano(value: int, places: int = 2) -> str:
    """Format for people, rounded half to even at `places` decimals (at most nine).

    Examples
    --------
    >>> format_nano(-1_234_565_000_000), format_nano(5, places=9)
    ('-1234.56', '0.000000005')
    """
    assert 0 <= places <= 9
    step = 10 ** (9 - places)
    rounded = divide_half_even(value, step)
    sign = "-" if rounded < 0 else ""
    whole, part = divmod(abs(rounded), 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"
