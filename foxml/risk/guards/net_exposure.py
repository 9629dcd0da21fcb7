"""The whole book has a direction."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, percent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def net_exposure(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that long less short, at its worst with all that is open, is within `net_max` of equity.

    An order that reduces is never asked, even where leaving one side tilts the book: the other side is left next.
    """
    _, low, high = view.worst_book(intent)
    worst = low if -low > high else high
    share = worst / view.equity if view.equity > 0 else float("inf")
    if abs(share) <= limits.net_max:
        return None
    return Denied("net_exposure", percent(limits.net_max), percent(share))


GUARD: Final = Guard("net_exposure", ("net_max",), Scope.OPENING, net_exposure)
