"""Trips: what raises the halt level of the whole book, one file and one function each."""

from typing import Final

from foxml.risk.trips import daily_loss, drawdown, loss_streak, reject_rate, unexplained_fill
from foxml.risk.trips.trip import Trip

__all__ = ["TRIPS", "Trip"]

TRIPS: Final[tuple[Trip, ...]] = (
    drawdown.TRIP,
    daily_loss.TRIP,
    loss_streak.TRIP,
    reject_rate.TRIP,
    unexplained_fill.TRIP,
)
