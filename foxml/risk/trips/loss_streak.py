"""Losses in a row."""

from typing import Final

from foxml.domain.orders import Denied, HaltLevel
from foxml.risk.limits import RiskLimits
from foxml.risk.trips.trip import Trip
from foxml.risk.watch import BookHealth

__all__ = ["TRIP"]


def loss_streak(health: BookHealth, limits: RiskLimits) -> Denied | None:
    """Require that at most `loss_streak_max` round trips in a row have lost after fees."""
    if health.loss_streak <= limits.loss_streak_max:
        return None
    return Denied("loss_streak", f"{limits.loss_streak_max} trades", f"{health.loss_streak} trades")


TRIP: Final = Trip("loss_streak", ("loss_streak_max",), HaltLevel.REDUCE_ONLY, loss_streak)
