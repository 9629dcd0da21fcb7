"""Times that are written otherwise than ISO 8601: in a pattern, or with the time of day in a column of its own."""

import datetime as dt
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Final

from foxml.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["UnknownForm", "as_stamps", "joined", "moment_of", "time_format_of"]

_DATES: Final = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%Y.%m.%d",
    "%Y%m%d",
    "%m-%d-%Y",
    "%d-%m-%Y",
)
_TIMES: Final = ("%H:%M", "%H:%M:%S", "%H%M%S", "%H%M", "%I:%M %p", "%I:%M:%S %p")
_FORMATS: Final = (*(f"{date} {time}" for date, time in product(_DATES, _TIMES)), *_DATES)


class UnknownForm(DataError):
    """Times are of no form that is known."""


def joined(date: str, time: str) -> str:
    """Return a date and a time of day in one text, as a format is written for them."""
    return f"{date.strip()} {time.strip()}"


def moment_of(text: str, time_format: str) -> dt.datetime | None:
    """Return the moment that a text names, None where it is not of the format."""
    try:
        return dt.datetime.strptime(text.strip(), time_format)
    except ValueError:
        return None


def time_format_of(texts: Sequence[str], source: str) -> str:
    """Find the format that all texts have.

    Parameters
    ----------
    texts : sequence of str
        As many as there are: only a day after the twelfth tells days from months.
    source : str
        For errors.

    Raises
    ------
    UnknownForm
        If no known format fits all.
    DataError
        If one with the day before the month does as well as one with it behind.

    Examples
    --------
    >>> time_format_of(["03/08/2024 09:30", "03/28/2024 15:59"], "SPY.csv")
    '%m/%d/%Y %H:%M'
    """
    fitting = [form for form in _FORMATS if all(moment_of(text, form) is not None for text in texts)]
    if not fitting:
        raise UnknownForm(f"{source}: times like {texts[0]!r} are of no known form; name it with --time-format")
    if len({tuple(moment_of(text, form) for text in texts) for form in fitting}) > 1:
        raise DataError(
            f"{source}: times like {texts[0]!r} may be any of {', '.join(fitting)}; name one with --time-format"
        )
    return fitting[0]


def as_stamps(table: "pa.Table", date: str, time: str | None, time_format: str) -> "pa.ChunkedArray | None":
    """Read columns of texts as times without a zone; None where one is not of the format.

    Parameters
    ----------
    table : pyarrow.Table
    date, time : str
        Columns; without `time` the first holds both.
    time_format : str
        As `datetime.strptime` takes it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        texts = pc.utf8_trim_whitespace(table[date].cast(pa.string()))
        if time is not None:
            texts = pc.binary_join_element_wise(texts, pc.utf8_trim_whitespace(table[time].cast(pa.string())), " ")
        stamps = pc.strptime(texts, format=time_format, unit="s")
        # Arrow takes the 30th of February for the 1st of March: only what is written back as it was has been read.
        is_same = pc.all(pc.equal(pc.strftime(stamps, format=time_format), texts), skip_nulls=False).as_py()
    except pa.ArrowException:
        return None
    return stamps if is_same else None
