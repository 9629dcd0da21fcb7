"""Names of bar intervals."""

from foxml.errors import DataError

__all__ = ["DAY_NS", "INTERVALS", "WEEK_NS", "interval_name", "parse_interval"]

_SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * _SECOND_NS
WEEK_NS = 7 * DAY_NS

INTERVALS = {
    "1s": _SECOND_NS,
    "1m": 60 * _SECOND_NS,
    "5m": 300 * _SECOND_NS,
    "15m": 900 * _SECOND_NS,
    "30m": 1800 * _SECOND_NS,
    "1h": 3600 * _SECOND_NS,
    "1d": DAY_NS,
    "1w": WEEK_NS,
}


def parse_interval(name: str) -> int:
    """Length of a named interval in nanoseconds.

    Raises
    ------
    DataError
        If the name is not one of `INTERVALS`.

    Examples
    --------
    >>> parse_interval("5m")
    300000000000
    """
    if name not in INTERVALS:
        raise DataError(f"unknown interval {name!r}; expected one of {', '.join(INTERVALS)}")
    return INTERVALS[name]


def interval_name(interval_ns: int) -> str:
    """Name of an interval, the inverse of `parse_interval`.

    Examples
    --------
    >>> interval_name(3_600_000_000_000)
    '1h'
    """
    for name, length in INTERVALS.items():
        if length == interval_ns:
            return name
    raise DataError(f"no interval is {interval_ns} ns long; expected one of {', '.join(INTERVALS)}")
