"""The check of stored bars: a healthy history has no findings, and each planted fault is found and named."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.quality import Severity, check_bars
from foxml.domain.bars import CLOSE, HIGH, LOW, VOLUME, SymbolBars

HOUR = 3_600_000_000_000


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2024, 12, 31))


@pytest.fixture(scope="module")
def healthy(calendar: TradingCalendar) -> SymbolBars:
    """Every hour of three months of 2024, around a price of 50."""
    rng = np.random.default_rng(3)
    closes, opens, ends = [], [], []
    for session in calendar.sessions(dt.date(2024, 1, 2), dt.date(2024, 3, 28)):
        at = np.arange(session.open_ns // HOUR * HOUR + HOUR, session.close_ns + HOUR, HOUR)
        at = np.minimum(at, session.close_ns)
        closes.append(at)
        opens.append(np.full(len(at), session.open_ns))
        ends.append(np.full(len(at), session.close_ns))
    n = sum(map(len, closes))
    close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 2e-3, n))), 2)
    ohlcv = np.column_stack([close, close + 0.05, close - 0.05, close, rng.integers(900, 1100, n)])
    return SymbolBars("FOX", HOUR, *(np.concatenate(part) for part in (closes, opens, ends)), ohlcv)


def found(bars: SymbolBars, calendar: TradingCalendar) -> dict[str, tuple[Severity, int]]:
    quality, _ = check_bars(bars, [], calendar)
    return {finding.kind: (finding.severity, finding.count) for finding in quality.findings}


def test_nothing_is_found_where_nothing_is_wrong(healthy: SymbolBars, calendar: TradingCalendar) -> None:
    quality, series = check_bars(healthy, [], calendar)
    assert quality.findings == ()
    assert not quality.serious
    assert quality.coverage == 1.0
    assert (series.coverage == 1.0).all()
    assert series.volume_share.sum() == pytest.approx(1.0)


def _taken(bars: SymbolBars, kept: np.ndarray) -> SymbolBars:
    times = (bars.close_ns[kept], bars.session_open_ns[kept], bars.session_close_ns[kept])
    return SymbolBars(bars.symbol, bars.interval_ns, *times, bars.ohlcv[kept])


def _session_gone(bars: SymbolBars) -> SymbolBars:
    return _taken(bars, bars.session_open_ns != np.unique(bars.session_open_ns)[20])


def _bars_gone(bars: SymbolBars) -> SymbolBars:
    return _taken(bars, np.arange(len(bars)) % 40 != 7)


def _with(change: Callable[[np.ndarray], None]) -> Callable[[SymbolBars], SymbolBars]:
    def planted(bars: SymbolBars) -> SymbolBars:
        ohlcv = bars.ohlcv.copy()
        change(ohlcv)
        return replace(bars, ohlcv=ohlcv)

    return planted


def _split(ohlcv: np.ndarray) -> None:
    ohlcv[210:, :VOLUME] /= 2
    ohlcv[210:, VOLUME] *= 2


def _crash(ohlcv: np.ndarray) -> None:
    ohlcv[210:, :VOLUME] *= 0.57


def _spike(ohlcv: np.ndarray) -> None:
    ohlcv[200, HIGH] *= 10


def _stale(ohlcv: np.ndarray) -> None:
    ohlcv[100:105] = ohlcv[100]


def _empty(ohlcv: np.ndarray) -> None:
    ohlcv[50, VOLUME] = 0


def _impossible(ohlcv: np.ndarray) -> None:
    ohlcv[30, LOW] = ohlcv[30, CLOSE] + 1


def _other_hours(bars: SymbolBars) -> SymbolBars:
    ends = bars.session_close_ns.copy()
    ends[70:77] += HOUR
    return replace(bars, session_close_ns=ends)


PLANTED = [
    (_session_gone, "sessions missing", Severity.SERIOUS, 1),
    (_with(_split), "missing split", Severity.SERIOUS, 1),
    (_with(_impossible), "invalid", Severity.SERIOUS, 1),
    (_other_hours, "off the calendar", Severity.SERIOUS, 7),
    (_with(_crash), "overnight jump", Severity.WARNING, 1),
    (_with(_spike), "bad prints", Severity.WARNING, 1),
    (_with(_stale), "stale", Severity.WARNING, 2),
    (_with(_empty), "zero volume", Severity.NOTE, 1),
    (_bars_gone, "absent", Severity.NOTE, 11),
]


@pytest.mark.parametrize(("plant", "kind", "severity", "count"), PLANTED, ids=[case[1] for case in PLANTED])
def test_a_planted_fault_is_found(
    healthy: SymbolBars,
    calendar: TradingCalendar,
    plant: Callable[[SymbolBars], SymbolBars],
    kind: str,
    severity: Severity,
    count: int,
) -> None:
    # That one, and nothing worse than a note beside it.
    findings = found(plant(healthy), calendar)
    assert findings[kind] == (severity, count)
    assert {other for other, (how, _) in findings.items() if how is not Severity.NOTE} <= {kind}


def test_bars_of_extended_hours_are_known_by_their_sessions(healthy: SymbolBars, calendar: TradingCalendar) -> None:
    wide = calendar.extended()
    at = np.searchsorted(calendar.open_ns, healthy.session_open_ns)
    bars = replace(healthy, session_open_ns=wide.open_ns[at], session_close_ns=wide.close_ns[at])
    assert set(found(bars, calendar)) == {"absent"}
