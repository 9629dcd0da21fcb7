"""A broker that refuses orders."""

from typing import Final

from foxml.domain.orders import Denied, HaltLevel
from foxml.risk.guard import percent
from foxml.risk.limits import RiskLimits
from foxml.risk.trips.trip import Trip
from foxml.risk.watch import BookHealth

__all__ = ["TRIP"]


def reject_rate(health: BookHealth, limits: RiskLimits) -> Denied | None:
    """Require that the broker refused at most `reject_rate_max` of the last `reject_window_orders` orders.

    Judged once the window is full: one refusal of one order says little.
    """
    if health.answered < limits.reject_window_orders:
        return None
    rate = health.rejected / health.answered
    if rate <= limits.reject_rate_max:
        return None
    return Denied("reject_rate", percent(limits.reject_rate_max), percent(rate))


TRIP: Final = Trip("reject_rate", ("reject_rate_max", "reject_window_orders"), HaltLevel.REDUCE_ONLY, reject_rate)
