"""No position is opened blindly."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def broker_connection(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Denied | None:
    """Require that the broker is connected.

    An order that reduces is never asked: it is sent as soon as the broker can take it.
    """
    if view.broker_connected:
        return None
    return Denied("broker_connection", "connected", "disconnected")


GUARD: Final = Guard("broker_connection", (), Scope.OPENING, broker_connection)
