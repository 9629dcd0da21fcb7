"""Situations and orders written as text, for tables of guards."""

from dataclasses import dataclass

from foxml.domain.money import parse_nano
from foxml.domain.orders import HaltLevel, OrderIntent, OrderReason, OrderType, Side, TimeInForce
from foxml.risk import Exposure, RiskLimits, RiskView, SymbolFacts
from foxml.settings import load_config

DAY_NS = 86_400 * 10**9
NOW_NS = 20_000 * DAY_NS


@dataclass
class Open:
    """An open order as text has it: ``buy:50`` or ``sell:50@group``."""

    client_order_id: str
    side: Side
    remaining: int
    oco_group: str | None


def open_order(text: str, number: int = 0) -> Open:
    body, _, group = text.partition("@")
    side, quantity = body.split(":")
    return Open(f"open-{number}", Side(side), parse_nano(quantity), group or None)


def limits(*overrides: str) -> RiskLimits:
    """The packaged limits, each changed as ``key=value`` says."""
    return load_config(None, environ={}, overrides=[f"risk.{text}" for text in overrides]).config.risk


def order(text: str) -> OrderIntent:
    """E.g. ``buy 10 entry``, ``sell 10 horizon``, ``buy 10 entry limit=101``, ``sell 5 risk id=x group=g``."""
    side, quantity, reason, *extra = text.split()
    given = dict(word.split("=") for word in extra)
    limit, stop = (parse_nano(given[k]) if k in given else None for k in ("limit", "stop"))
    kind = OrderType.LIMIT if limit else OrderType.STOP if stop else OrderType.MARKET
    return OrderIntent(
        given.get("id", "new"), given.get("symbol", "AAA"), Side(side), parse_nano(quantity), kind, limit, stop,
        TimeInForce.DAY, OrderReason(reason), NOW_NS, given.get("group"),
    )  # fmt: skip


def situation(text: str) -> RiskView:
    """A view of AAA at 100 dollars with 100,000 dollars of equity, all well; words change it.

    ``position=50 orders=buy:5,sell:50@g other=300 price=90 equity=… cash=… halt=reduce_only age_ms=… bars_left=… sent=…
    known=new disconnected unknown_symbol absent warming valid=0.5 score=9 volume=… jump=0.3 unknown=1 entries=3
    trained_days=30 expired``
    """
    words = text.split()
    given = dict(word.split("=", 1) for word in words if "=" in word)
    flags = {word for word in words if "=" not in word}
    orders = [open_order(word, i) for i, word in enumerate(given["orders"].split(","))] if "orders" in given else []
    exposures = {
        "AAA": Exposure(parse_nano(given.get("position", "0")), orders),
        "BBB": Exposure(parse_nano(given.get("other", "0"))),
    }
    facts = SymbolFacts(
        present="absent" not in flags,
        ready="warming" not in flags,
        valid_share=float(given.get("valid", "1")),
        standardized=float(given.get("score", "1.5")),
        daily_volume=float(given.get("volume", "1e6")),
        overnight_jump=float(given.get("jump", "0")),
        unknown_orders=int(given.get("unknown", "0")),
        entries_today=int(given.get("entries", "0")),
    )
    return RiskView(
        now_ns=NOW_NS,
        close_ns=NOW_NS - int(given.get("age_ms", "0")) * 1_000_000,
        session_bars_left=int(given.get("bars_left", "4")),
        halt_level=HaltLevel[given.get("halt", "active").upper()],
        broker_connected="disconnected" not in flags,
        equity=parse_nano(given.get("equity", "100000")),
        cash=parse_nano(given.get("cash", "100000")),
        model_created_ns=NOW_NS - int(given.get("trained_days", "1")) * DAY_NS,
        model_expires_ns=NOW_NS if "expired" in flags else None,
        orders_last_minute=int(given.get("sent", "0")),
        prices={"AAA": parse_nano(given.get("price", "100")), "BBB": parse_nano("100")},
        exposures=exposures,
        facts={} if "unknown_symbol" in flags else {"AAA": facts},
        known_ids={given["known"]} if "known" in given else set(),
    )
