"""The rule for bad prints: what it finds, what it leaves alone, and that all at once is the same as bar by bar."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import BarMark, Cleaning
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.normalise import clean
from foxml.bars.outliers import bad_prints
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import CLOSE, HIGH, LOW

W = 7
RULE = {"window_bars": W, "threshold": 6.0, "floor_bps": 5.0}


def market(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """A walk with sessions of 40 bars, overnight gaps, a lasting step, and spikes, some of them side by side."""
    rng = np.random.default_rng(seed)
    session = np.arange(n) // 40
    step = rng.normal(0, 1e-3, n) + np.where(np.arange(n) % 40 == 0, rng.normal(0, 0.05, n), 0.0)
    step[250] += 0.1
    close = 50 * np.exp(np.cumsum(step))
    ohlcv = np.column_stack([close, close * 1.001, close * 0.999, close, np.full(n, 100.0)])
    at = np.concatenate([rng.choice(n, 12, replace=False), [120, 121, 122, 160]])
    ohlcv[at, HIGH] *= 1.4
    ohlcv[at[:6], CLOSE] *= 1.3
    return ohlcv, session


def plain(ohlcv: np.ndarray, session: np.ndarray, window_bars: int, threshold: float, floor_bps: float) -> list[bool]:
    """Follow the definition one bar at a time."""
    logs = np.log(ohlcv)
    closes: list[float] = []
    deviations: list[float] = []
    shift, last, found = 0.0, int(session[0]), []
    for row, s in zip(logs, session.tolist(), strict=True):
        moved = row[CLOSE] - closes[-1] if closes and s != last else shift
        deviation = None
        if len(closes) >= window_bars:
            middle = np.median(closes[-window_bars:])
            deviation = max(abs(row[HIGH] - moved - middle), abs(row[LOW] - moved - middle))
        if deviation is not None and len(deviations) >= window_bars:
            usual = max(1.4826 * np.median(deviations[-window_bars:]), floor_bps * 1e-4)
            if deviation > threshold * usual:
                found.append(True)
                continue
        found.append(False)
        shift, last = moved, s
        closes.append(row[CLOSE] - shift)
        if deviation is not None:
            deviations.append(deviation)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_it_is_the_plain_definition(seed: int) -> None:
    # All bars at once, with scans where an outlier was, against one bar after another; some are outliers, most not.
    ohlcv, session = market(seed)
    found = bad_prints(ohlcv, session, **RULE)
    assert found.tolist() == plain(ohlcv, session, **RULE)
    assert 5 < found.sum() < 200


@pytest.mark.parametrize("seed", range(4))
def test_leaving_outliers_out_changes_no_verdict(seed: int) -> None:
    ohlcv, session = market(seed)
    kept = ~bad_prints(ohlcv, session, **RULE)
    assert not bad_prints(ohlcv[kept], session[kept], **RULE).any()


def test_a_gap_overnight_is_no_bad_print() -> None:
    # A crash or a split between sessions is for the rule of overnight jumps.
    close = np.where(np.arange(80) < 40, 100.0, 25.0)
    ohlcv = np.column_stack([close, close * 1.001, close * 0.999, close, close])
    assert not bad_prints(ohlcv, np.arange(80) // 40, **RULE).any()
    assert bad_prints(ohlcv, np.zeros(80, dtype=np.int64), **RULE)[40]  # the same step within a session is one


def test_the_bad_prints_of_apple_and_none_of_its_crashes(shared_data: Path) -> None:
    # Lows of 10.59, 25.30 and 32.65 while the share traded at 185, 244 and 330: a tenth, a digit lost.
    path = shared_data / "us_equities_1h" / "AAPL.csv.gz"
    (raw,) = read_csv(path, CsvFormat("America/New_York"), interval_ns=parse_interval("1h"))
    calendar = TradingCalendar(dt.date(2026, 12, 31))
    found = clean(raw, calendar, parse_interval("1h"), Cleaning(outliers="mark"))
    assert found.bars.ohlcv[found.marked(BarMark.OUTLIER), LOW].tolist() == [10.59, 25.3, 32.65]
    gone = clean(raw, calendar, parse_interval("1h"), Cleaning(outliers="drop"))
    assert gone.report.dropped["bad print"] == 3
    assert len(gone.bars) == len(found.bars) - 3
