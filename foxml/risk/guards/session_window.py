"""Positions are opened while there is time."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def session_window(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the session still has `entry_bars_left_min` bars after the bar of the decision.

    An order that reduces is never asked: a position must be left most of all when the session ends.
    """
    if view.session_bars_left >= limits.entry_bars_left_min:
        return None
    return Denied("session_window", f"{limits.entry_bars_left_min} bars", f"{view.session_bars_left} bars")


GUARD: Final = Guard("session_window", ("entry_bars_left_min",), Scope.OPENING, session_window)
