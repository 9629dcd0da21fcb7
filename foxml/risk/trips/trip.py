"""What a trip is."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc

from foxml.domain.orders import Denied, HaltLevel
from foxml.risk.limits import RiskLimits
from foxml.risk.watch import BookHealth

__all__ = ["Trip"]


@dataclass(frozen=True, slots=True)
class Trip:
    """One question that the whole book is asked after every slice.

    Attributes
    ----------
    code : str
        What the halt's cause bears; the name of the trip's file.
    limits : tuple of str
        Keys of the ``risk`` section that it reads.
    level : HaltLevel
        What it raises the halt to.
    judge : callable
        ``(health, limits) -> Denied or None``.
    """

    code: str
    limits: tuple[str, ...]
    level: HaltLevel
    judge: Callable[[BookHealth, RiskLimits], Denied | None]

    @property
    def meaning(self) -> str:
        """First paragraph of the trip's documentation, on one line."""
        return " ".join((getdoc(self.judge) or "").split("\n\n")[0].split())
