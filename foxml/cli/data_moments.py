"""Moments as a user writes them."""

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

__all__ = ["EndOption", "IntervalOption", "StartOption", "ZoneOption", "moment_ns", "zone_of"]

IntervalOption = Annotated[str, typer.Option("--interval", metavar="1h", help="Length of a bar: 1m, 1h, 1d.")]
StartOption = Annotated[
    str | None, typer.Option("--start", metavar="TIME", help="Bars that close after this date or time.")
]
EndOption = Annotated[
    str | None, typer.Option("--end", metavar="TIME", help="Bars that close by this time; of a date: by its end.")
]
ZoneOption = Annotated[str, typer.Option("--timezone", metavar="ZONE", help="Of the times that are given and shown.")]


def moment_ns(option: str, text: str | None, zone: dt.tzinfo, *, end_of_day: bool = False) -> int | None:
    """Read a date or a date and time.

    Raises
    ------
    ConfigError
        Names the option, what was found and what was expected.

    Examples
    --------
    >>> moment_ns("--start", "1970-01-02", dt.UTC)
    86400000000000
    >>> moment_ns("--end", "1970-01-02", dt.UTC, end_of_day=True)
    172800000000000
    """
    from foxml.errors import ConfigError

    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{option} {text}: expected a date or a date and time, such as 2024-03-28 or 2024-03-28T15:30"
        ) from None
    if end_of_day and len(text) <= 10:
        moment += dt.timedelta(days=1)
    local = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    seconds = local - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (seconds // dt.timedelta(microseconds=1)) * 1000


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    from foxml.errors import ConfigError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"--timezone {name}: expected a time zone such as UTC or America/New_York") from None
