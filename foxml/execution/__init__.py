"""From targets to orders: what is sent, where each order stands, and how positions are protected and left."""

from foxml.execution.ids import OrderIds
from foxml.execution.orders import ManagedOrder, OrderTable
from foxml.execution.plan import (
    SessionPlace,
    barrier_levels,
    entry_intent,
    exit_intent,
    level_touched,
    may_enter,
    protective_intents,
)
from foxml.execution.status import next_status
from foxml.execution.trade import ActiveTrade

__all__ = [
    "ActiveTrade",
    "ManagedOrder",
    "OrderIds",
    "OrderTable",
    "SessionPlace",
    "barrier_levels",
    "entry_intent",
    "exit_intent",
    "level_touched",
    "may_enter",
    "next_status",
    "protective_intents",
]
