"""Nothing is bought without money."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent, Side
from foxml.risk.guard import Guard, Scope, dollars
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def buying_power(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that cash after all open buys and this one is at least (1 - `leverage_max`) of equity.

    An order that reduces is never asked: covering a short or selling a long frees money.
    """
    if intent.side is Side.SELL:
        return None
    least = round((1.0 - limits.leverage_max) * view.equity)
    left = view.cash - view.buying_value() - view.notional(intent)
    if left >= least:
        return None
    return Denied("buying_power", f"cash of {dollars(least)}", dollars(left))


GUARD: Final = Guard("buying_power", ("leverage_max",), Scope.OPENING, buying_power)
