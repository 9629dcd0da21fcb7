"""A jump that nobody explained may be a missing split."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, percent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def overnight_jump(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the session opened within `overnight_jump_max` of the last close, known actions taken off.

    An order that reduces is never asked: a position in such a symbol may be left.
    """
    facts = view.facts.get(intent.symbol)
    jump = facts.overnight_jump if facts is not None else 0.0
    if abs(jump) <= limits.overnight_jump_max:
        return None
    return Denied("overnight_jump", percent(limits.overnight_jump_max), percent(jump))


GUARD: Final = Guard("overnight_jump", ("overnight_jump_max",), Scope.OPENING, overnight_jump)
