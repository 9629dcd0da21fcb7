"""Options that several verbs share, and the config that they lead to."""

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from foxml.bars.calendar import TradingCalendar
    from foxml.settings import Resolved

__all__ = [
    "ConfigOption",
    "JournalArgument",
    "JsonOption",
    "ModelOption",
    "QuietOption",
    "SetOption",
    "VariantOption",
    "calendar_of",
    "resolve",
    "utc_text",
]

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="Config file, laid over its base.yaml. By default the base.yaml here, or else the packaged one.",
    ),
]
VariantOption = Annotated[
    str | None,
    typer.Option("--variant", metavar="NAME", help="Laid between base and file: conservative, balanced, aggressive."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="KEY=VALUE", help="Override one key, e.g. portfolio.max_weight=0.02; repeatable."
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="MODEL", help="NAME, NAME@VERSION or a path; by default model.name."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
JournalArgument = Annotated[Path, typer.Argument(metavar="JOURNAL", help="The journal of a run.")]


def resolve(config: Path | None, variant: str | None, overrides: list[str] | None) -> "Resolved":
    """Resolve the config of a verb: base, variant, file, environment, options, each over the one before."""
    from foxml.settings import load_config

    here = Path("base.yaml")
    source = here if config is None and here.is_file() else config
    return load_config(source, variant=variant, environ=os.environ, overrides=tuple(overrides or ()))


def calendar_of(resolved: "Resolved") -> "TradingCalendar":
    """Return the calendar of a config with a year to come, sessions that its overrides change included."""
    from foxml.bars.calendar import TradingCalendar
    from foxml.clock import WallClock

    return TradingCalendar(
        _moment(WallClock().now_ns()).date() + dt.timedelta(days=365),
        resolved.config.bars.calendar,
        overrides=resolved.calendar_overrides,
    )


def utc_text(ns: int) -> str:
    """Format a moment in UTC."""
    return _moment(ns).strftime("%Y-%m-%d %H:%M")


def _moment(ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ns // 1_000_000_000, tz=dt.UTC)
