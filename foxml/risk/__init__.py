"""What may be sent, and when to stop: guards per order, trips for the whole book, and the halt level.

There is no switch that turns any of it off.
"""

from foxml.risk.check import GUARDS, check, describe_guards
from foxml.risk.guard import Guard
from foxml.risk.halt import HaltSwitch
from foxml.risk.limits import RiskLimits
from foxml.risk.trips import TRIPS, Trip
from foxml.risk.view import Exposure, RiskView, SymbolFacts
from foxml.risk.watch import BookHealth, RiskWatch

__all__ = [
    "GUARDS",
    "TRIPS",
    "BookHealth",
    "Exposure",
    "Guard",
    "HaltSwitch",
    "RiskLimits",
    "RiskView",
    "RiskWatch",
    "SymbolFacts",
    "Trip",
    "check",
    "describe_guards",
]
