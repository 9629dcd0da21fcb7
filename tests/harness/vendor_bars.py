"""Bars that the vendors' servers of the tests hold: every minute of sessions, each bar different from every other."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

MINUTE_NS = 60 * 10**9


@dataclass(frozen=True)
class HeldBar:
    """A bar as a vendor knows it."""

    start_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: int
    vwap: float
    trades: int

    @property
    def values(self) -> list[float]:
        return [self.open, self.high, self.low, self.close, float(self.volume)]


def utc_ns(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


def session_minutes(first: str, days: int, *, step_ns: int = MINUTE_NS, extended: bool = False) -> list[HeldBar]:
    """Bars from 14:30 to 21:00 UTC (winter time in New York) of the weekdays among some days; `extended`: from 9:00."""
    held: list[HeldBar] = []
    date = dt.date.fromisoformat(first)
    for _ in range(days):
        if date.weekday() < 5:
            start = utc_ns(f"{date}T{'09:00' if extended else '14:30'}")
            for at in range(start, utc_ns(f"{date}T21:00"), step_ns):
                held.append(_bar(at, len(held)))
        date += dt.timedelta(days=1)
    return held


def _bar(start_ns: int, number: int) -> HeldBar:
    base = 100.0 + number / 128.0
    return HeldBar(start_ns, base, base + 0.5, base - 0.25, base + 0.125, 1000 + number, base + 0.0625, 10 + number % 7)
