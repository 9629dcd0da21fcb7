"""An exit never opens."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent, OrderReason
from foxml.risk.guard import Guard, Scope, shares
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def exit_reduces(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Denied | None:
    """Require that an order that is no entry brings the resulting position nearer to zero and never across it.

    Open orders of the same side are included; those of one group that cancels itself count once. What this denies was
    no exit, so no position is trapped by it: an exit of what is truly left passes.
    """
    if intent.reason is OrderReason.ENTRY or view.reduces(intent):
        return None
    low, high = view.exposure(intent.symbol).bounds_with(intent)
    position = view.exposure(intent.symbol).position
    return Denied("exit_reduces", f"between 0 and {shares(position)}", f"{shares(low)} to {shares(high)}")


GUARD: Final = Guard("exit_reduces", (), Scope.ALL, exit_reduces)
