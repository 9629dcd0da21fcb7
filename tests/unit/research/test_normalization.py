"""Research cleans bars through the function that the live feed calls, and no other."""

import datetime as dt

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import BarMark, Cleaning
from foxml.bars.normalise import clean
from foxml.bars.raw import RawBars
from foxml.research.pipeline import DataNormalization

HOUR = 3_600_000_000_000


def test_the_door_leads_to_the_one_function() -> None:
    # With a policy that fills: the bars, the report and the marks are those of the function itself.
    calendar = TradingCalendar(dt.date(2024, 12, 31))
    start = int(np.datetime64("2024-01-03T15:00", "ns").astype(np.int64)) + HOUR * np.array([0, 1, 3])
    row = [10.0, 11.0, 9.0, 10.5, 100.0]
    raw = RawBars("FOX", "FOX.csv", start, np.array([row] * 3), np.arange(2, 5))
    cleaning = Cleaning(missing="fill")
    found = DataNormalization(calendar, "1h", cleaning).normalize(raw)
    same = clean(raw, calendar, HOUR, cleaning)
    np.testing.assert_array_equal(found.bars.ohlcv, same.bars.ohlcv)
    assert found.report == same.report
    assert found.marked(BarMark.FILLED).tolist() == [False, False, True, False]
