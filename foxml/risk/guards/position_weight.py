"""No position is too large for the book."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, percent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def position_weight(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the position, at its worst with all that is open, is worth at most `position_weight_max` of equity.

    An order that reduces is never asked: a position above the limit must come down.
    """
    worst = view.worst_position(intent)
    share = worst / view.equity if view.equity > 0 else float("inf")
    if share <= limits.position_weight_max:
        return None
    return Denied("position_weight", percent(limits.position_weight_max), percent(share))


GUARD: Final = Guard("position_weight", ("position_weight_max",), Scope.OPENING, position_weight)
