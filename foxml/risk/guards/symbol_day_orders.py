"""A symbol is not churned."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def symbol_day_orders(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that at most `orders_per_symbol_day_max` opening orders go to one symbol in a session, this one included.

    An order that reduces is never asked, and none is counted.
    """
    facts = view.facts.get(intent.symbol)
    count = facts.entries_today + 1 if facts is not None else limits.orders_per_symbol_day_max + 1
    if count <= limits.orders_per_symbol_day_max:
        return None
    return Denied("symbol_day_orders", f"{limits.orders_per_symbol_day_max} orders", f"{count} orders")


GUARD: Final = Guard("symbol_day_orders", ("orders_per_symbol_day_max",), Scope.OPENING, symbol_day_orders)
