"""No order is too large for its market."""

from typing import Final

from foxml.domain.money import NANO
from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, percent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def order_adv_share(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the order is at most `order_adv_share_max` of the symbol's average daily volume.

    An order that reduces is never asked: thin volume must not trap a position. Unknown volume opens nothing.
    """
    facts = view.facts.get(intent.symbol)
    volume = facts.daily_volume if facts is not None else 0.0
    share = intent.quantity / NANO / volume if volume > 0.0 else float("inf")
    if share <= limits.order_adv_share_max:
        return None
    return Denied("order_adv_share", percent(limits.order_adv_share_max), percent(share))


GUARD: Final = Guard("order_adv_share", ("order_adv_share_max",), Scope.OPENING, order_adv_share)
