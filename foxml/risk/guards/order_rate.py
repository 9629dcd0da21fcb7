"""Orders do not run away."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def order_rate(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that at most `orders_per_minute_max` orders of any kind go out within a minute, this one included.

    An order that reduces is never asked, but it is counted.
    """
    count = view.orders_last_minute + 1
    if count <= limits.orders_per_minute_max:
        return None
    return Denied("order_rate", f"{limits.orders_per_minute_max} orders", f"{count} orders")


GUARD: Final = Guard("order_rate", ("orders_per_minute_max",), Scope.OPENING, order_rate)
