"""Sessions that differ from the published calendar: unscheduled closures, early closes and late opens, from a file."""

import csv
import datetime as dt
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from foxml.errors import DataError

__all__ = ["SessionOverride", "read_overrides"]

_FIELDS: Final = ("date", "kind", "time")
_KINDS: Final = ("closed", "early_close", "late_open")


@dataclass(frozen=True, slots=True)
class SessionOverride:
    """One change to one session.

    Attributes
    ----------
    date : datetime.date
    kind : str
        ``closed``, ``early_close`` or ``late_open``.
    time : datetime.time or None
        Of the close or open on that day, by the exchange's clock; None of a closed day.
    where : str
        File and row, for errors.
    """

    date: dt.date
    kind: str
    time: dt.time | None
    where: str

    def moment_ns(self, zone: zoneinfo.ZoneInfo) -> int:
        """Return the close or open in nanoseconds UTC."""
        assert self.time is not None, self
        return int(dt.datetime.combine(self.date, self.time, zone).timestamp()) * 1_000_000_000


def read_overrides(path: Path) -> list[SessionOverride]:
    """Read a file of overrides: YAML (a list of ``{date, kind, time}``) or CSV with the header ``date,kind,time``.

    Parameters
    ----------
    path : Path
        ``.yaml``, ``.yml`` or ``.csv``. Kinds are ``closed`` (no time), ``early_close`` and ``late_open``
        (``HH:MM`` by the exchange's clock).

    Raises
    ------
    DataError
        Names the file and row, what was found and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    rows = _csv_rows(path, text) if path.suffix == ".csv" else _yaml_rows(path, text)
    found = [_override(where, row) for where, row in rows]
    seen: set[tuple[dt.date, str]] = set()
    for override in found:
        if (override.date, override.kind) in seen:
            raise DataError(f"{override.where}: a second {override.kind} of {override.date}")
        seen.add((override.date, override.kind))
    return found


def _csv_rows(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    rows = list(csv.reader(text.splitlines()))
    if not rows or tuple(rows[0]) != _FIELDS:
        found = ",".join(rows[0]) if rows else "an empty file"
        raise DataError(f"{path}:1: expected the header {','.join(_FIELDS)}, found {found}")
    for number, row in enumerate(rows[1:], 2):
        if row and len(row) != len(_FIELDS):
            raise DataError(f"{path}:{number}: expected {len(_FIELDS)} fields, found {len(row)}")
    return [(f"{path}:{number}", dict(zip(_FIELDS, row, strict=True))) for number, row in enumerate(rows[1:], 2) if row]


def _yaml_rows(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    import yaml

    try:
        # Every scalar as it is written: YAML 1.1 would take 13:00 for the number 780.
        rows = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise DataError(f"{path}: not YAML: {error}") from None
    if rows in (None, ""):
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path}: expected a list of {{date, kind, time}}")
    for number, row in enumerate(rows, 1):
        unknown = sorted(set(row) - set(_FIELDS))
        if unknown:
            raise DataError(f"{path}: entry {number}: unknown key {unknown[0]!r}; expected {', '.join(_FIELDS)}")
    return [(f"{path}: entry {number}", row) for number, row in enumerate(rows, 1)]


def _override(where: str, row: dict[str, Any]) -> SessionOverride:
    kind, time_text = str(row.get("kind", "")).strip(), str(row.get("time", "") or "").strip()
    if kind not in _KINDS:
        raise DataError(f"{where}: kind: expected one of {', '.join(_KINDS)}, found {kind!r}")
    if (kind == "closed") != (time_text == ""):
        expected = "no time" if kind == "closed" else "a time HH:MM"
        raise DataError(f"{where}: {kind}: expected {expected}, found {time_text!r}")
    try:
        date = dt.date.fromisoformat(str(row.get("date", "")).strip())
        time = dt.time.fromisoformat(time_text) if time_text else None
    except ValueError as error:
        raise DataError(f"{where}: {error}") from None
    if time is not None and time.tzinfo is not None:
        raise DataError(f"{where}: time: expected HH:MM by the exchange's clock, found {time_text!r}")
    return SessionOverride(date, kind, time, where)
