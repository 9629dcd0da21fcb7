"""Seconds aggregated to minutes against the minutes that the same vendor sold: every difference is known.

The list stands in docs/bars.md, too.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.aggregate import aggregate
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.normalise import normalise
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import VOLUME, SymbolBars

MINUTE = parse_interval("1m")
# Minutes whose open, high or close differ, by their close in UTC: ours, the vendor's.
PRICES = {
    "SPY": {
        "2013-10-09T13:31": ([165.81, 165.82, 165.64, 165.75], [165.82, 165.82, 165.64, 165.75]),
        "2013-10-10T13:31": ([167.28, 167.35, 167.23, 167.29], [167.32, 167.35, 167.23, 167.29]),
    },
    "IBM": {
        "2013-10-07T13:31": ([181.90, 182.24, 181.85, 182.15], [182.00, 182.24, 181.85, 182.15]),
        "2013-10-07T20:00": ([182.14, 182.15, 182.00, 182.00], [182.14, 182.15, 182.00, 182.01]),
        "2013-10-08T20:00": ([179.00, 179.04, 178.71, 178.81], [179.00, 179.04, 178.71, 178.72]),
        "2013-10-09T13:31": ([179.37, 179.52, 179.10, 179.24], [179.52, 179.52, 179.10, 179.24]),
        "2013-10-09T20:00": ([181.42, 181.42, 181.25, 181.27], [181.42, 181.42, 181.25, 181.32]),
        "2013-10-10T20:00": ([184.64, 184.72, 184.60, 184.71], [184.64, 184.77, 184.60, 184.77]),
        "2013-10-11T13:31": ([185.48, 185.49, 185.00, 185.16], [185.28, 185.49, 185.00, 185.16]),
        "2013-10-11T20:00": ([186.07, 186.23, 186.06, 186.22], [186.07, 186.23, 186.06, 186.16]),
    },
}
VOLUMES = {"SPY": 216, "IBM": 649}
# Shares of each session that are in the vendor's minutes and not in its seconds.
MISSING = {"SPY": [0, 0, 300, 250, 0], "IBM": [290_527, 262_948, 245_094, 248_471, 296_780]}


def _real(path: Path, interval: str) -> SymbolBars:
    (raw,) = read_csv(path, CsvFormat("America/New_York"), interval_ns=parse_interval(interval))
    return normalise(raw, TradingCalendar(dt.date(2014, 12, 31)), parse_interval(interval))[0]


@pytest.mark.parametrize("symbol", ["SPY", "IBM"])
def test_every_difference_is_known(symbol: str, shared_data: Path) -> None:
    ours = aggregate(_real(shared_data / f"us_equities_1s_2013/{symbol}.csv.gz", "1s"), MINUTE, until_ns=2**62)
    theirs = _real(shared_data / f"us_equities_1m_2013/{symbol}.csv.gz", "1m")
    assert ours.close_ns.tolist() == theirs.close_ns.tolist()
    differs = np.flatnonzero((ours.ohlcv[:, :VOLUME] != theirs.ohlcv[:, :VOLUME]).any(axis=1))
    found = {
        str(np.datetime64(int(ours.close_ns[at]), "ns"))[:16]: (
            ours.ohlcv[at, :VOLUME].tolist(),
            theirs.ohlcv[at, :VOLUME].tolist(),
        )
        for at in differs
    }
    assert found == PRICES[symbol]
    short = theirs.ohlcv[:, VOLUME] - ours.ohlcv[:, VOLUME]
    assert (short != 0).sum() == VOLUMES[symbol]
    opens = np.unique(ours.session_open_ns)
    assert [short[ours.session_open_ns == ns].sum() for ns in opens] == MISSING[symbol]


@pytest.mark.parametrize("symbol", ["SPY", "IBM"])
def test_between_the_auctions_only_the_minute_of_a_trade_differs(symbol: str, shared_data: Path) -> None:
    """Away from the first and last minute prices are equal, and what one minute lacks another one has."""
    ours = aggregate(_real(shared_data / f"us_equities_1s_2013/{symbol}.csv.gz", "1s"), MINUTE, until_ns=2**62)
    theirs = _real(shared_data / f"us_equities_1m_2013/{symbol}.csv.gz", "1m")
    within = (ours.close_ns != ours.session_close_ns) & (ours.close_ns != ours.session_open_ns + MINUTE)
    np.testing.assert_array_equal(ours.ohlcv[within, :VOLUME], theirs.ohlcv[within, :VOLUME])
    short = (theirs.ohlcv[:, VOLUME] - ours.ohlcv[:, VOLUME])[within]
    assert abs(short.sum()) < 1e-4 * theirs.ohlcv[within, VOLUME].sum()
