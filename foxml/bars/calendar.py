"""Trading sessions of an exchange: holidays, half-days and daylight saving included."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    Raises
    ------
    DataError
        If there is no such calendar, or `last_date` is too early.
    """

    def __init__(self, last_date: dt.date, name: str = "XNYS") -> None:
        if last_date <= FIRST_DATE:
            raise DataError(f"calendar {name}: last date must be after {FIRST_DATE}, found {last_date}")
        # Imported here: it brings pandas, which a caller with no need for sessions should not pay for.
        import exchange_calendars

        try:
            calendar = exchange_calendars.get_calendar(name, start=str(FIRST_DATE), end=str(last_date))
        except exchange_calendars.errors.InvalidCalendarName:
            raise DataError(f"unknown calendar {name!r}; expected a market identifier code like XNYS") from None
        schedule = calendar.schedule
        self.name = name
        self._open_ns: NDArray[np.int64] = schedule["open"].to_numpy("datetime64[ns]").astype(np.int64)
        self._close_ns: NDArray[np.int64] = schedule["close"].to_numpy("datetime64[ns]").astype(np.int64)
        self._day: NDArray[np.int64] = schedule.index.to_numpy("datetime64[D]").astype(np.int64)

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
