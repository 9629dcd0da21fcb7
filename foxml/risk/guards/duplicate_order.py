"""An order is sent once."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def duplicate_order(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Denied | None:
    """Require that no order with this client order id was ever sent.

    An exit is asked too: a repeated id is a fault of ours, and a second exit would flip the position. A new exit has a
    new id, so that no exit is ever trapped by this.
    """
    if not view.knows(intent.client_order_id):
        return None
    return Denied("duplicate_order", "1 order per id", intent.client_order_id)


GUARD: Final = Guard("duplicate_order", (), Scope.ALL, duplicate_order)
