"""Which symbols may be traded."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def symbol_list(intent: OrderIntent, _view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the symbol is on the allow list, if there is one, and not on the deny list.

    An order that reduces is never asked: a symbol that was just forbidden must be left.
    """
    if intent.symbol in limits.deny:
        return Denied("symbol_list", "not denied", intent.symbol)
    if limits.allow and intent.symbol not in limits.allow:
        return Denied("symbol_list", "allowed", intent.symbol)
    return None


GUARD: Final = Guard("symbol_list", ("allow", "deny"), Scope.OPENING, symbol_list)
