"""A fall from the peak that is too deep."""

from typing import Final

from foxml.domain.orders import Denied, HaltLevel
from foxml.risk.guard import percent
from foxml.risk.limits import RiskLimits
from foxml.risk.trips.trip import Trip
from foxml.risk.watch import BookHealth

__all__ = ["TRIP"]


def drawdown(health: BookHealth, limits: RiskLimits) -> Denied | None:
    """Require that equity is at most `drawdown_max` below its peak, marked, not realised only."""
    fallen = health.peak_equity - health.equity
    share = fallen / health.peak_equity if health.peak_equity > 0 else 1.0
    if share <= limits.drawdown_max:
        return None
    return Denied("drawdown", percent(limits.drawdown_max), percent(share))


TRIP: Final = Trip("drawdown", ("drawdown_max",), HaltLevel.FLATTEN, drawdown)
