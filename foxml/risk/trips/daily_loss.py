"""A day that lost too much."""

from typing import Final

from foxml.domain.orders import Denied, HaltLevel
from foxml.risk.guard import percent
from foxml.risk.limits import RiskLimits
from foxml.risk.trips.trip import Trip
from foxml.risk.watch import BookHealth

__all__ = ["TRIP"]


def daily_loss(health: BookHealth, limits: RiskLimits) -> Denied | None:
    """Require that the day has lost at most `daily_loss_max` of its starting equity, marked, not realised only."""
    lost = health.day_start_equity - health.equity
    share = lost / health.day_start_equity if health.day_start_equity > 0 else 1.0
    if share <= limits.daily_loss_max:
        return None
    return Denied("daily_loss", percent(limits.daily_loss_max), percent(share))


TRIP: Final = Trip("daily_loss", ("daily_loss_max",), HaltLevel.REDUCE_ONLY, daily_loss)
