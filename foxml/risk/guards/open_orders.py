"""Orders that rest are counted."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def open_orders(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that at most `open_orders_max` orders are open, this one included.

    An order that reduces is never asked: protection must not wait for a free place.
    """
    count = view.open_orders() + 1
    if count <= limits.open_orders_max:
        return None
    return Denied("open_orders", f"{limits.open_orders_max} orders", f"{count} orders")


GUARD: Final = Guard("open_orders", ("open_orders_max",), Scope.OPENING, open_orders)
