"""What a guard is, and how it writes its limits."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from inspect import getdoc

from foxml.domain.money import NANO, format_nano
from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["Guard", "Scope", "dollars", "percent", "shares"]


class Scope(Enum):
    """Which orders a guard may deny."""

    ALL = "all orders"
    OPENING = "orders that open or enlarge; never one that reduces"


@dataclass(frozen=True, slots=True)
class Guard:
    """One question that every order is asked.

    Attributes
    ----------
    code : str
        What a denial bears; the name of the guard's file.
    limits : tuple of str
        Keys of the ``risk`` section that it reads.
    scope : Scope
    judge : callable
        ``(intent, view, limits) -> Denied or None``; called for orders within the scope only.
    """

    code: str
    limits: tuple[str, ...]
    scope: Scope
    judge: Callable[[OrderIntent, RiskView, RiskLimits], Denied | None]

    @property
    def meaning(self) -> str:
        """First paragraph of the guard's documentation, on one line."""
        return " ".join((getdoc(self.judge) or "").split("\n\n")[0].split())


def dollars(value: int) -> str:
    """Write money for a denial."""
    return f"{format_nano(value)} USD"


def percent(value: float) -> str:
    """Write a fraction for a denial."""
    return f"{100.0 * value:.4g} %"


def shares(value: int) -> str:
    """Write a quantity for a denial."""
    whole, part = divmod(abs(value), NANO)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole} shares" if part == 0 else f"{format_nano(value, places=9)} shares"
