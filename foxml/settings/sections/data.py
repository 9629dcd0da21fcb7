"""Which bars a run reads: their interval, calendar and period."""

from typing import Annotated, Final, Self

from pydantic import Field, field_validator, model_validator

from foxml.settings.types import Day, Section

__all__ = ["BarsSection", "PeriodSection", "ResourcesSection"]


_INTERVALS: Final = ("1s", "1m", "5m", "15m", "30m", "1h", "1d")
_WEEK: Final = "1w"


class BarsSection(Section):
    """The base interval and the calendar.

    Attributes
    ----------
    interval : str
        ``1s``, ``1m``, ``5m``, ``15m``, ``30m``, ``1h`` or ``1d``.
    calendar : str
        Name of a trading calendar, ``XNYS``.
    calendar_overrides : str or None
        File of sessions that differ from it, relative to the project (``Resolved.root``) unless absolute.
    """

    interval: str
    calendar: str
    calendar_overrides: str | None

    @field_validator("interval")
    @classmethod
    def _within_a_day(cls, value: str) -> str:
        if value == _WEEK:
            raise ValueError(
                f"an engine decides within sessions or once a session, expected one of"
                f" {', '.join(_INTERVALS)}; weeks are aggregated from days (foxml data aggregate --to 1w)"
            )
        if value not in _INTERVALS:
            raise ValueError(f"expected one of {', '.join(_INTERVALS)}")
        return value


class ResourcesSection(Section):
    """What work on data may use; no result depends on it.

    Attributes
    ----------
    workers : int
        Files that an import reads, and symbols that a fetch asks for, at a time.
    memory_mb : int
        Budget of what is held while files are read and features are built.
    """

    workers: Annotated[int, Field(ge=1, le=64)]
    memory_mb: Annotated[int, Field(ge=64)]

    @property
    def memory_bytes(self) -> int:
        """The budget in bytes."""
        return self.memory_mb << 20


class PeriodSection(Section):
    """The sessions of a run, both ends included; null means as far as there are bars.

    Attributes
    ----------
    start, end : date or None
    """

    start: Day | None
    end: Day | None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError(f"start: {self.start} lies after end {self.end}")
        return self
