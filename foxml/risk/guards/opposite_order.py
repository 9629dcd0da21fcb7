"""We do not trade with ourselves."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def opposite_order(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Denied | None:
    """Require that no order on the other side of the symbol is open (a wash trade).

    An order that reduces is never asked: its opposite would be an entry, which is cancelled before an exit is sent.
    """
    if not view.exposure(intent.symbol).has_open(intent.side.opposite):
        return None
    return Denied("opposite_order", "no open order on the other side", f"open {intent.side.opposite.value}")


GUARD: Final = Guard("opposite_order", (), Scope.OPENING, opposite_order)
