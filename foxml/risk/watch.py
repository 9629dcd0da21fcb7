"""The health of the whole book, bar by bar: what the trips look at."""

from collections import deque
from dataclasses import dataclass, field

from foxml.risk.limits import RiskLimits

__all__ = ["BookHealth", "RiskWatch"]


@dataclass(slots=True)
class BookHealth:
    """Numbers that trips judge.

    Attributes
    ----------
    equity, day_start_equity, peak_equity : int
        Marked at closes, in 1e-9 dollars; the day starts with the last mark of the session before.
    loss_streak : int
        Losing round trips in a row, the latest included.
    rejected, answered : int
        Orders among the last ones that the broker refused, and how many of them it answered.
    unexplained_fills : int
        Fills of orders that are not ours, or beyond an order's quantity.
    """

    equity: int
    day_start_equity: int
    peak_equity: int
    loss_streak: int = 0
    rejected: int = 0
    answered: int = 0
    unexplained_fills: int = 0


@dataclass(slots=True)
class RiskWatch:
    """Keeps `BookHealth` up to date.

    Parameters
    ----------
    equity : int
        At the beginning, in 1e-9 dollars.
    limits : RiskLimits
    """

    equity: int
    limits: RiskLimits
    health: BookHealth = field(init=False)
    _session_ns: int | None = field(default=None, init=False)
    _answers: deque[bool] = field(init=False)

    def __post_init__(self) -> None:
        self.health = BookHealth(self.equity, self.equity, self.equity)
        self._answers = deque(maxlen=self.limits.reject_window_orders)

    def mark(self, session_open_ns: int, equity: int) -> None:
        """Take in the book's value at a slice's closes, in 1e-9 dollars."""
        health = self.health
        if self._session_ns is not None and session_open_ns != self._session_ns:
            health.day_start_equity = health.equity
        self._session_ns = session_open_ns
        health.equity = equity
        health.peak_equity = max(health.peak_equity, equity)

    def trade_closed(self, pnl: int) -> None:
        """Take in the profit of a round trip, after fees."""
        self.health.loss_streak = self.health.loss_streak + 1 if pnl < 0 else 0

    def answered(self, *, rejected: bool) -> None:
        """Take in the broker's first answer to an order."""
        self._answers.append(rejected)
        self.health.answered = len(self._answers)
        self.health.rejected = sum(self._answers)

    def unexplained_fill(self) -> None:
        """Take in a fill that no order of ours explains."""
        self.health.unexplained_fills += 1

    def restart(self) -> None:
        """Begin anew from today's equity: a person has seen what happened and lowered the halt."""
        self._answers.clear()
        self.health = BookHealth(self.health.equity, self.health.equity, self.health.equity)
