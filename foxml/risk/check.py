"""The one door through which every order goes."""

from textwrap import wrap
from typing import Final

from foxml.domain.orders import Approved, Denied, OrderIntent, Verdict
from foxml.risk.guard import Guard, Scope
from foxml.risk.guards import (
    broker_connection,
    buying_power,
    data_age,
    duplicate_order,
    exit_reduces,
    feature_validity,
    gross_exposure,
    halt_level,
    model_age,
    net_exposure,
    open_orders,
    opposite_order,
    order_adv_share,
    order_notional,
    order_rate,
    overnight_jump,
    position_known,
    position_weight,
    price_collar,
    score_sanity,
    session_window,
    short_allowed,
    symbol_day_orders,
    symbol_list,
)
from foxml.risk.limits import RiskLimits
from foxml.risk.trips import TRIPS
from foxml.risk.view import RiskView

__all__ = ["GUARDS", "check", "describe_guards"]

GUARDS: Final[tuple[Guard, ...]] = (
    halt_level.GUARD,
    duplicate_order.GUARD,
    exit_reduces.GUARD,
    symbol_list.GUARD,
    broker_connection.GUARD,
    position_known.GUARD,
    session_window.GUARD,
    data_age.GUARD,
    model_age.GUARD,
    feature_validity.GUARD,
    score_sanity.GUARD,
    overnight_jump.GUARD,
    opposite_order.GUARD,
    short_allowed.GUARD,
    price_collar.GUARD,
    order_notional.GUARD,
    order_adv_share.GUARD,
    position_weight.GUARD,
    gross_exposure.GUARD,
    net_exposure.GUARD,
    buying_power.GUARD,
    open_orders.GUARD,
    symbol_day_orders.GUARD,
    order_rate.GUARD,
)


def check(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Verdict:
    """Judge one intent against the book at its worst case.

    An approved intent is counted in `view`, so intents of one decision are judged one after another, each beside those
    that were approved before it: send those that reduce risk first.

    Parameters
    ----------
    intent : OrderIntent
    view : RiskView
    limits : RiskLimits

    Returns
    -------
    Approved or Denied
        The first denial in the order of `GUARDS`.
    """
    reduces = view.reduces(intent)
    for guard in GUARDS:
        if reduces and guard.scope is Scope.OPENING:
            continue
        denied = guard.judge(intent, view, limits)
        if denied is not None:
            assert isinstance(denied, Denied)
            assert denied.code == guard.code, (denied, guard.code)
            return denied
    view.admit(intent)
    return Approved(intent.client_order_id, len(GUARDS))


def describe_guards(width: int = 120) -> str:
    """Write the table of all guards and trips as text: code, keys of the config, what it asks of which orders.

    Parameters
    ----------
    width : int
        Longest line, in characters.
    """
    asked = {Scope.ALL: "all", Scope.OPENING: "opening"}
    rows = [("code", "limits", "asks", "what it requires or does")]
    rows += [(g.code, ", ".join(g.limits) or "-", asked[g.scope], g.meaning) for g in GUARDS]
    rows += [
        (t.code, ", ".join(t.limits) or "-", "book", f"{t.meaning} Else the halt rises to {t.level.name.lower()}.")
        for t in TRIPS
    ]
    first, keys = max(len(row[0]) for row in rows), 26
    lines = []
    for code, limits, scope, text in rows:
        left, right = wrap(limits, keys), wrap(text, max(width - first - keys - 13, 20))
        for i in range(max(len(left), len(right))):
            head = (code, left[0], scope) if i == 0 else ("", left[i] if i < len(left) else "", "")
            tail = right[i] if i < len(right) else ""
            lines.append(f"{head[0]:<{first}}  {head[1]:<{keys}}  {head[2]:<7}  {tail}".rstrip())
    return "\n".join(lines) + "\n"
