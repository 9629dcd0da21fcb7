"""Fills that no order explains."""

from typing import Final

from foxml.domain.orders import Denied, HaltLevel
from foxml.risk.limits import RiskLimits
from foxml.risk.trips.trip import Trip
from foxml.risk.watch import BookHealth

__all__ = ["TRIP"]


def unexplained_fill(health: BookHealth, _limits: RiskLimits) -> Denied | None:
    """Require that every fill belongs to an order of ours and is within its quantity."""
    if health.unexplained_fills == 0:
        return None
    return Denied("unexplained_fill", "0 fills", f"{health.unexplained_fills} fills")


TRIP: Final = Trip("unexplained_fill", (), HaltLevel.REDUCE_ONLY, unexplained_fill)
