"""The whole book has a size."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope, percent
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def gross_exposure(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the gross value of the book, at its worst with all that is open, is at most `gross_max` of equity.

    An order that reduces is never asked: it is how a book above the limit comes down.
    """
    worst, _, _ = view.worst_book(intent)
    share = worst / view.equity if view.equity > 0 else float("inf")
    if share <= limits.gross_max:
        return None
    return Denied("gross_exposure", percent(limits.gross_max), percent(share))


GUARD: Final = Guard("gross_exposure", ("gross_max",), Scope.OPENING, gross_exposure)
