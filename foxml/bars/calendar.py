"""Trading sessions of an exchange: holidays, half-days and daylight saving included."""

import copy
import datetime as dt
import importlib.metadata
import io
import re
import zipfile
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar_overrides import SessionOverride, read_overrides
from foxml.bars.files import replace_file
from foxml.bars.timeframes import DAY_NS
from foxml.errors import DataError

__all__ = ["FIRST_DATE", "Session", "TradingCalendar"]

FIRST_DATE = dt.date(1990, 1, 1)
_EPOCH = dt.date(1970, 1, 1)
_HOUR_NS: Final = 3_600_000_000_000
_BEFORE_NS: Final = 11 * _HOUR_NS // 2
_AFTER_NS: Final = 4 * _HOUR_NS
_ZONES: Final = {"XNYS": "America/New_York", "XNAS": "America/New_York", "NYSE": "America/New_York"}
"""Known without the calendar library, which takes its time to import."""


@dataclass(frozen=True, slots=True)
class Session:
    """One regular trading session; times in nanoseconds UTC."""

    date: dt.date
    open_ns: int
    close_ns: int


class TradingCalendar:
    """Regular sessions of one exchange, from 1990 to a given date.

    Parameters
    ----------
    last_date : datetime.date
        Sessions are known up to here; exchanges publish about a year ahead.
    name : str, default "XNYS"
        Market identifier code, as ``exchange_calendars`` knows it.

    cache : Path, optional
        Folder, such as the store's, that keeps the computed sessions: with it a process starts without pandas.
    overrides : Path, optional
        File of unscheduled closures, early closes and late opens (`foxml.bars.calendar_overrides`).

    Raises
    ------
    DataError
        If there is no such calendar, `last_date` is too early, or an override is of no session.
    """

    def __init__(
        self, last_date: dt.date, name: str = "XNYS", *, cache: Path | None = None, overrides: Path | None = None
    ) -> None:
        if last_date <= FIRST_DATE:
            raise DataError(f"calendar {name}: last date must be after {FIRST_DATE}, found {last_date}")
        table = _compute(last_date, name) if cache is None else _cached(last_date, name, cache)
        table = table[:, : np.searchsorted(table[0], (last_date - _EPOCH).days, side="right")]
        if overrides is not None:
            table = _overridden(table, read_overrides(overrides), name)
        self.name = name
        self._day, self._open_ns, self._close_ns = (np.ascontiguousarray(row) for row in table)

    @property
    def open_ns(self) -> NDArray[np.int64]:
        """Opens of all sessions, ascending, shape (sessions,)."""
        return self._open_ns

    @property
    def close_ns(self) -> NDArray[np.int64]:
        """Closes of all sessions, ascending, shape (sessions,)."""
        return self._close_ns

    @property
    def covered_ns(self) -> tuple[int, int]:
        """First open and last close."""
        return int(self._open_ns[0]), int(self._close_ns[-1])

    def extended(self, before_ns: int = _BEFORE_NS, after_ns: int = _AFTER_NS) -> "TradingCalendar":
        """Return a calendar whose sessions include the hours before the open and after the close.

        Parameters
        ----------
        before_ns, after_ns : int
            How much earlier and later; by default from 04:00 to 20:00 in New York, on a half-day to 17:00.

        Raises
        ------
        DataError
            If sessions would overlap.
        """
        other = copy.copy(self)
        other._open_ns, other._close_ns = self._open_ns - before_ns, self._close_ns + after_ns
        if (other._open_ns[1:] < other._close_ns[:-1]).any():
            raise DataError(f"calendar {self.name}: extended sessions overlap")
        return other

    def locate(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the session that each moment lies in, open included and close excluded; -1 outside sessions.

        Parameters
        ----------
        time_ns : ndarray of int64, shape (n,)

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        index = np.searchsorted(self._open_ns, time_ns, side="right") - 1
        inside = (index >= 0) & (time_ns < self._close_ns[np.maximum(index, 0)])
        return np.where(inside, index, -1)

    def locate_dates(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the session of each date (days since 1970); -1 where there was none."""
        index = np.searchsorted(self._day, day)
        clipped = np.minimum(index, len(self._day) - 1)
        return np.where(self._day[clipped] == day, clipped, -1)

    def session_on_or_after(self, date: dt.date) -> Session:
        """Return the first session on or after a date.

        Raises
        ------
        DataError
            If the calendar ends before it.
        """
        index = int(np.searchsorted(self._day, (date - _EPOCH).days))
        if index == len(self._day):
            raise DataError(f"calendar {self.name} has no session on or after {date}")
        return self._session(index)

    def session_of(self, time_ns: int) -> Session | None:
        """Return the session that a moment lies in, open included and close excluded; None outside sessions."""
        index = int(self.locate(np.array([time_ns], dtype=np.int64))[0])
        return None if index < 0 else self._session(index)

    def sessions(self, start: dt.date, end: dt.date) -> list[Session]:
        """All sessions from `start` to `end`, both included."""
        first = int(np.searchsorted(self._day, (start - _EPOCH).days))
        last = int(np.searchsorted(self._day, (end - _EPOCH).days, side="right"))
        return [self._session(index) for index in range(first, last)]

    def _session(self, index: int) -> Session:
        date = _EPOCH + dt.timedelta(days=int(self._day[index]))
        return Session(date, int(self._open_ns[index]), int(self._close_ns[index]))


def start_of_date_ns(date: dt.date) -> int:
    """Midnight UTC of a date, in nanoseconds."""
    return (date - _EPOCH).days * DAY_NS


def _overridden(table: NDArray[np.int64], overrides: list[SessionOverride], name: str) -> NDArray[np.int64]:
    table = table.copy()
    open_days = np.ones(table.shape[1], dtype=np.bool_)
    for override in overrides:
        day = (override.date - _EPOCH).days
        if day > table[0, -1]:
            continue  # this calendar ends before it
        at = int(np.searchsorted(table[0], day))
        if table[0, at] != day:
            raise DataError(f"{override.where}: {name} has no session on {override.date}")
        if override.kind == "closed":
            open_days[at] = False
            continue
        end = 2 if override.kind == "early_close" else 1
        table[end, at] = override.moment_ns(_zone(name))
        if table[1, at] >= table[2, at]:
            raise DataError(f"{override.where}: the session of {override.date} would close before it opens")
    return table[:, open_days]


def _zone(name: str) -> zoneinfo.ZoneInfo:
    if name in _ZONES:
        return zoneinfo.ZoneInfo(_ZONES[name])
    import exchange_calendars

    return zoneinfo.ZoneInfo(str(exchange_calendars.get_calendar(name).tz))


def _compute(last_date: dt.date, name: str) -> NDArray[np.int64]:
    """Days since 1970, opens and closes of all sessions, shape (3, sessions)."""
    # Imported here: it brings pandas, which a caller with no need for sessions should not pay for.
    import exchange_calendars

    try:
        calendar = exchange_calendars.get_calendar(name, start=str(FIRST_DATE), end=str(last_date))
    except exchange_calendars.errors.InvalidCalendarName:
        raise DataError(f"unknown calendar {name!r}; expected a market identifier code like XNYS") from None
    schedule = calendar.schedule
    day = schedule.index.to_numpy("datetime64[D]").astype(np.int64)
    return np.stack([day, *(schedule[end].to_numpy("datetime64[ns]").astype(np.int64) for end in ("open", "close"))])


def _cached(last_date: dt.date, name: str, folder: Path) -> NDArray[np.int64]:
    if not re.fullmatch(r"\w+", name):
        raise DataError(f"unknown calendar {name!r}; expected a market identifier code like XNYS")
    path = folder / f"calendar-{name}.npz"
    # Another release of the library may know of other holidays.
    release = importlib.metadata.version("exchange_calendars")
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            if str(held["release"]) == release and int(held["last_day"]) >= (last_date - _EPOCH).days:
                return np.asarray(held["table"], dtype=np.int64)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass  # absent or damaged: it is only a cache
    until = dt.date(last_date.year, 12, 31)
    table = _compute(until, name)
    data = io.BytesIO()
    np.savez(data, release=np.array(release), last_day=np.int64((until - _EPOCH).days), table=table)
    replace_file(path, data.getvalue())
    return table
