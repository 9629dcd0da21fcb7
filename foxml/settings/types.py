"""The kinds of value that sections are made of."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from foxml.domain.money import format_nano, parse_nano

__all__ = [
    "Bps",
    "Count",
    "Day",
    "Money",
    "NonNegative",
    "Positive",
    "PositiveMoney",
    "Probability",
    "Section",
    "Share",
    "Words",
]


class Section(BaseModel):
    """Base of all sections: frozen, strict, no unknown key, no default (defaults live in ``config/base.yaml``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _money(value: Any) -> int:  # noqa: ANN401 (a validator is given whatever the file holds)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("expected an amount such as '12.50'")
    # A float prints as the decimal that was typed as long as that had at most 15 significant digits.
    text = str(value)
    if isinstance(value, float) and len(text.partition("e")[0].replace(".", "").lstrip("-0")) > 15:
        raise ValueError("expected an amount in quotes: an unquoted one keeps 15 digits only")
    return parse_nano(text)


def _day(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("expected a date such as 2015-01-02") from None


def _tuple(value: Any) -> Any:  # noqa: ANN401
    return tuple(value) if isinstance(value, list) else value


def _decimal(value: int) -> str:
    return format_nano(value, places=9)


_WRITTEN = PlainSerializer(_decimal, return_type=str, when_used="json")

Money = Annotated[int, BeforeValidator(_money), Field(ge=0), _WRITTEN]
"""An amount of dollars of at least zero, in 1e-9 dollars once read; written as a decimal, exact."""

PositiveMoney = Annotated[int, BeforeValidator(_money), Field(gt=0), _WRITTEN]
"""An amount above zero, in 1e-9 once read."""

Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Bps = NonNegative
Share = Annotated[float, Field(gt=0, le=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
