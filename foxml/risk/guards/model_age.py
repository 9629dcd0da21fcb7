"""Stale models do not open positions."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def model_age(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the model was trained at most `model_age_days_max` days ago (0: any age) and has not expired.

    An order that reduces is never asked: what an old model opened must be left.
    """
    if view.model_expires_ns is not None and view.now_ns >= view.model_expires_ns:
        late = (view.now_ns - view.model_expires_ns) / 86_400e9
        return Denied("model_age", "not expired", f"expired {late:.1f} days ago")
    age_days = (view.now_ns - view.model_created_ns) / 86_400e9
    if limits.model_age_days_max == 0 or age_days <= limits.model_age_days_max:
        return None
    return Denied("model_age", f"{limits.model_age_days_max} days", f"{age_days:.1f} days")


GUARD: Final = Guard("model_age", ("model_age_days_max",), Scope.OPENING, model_age)
