"""No order is too large in money."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, dollars
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def order_notional(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the order is worth at most `order_notional_max`.

    An order that reduces is never asked: a position that grew beyond the limit must be left in one piece.
    """
    value = view.notional(intent)
    if value <= limits.order_notional_max:
        return None
    return Denied("order_notional", dollars(limits.order_notional_max), dollars(value))


GUARD: Final = Guard("order_notional", ("order_notional_max",), Scope.OPENING, order_notional)
