"""What the halt level still lets through."""

from typing import Final

from foxml.domain.orders import Denied, HaltLevel, OrderIntent, OrderReason
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def halt_level(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Denied | None:
    """Require that the halt level lets the order through.

    Reduce-only lets through what brings the resulting position nearer to zero, open orders included. Cancel-only lets
    nothing through. Flatten lets through the orders that flatten. An exit is asked too, because a halt at cancel-only
    says that nothing we send can be trusted; every other level lets it pass.
    """
    level = view.halt_level
    if level is HaltLevel.ACTIVE:
        return None
    reduces = view.reduces(intent)
    if level is HaltLevel.REDUCE_ONLY and reduces:
        return None
    if level is HaltLevel.FLATTEN and reduces and intent.reason is OrderReason.FLATTEN:
        return None
    return Denied("halt_level", level.name.lower(), intent.reason.value)


GUARD: Final = Guard("halt_level", (), Scope.ALL, halt_level)
