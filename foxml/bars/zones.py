"""Local times to UTC, many at once."""

import datetime as dt
import functools
import zoneinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.kernel import day_starts
from foxml.bars.timeframes import DAY_NS
from foxml.errors import DataError

__all__ = ["to_utc", "zone_of"]

_EPOCH: Final = dt.datetime(1970, 1, 1)
_SECOND_NS: Final = 1_000_000_000
_DAYS: Final = ((dt.datetime.min - _EPOCH).days + 2, (dt.datetime.max - _EPOCH).days - 2)


def zone_of(name: str, where: str) -> zoneinfo.ZoneInfo:
    """Return a time zone by its IANA name.

    Raises
    ------
    DataError
        If there is none of that name.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise DataError(f"{where}: unknown time zone {name!r}; expected an IANA name like America/New_York") from None


def to_utc(local_ns: NDArray[np.int64], zone: zoneinfo.ZoneInfo) -> tuple[NDArray[np.int64], int | None]:
    """Convert times of a clock on the wall.

    Parameters
    ----------
    local_ns : ndarray of int64, shape (n,)
        Nanoseconds since 1970-01-01 on that clock.
    zone : ZoneInfo

    Returns
    -------
    utc_ns : ndarray of int64, shape (n,)
    bad : int or None
        Place of the first time that does not exist, or exists twice: the clocks were changed.
    """
    if len(local_ns) == 0 or zone.key == "UTC":
        return local_ns, None
    # Rows of one day follow one another, so a zone is asked once for each run of a day, not for each row.
    first = day_starts(local_ns)
    ends = np.append(first[1:], len(local_ns))
    offsets = [_offset_of_day(of_day, zone) for of_day in (local_ns[first] // DAY_NS).tolist()]
    utc_ns = np.empty_like(local_ns)
    changing = []
    begun = 0
    for run, offset in enumerate(offsets):
        if offset is None:
            changing.append(run)
        if run + 1 == len(offsets) or offsets[run + 1] != offset:
            # Days of one offset are moved together.
            np.subtract(local_ns[first[begun] : ends[run]], offset or 0, out=utc_ns[first[begun] : ends[run]])
            begun = run + 1
    for run in changing:
        for at in range(first[run], ends[run]):
            offset = _offset(int(local_ns[at]), zone)
            if offset is None:
                return utc_ns, at
            utc_ns[at] = local_ns[at] - offset
    return utc_ns, None


@functools.lru_cache(maxsize=1 << 16)
def _offset_of_day(day: int, zone: zoneinfo.ZoneInfo) -> int | None:
    """Offset of a whole day in nanoseconds; None where it changes in it."""
    if not _DAYS[0] <= day <= _DAYS[1]:
        return 0
    ends = (_offset(day * DAY_NS, zone), _offset((day + 1) * DAY_NS - _SECOND_NS, zone))
    return ends[0] if ends[0] == ends[1] else None


def _offset(local_ns: int, zone: zoneinfo.ZoneInfo) -> int | None:
    """Offset of a moment in nanoseconds; None where it does not exist or exists twice."""
    moment = (_EPOCH + dt.timedelta(seconds=local_ns // _SECOND_NS)).replace(tzinfo=zone)
    offset, folded = moment.utcoffset(), moment.replace(fold=1).utcoffset()
    if offset is None or offset != folded:
        return None
    return int(offset.total_seconds()) * _SECOND_NS
