"""Who may be short."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent, Side
from foxml.risk.guard import Guard, Scope, shares
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def short_allowed(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the position stays at or above zero at its worst, unless `short_allowed`.

    An order that reduces is never asked: it brings a short nearer to zero.
    """
    low, _ = view.exposure(intent.symbol).bounds_with(intent)
    if limits.short_allowed or low >= 0 or intent.side is Side.BUY:
        return None
    return Denied("short_allowed", "0 shares", shares(low))


GUARD: Final = Guard("short_allowed", ("short_allowed",), Scope.OPENING, short_allowed)
