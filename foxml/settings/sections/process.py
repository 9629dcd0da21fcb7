"""The trading process: feed, timers, journal, logs, reports."""

from typing import Annotated, Literal

from pydantic import Field

from foxml.settings.types import Count, NonNegative, Section

__all__ = ["FeedSection", "JournalSection", "LoggingSection", "ReportSection", "TimersSection"]


class FeedSection(Section):
    """Where bars come from.

    Attributes
    ----------
    kind : {"replay"}
    speed : float
        Seconds of the market per second of ours; 0: as fast as it can.
    queue_max : int
        Events that may wait.
    """

    kind: Literal["replay"]
    speed: NonNegative
    queue_max: Annotated[int, Field(ge=1)]


class TimersSection(Section):
    """Timer events.

    Attributes
    ----------
    interval_ms : int
    """

    interval_ms: Annotated[int, Field(ge=1)]


class JournalSection(Section):
    """The journal.

    Attributes
    ----------
    path : str or None
        null: ``runs/<name of the run>/journal.db``.
    commit : {"event", "chunk"}
        One transaction per event, durable; or per so many.
    chunk : int
        Events per transaction when `commit` is ``chunk``.
    """

    path: str | None
    commit: Literal["event", "chunk"]
    chunk: Annotated[int, Field(ge=1)]

    @property
    def commit_every(self) -> int:
        """Events per transaction."""
        return 1 if self.commit == "event" else self.chunk


class LoggingSection(Section):
    """Logs of the daemon.

    Attributes
    ----------
    level : {"debug", "info", "warning", "error"}
    format : {"json", "console"}
    """

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["json", "console"]


class ReportSection(Section):
    """The HTML report.

    Attributes
    ----------
    title : str or None
    trades_max : int
        Trades listed one by one.
    """

    title: str | None
    trades_max: Count
