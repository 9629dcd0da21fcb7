"""The door of research to `foxml.bars.normalise`: the same function that the live feed calls."""

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import STRICT, Cleaning
from foxml.bars.normalise import Normalised, clean
from foxml.bars.raw import RawBars
from foxml.bars.timeframes import parse_interval

__all__ = ["DataNormalization"]


class DataNormalization:
    """Session alignment, grid correction and cleaning of raw bars.

    Parameters
    ----------
    calendar : TradingCalendar
    interval : str
        ``"5m"``, ``"1h"`` ...
    cleaning : Cleaning, default strict
        `foxml.bars.cleaning.RESEARCH` gets through a messy file; ``Cleaning(missing="fill")`` fills, and marks what it
        filled.
    """

    def __init__(self, calendar: TradingCalendar, interval: str, cleaning: Cleaning = STRICT) -> None:
        self._calendar = calendar
        self._interval_ns = parse_interval(interval)
        self._cleaning = cleaning

    def normalize(self, raw: RawBars) -> Normalised:
        """Return the bars, what became of the rows, and a mark on each bar.

        Raises
        ------
        DataError
            As the policies say; names file and row.
        """
        return clean(raw, self._calendar, self._interval_ns, self._cleaning)
