"""A model is fed what it was trained on."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, percent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def feature_validity(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the symbol's features have warmed up and at least `feature_valid_share_min` of them are valid.

    An order that reduces is never asked: without features there is all the more reason to leave.
    """
    facts = view.facts.get(intent.symbol)
    share = facts.valid_share if facts is not None and facts.ready else 0.0
    if facts is not None and facts.ready and share >= limits.feature_valid_share_min:
        return None
    return Denied("feature_validity", f"at least {percent(limits.feature_valid_share_min)}", percent(share))


GUARD: Final = Guard("feature_validity", ("feature_valid_share_min",), Scope.OPENING, feature_validity)
