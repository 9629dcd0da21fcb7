"""Nothing is added to what is not known."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def position_known(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Denied | None:
    """Require that no order in the symbol is of unknown fate.

    An order that reduces is never asked here: it is judged with the unknown order at its worst.
    """
    facts = view.facts.get(intent.symbol)
    unknown = facts.unknown_orders if facts is not None else -1
    if unknown == 0:
        return None
    return Denied("position_known", "0 unknown orders", f"{unknown}" if facts is not None else "symbol not known")


GUARD: Final = Guard("position_known", (), Scope.OPENING, position_known)
