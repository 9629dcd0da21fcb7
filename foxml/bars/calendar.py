"""Trading sessions of an exchange: holidays, half-days and daylight saving included."""

import datetime as dt
import importlib.metadata
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foxml.bars.files import replace_file
from foxml.bars.timeframes import DAY_NS
from foxml.errors import DataError

__all__ = ["FIRST_DATE", "Session", "TradingCalendar"]

FIRST_DATE = dt.date(1990, 1, 1)
_EPOCH = dt.date(1970, 1, 1)


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

    Raises
    ------
    DataError
        If there is no such calendar, or `last_date` is too early.
    """

    def __init__(self, last_date: dt.date, name: str = "XNYS", *, cache: Path | None = None) -> None:
        if last_date <= FIRST_DATE:
            raise DataError(f"calendar {name}: last date must be after {FIRST_DATE}, found {last_date}")
        table = _compute(last_date, name) if cache is None else _cached(last_date, name, cache)
        table = table[:, : np.searchsorted(table[0], (last_date - _EPOCH).days, side="right")]
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
