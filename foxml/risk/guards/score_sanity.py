"""Scores beyond belief are not traded."""

from typing import Final

from foxml.domain.orders import Denied, OrderIntent
from foxml.risk.guard import Guard, Scope
from foxml.risk.limits import RiskLimits
from foxml.risk.view import RiskView

__all__ = ["GUARD"]


def score_sanity(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Require that the symbol's standardised score is a number, at most `score_abs_max` from zero.

    An order that reduces is never asked: it does not rest on the score.
    """
    facts = view.facts.get(intent.symbol)
    score = facts.standardized if facts is not None else float("nan")
    if abs(score) <= limits.score_abs_max:
        return None
    return Denied("score_sanity", f"{limits.score_abs_max:g} sigma", f"{score:.3g} sigma")


GUARD: Final = Guard("score_sanity", ("score_abs_max",), Scope.OPENING, score_sanity)
