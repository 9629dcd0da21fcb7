"""Decisions are made on fresh bars."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def data_age(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the symbol had a bar in the latest slice, and that slice is at most `data_age_ms_max` old.

    An order that reduces is never asked: when data stops, what protects a position must not stop with it.
    """
    facts = view.facts.get(intent.symbol)
    if facts is None or not facts.present:
        return Denied("data_age", f"{limits.data_age_ms_max} ms", "no bar")
    age_ms = (view.now_ns - view.close_ns) // 1_000_000
    if age_ms <= limits.data_age_ms_max:
        return None
    return Denied("data_age", f"{limits.data_age_ms_max} ms", f"{age_ms} ms")


GUARD: Final = Guard("data_age", ("data_age_ms_max",), Scope.OPENING, data_age)
