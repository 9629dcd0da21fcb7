"""The made-up market: repeatable, shaped like a real one, and predictable exactly when told to be."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import Session, TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.normalise import normalise
from foxml.bars.store import BarStore
from foxml.bars.synthetic import SYNTHETIC_MARKS, synthetic_market, write_files
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import CLOSE, VOLUME, ActionKind, SymbolBars
from foxml.errors import DataError

SYMBOLS = ["FOXA", "FOXB", "FOXC"]


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2024, 12, 31))


@pytest.fixture(scope="module")
def year(calendar: TradingCalendar) -> list[Session]:
    return calendar.sessions(dt.date(2024, 1, 2), dt.date(2024, 12, 31))


def test_same_seed_same_bytes(year: list[Session], tmp_path: Path) -> None:
    # A demo that differs from run to run cannot be checked against anything.
    files = []
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        write_files(synthetic_market(seed, SYMBOLS, year[:20]), tmp_path / name)
        files.append([path.read_bytes() for path in sorted((tmp_path / name).rglob("*.csv"))])
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_files_import_as_what_was_generated(calendar: TradingCalendar, year: list[Session], tmp_path: Path) -> None:
    # The demo's data takes the way of a user's data; a half-day (2024-07-03) is in it.
    market = synthetic_market(5, SYMBOLS, year, missing=0.01)
    actions = write_files(market, tmp_path)
    store = BarStore(tmp_path / "store")
    reports = import_files(
        [tmp_path / "bars"],
        store=store,
        calendar=calendar,
        interval="5m",
        layout=CsvFormat("UTC"),
        marks=SYNTHETIC_MARKS,
        actions_path=actions,
    )
    for raw, report in zip(market.bars, reports, strict=True):
        np.testing.assert_array_equal(store.read(raw.symbol, "5m").ohlcv, raw.ohlcv)
        assert report.dropped == {}
        assert 0.005 < 1 - report.bars_kept / report.bars_expected < 0.015
    assert store.actions(SYMBOLS) == list(market.actions)
    assert [a.kind for a in market.actions] == [ActionKind.DIVIDEND, ActionKind.SPLIT]
    assert store.marks("FOXA", "5m").vendor == "synthetic"


def test_volume_and_volatility_are_u_shaped_and_the_split_halves_the_price(
    calendar: TradingCalendar, year: list[Session]
) -> None:
    # Time-of-day features and the adjustment path have something to work on.
    market = synthetic_market(5, SYMBOLS, year, missing=0.0)
    bars, _ = normalise(market.bars[1], calendar, parse_interval("5m"))
    full = [day for day in np.split(bars.ohlcv, np.flatnonzero(np.diff(bars.session_open_ns)) + 1) if len(day) == 78]
    volume = np.mean([day[:, VOLUME] for day in full], axis=0)
    ranges = np.mean([day[:, 1] / day[:, 2] - 1 for day in full], axis=0)
    for shape in (volume, ranges):
        assert shape[:6].mean() > 1.5 * shape[36:48].mean()
        assert shape[-6:].mean() > 1.2 * shape[36:48].mean()
    at = int(np.searchsorted(bars.close_ns, market.actions[-1].occurred_ns))
    assert bars.ohlcv[at, 0] / bars.ohlcv[at - 1, CLOSE] == pytest.approx(0.5, abs=0.05)


def _reversal_ic(bars: SymbolBars) -> float:
    log_close = np.log(bars.ohlcv[:, CLOSE])
    mean = np.convolve(log_close, np.ones(24) / 24, mode="valid")
    stretch = (mean - log_close[23:])[:-8]
    ahead = log_close[23 + 8 :] - log_close[23:-8]
    usual = (np.abs(ahead) < 0.1) & (np.abs(stretch) < 0.1)
    return float(np.corrcoef(stretch[usual], ahead[usual])[0, 1])


@pytest.mark.parametrize(("signal", "low", "high"), [(1.0, 0.05, 0.25), (0.0, -0.03, 0.03)])
def test_the_signal_is_there_only_when_planted(
    signal: float, low: float, high: float, calendar: TradingCalendar, year: list[Session]
) -> None:
    # A book must trade on the one and stay out of the other; here the plainest feature stands for a model.
    market = synthetic_market(7, SYMBOLS, year, signal=signal)
    found = [_reversal_ic(normalise(raw, calendar, parse_interval("5m"))[0]) for raw in market.bars]
    assert low < float(np.mean(found)) < high


@pytest.mark.parametrize("interval", ["1m", "1h"])
def test_other_intervals_lie_on_their_grid(interval: str, calendar: TradingCalendar, year: list[Session]) -> None:
    # A New York session begins inside an hour of UTC: its first hourly bar is half as long.
    (raw,) = synthetic_market(1, ["FOX"], year[:5], interval=interval, missing=0.0).bars
    bars, report = normalise(raw, calendar, parse_interval(interval))
    assert len(bars) == report.bars_expected
    assert report.dropped == {}


def test_nonsense_is_refused(year: list[Session]) -> None:
    with pytest.raises(DataError, match="an interval below 1d"):
        synthetic_market(1, ["FOX"], year, interval="1d")
    with pytest.raises(DataError, match="0 symbols"):
        synthetic_market(1, [], year)
