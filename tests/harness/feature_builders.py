"""Histories, plans and streams for the tests of features."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foxml.bars.actions import adjustment_factors
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.normalise import normalise
from foxml.bars.slices import merge
from foxml.bars.store import BarMarks, BarStore
from foxml.bars.synthetic import synthetic_market
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import CLOSE, BarSlice, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.features import FeatureEngine, FeaturePlan, list_features, load_plan

# Folder, interval, zone of the labels, longest warm-up taken in (the 5m files are short).
REAL = (
    ("us_etfs_1m", "1m", "UTC", 10_000),
    ("us_equities_5m", "5m", "UTC", 2500),
    ("us_equities_1h", "1h", "America/New_York", 100_000),
    ("us_equities_1d", "1d", "America/New_York", 3000),
)
SYMBOLS = ("FOXA", "FOXB", "FOXC")


@cache
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2026, 12, 31))


@cache
def market(
    sessions: int, interval: str = "5m", seed: int = 3, symbols: tuple[str, ...] = SYMBOLS
) -> tuple[tuple[SymbolBars, ...], tuple[CorporateAction, ...]]:
    """A synthetic market with missing bars, a dividend of the first symbol and a split of the second."""
    days = calendar().sessions(dt.date(2024, 1, 2), dt.date(2025, 12, 31))[:sessions]
    made = synthetic_market(seed, symbols, days, interval=interval, missing=0.02)
    return tuple(normalise(raw, calendar(), parse_interval(interval))[0] for raw in made.bars), made.actions


def real_store(shared_data: Path, folder: str, interval: str, zone: str, root: Path) -> BarStore:
    """All symbols of a folder of real bars, with their corporate actions."""
    store = BarStore(root)
    import_files(
        [shared_data / folder],
        store=store,
        calendar=calendar(),
        interval=interval,
        layout=CsvFormat(zone),
        marks=BarMarks("vendor", "sip", "utc"),
        actions_path=shared_data / "corporate_actions.csv",
    )
    return store


def instruments(symbols: Iterable[str]) -> tuple[Instrument, ...]:
    return tuple(Instrument(symbol) for symbol in symbols)


def plan_within(warmup_max: int, symbols: Iterable[str], interval: str, benchmark: str | None = None) -> FeaturePlan:
    """Every feature of the catalogue that is warm within so many bars; those beside a benchmark if one is named."""
    interval_ns = parse_interval(interval)
    names = [
        info.name
        for info in list_features()
        if info.makes_sense_at(interval_ns) and info.warmup_bars(interval_ns) <= warmup_max
    ]
    return load_plan({"include": names}, interval_ns=interval, instruments=instruments(symbols), benchmark=benchmark)


def rows_in_stream(
    engine: FeatureEngine,
    items: Iterable[BarSlice | CorporateAction],
    last_close: dict[str, float] | None = None,
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """Rows and readiness of each symbol's bars, slice by slice, with actions as the trading engine applies them.

    `last_close` goes on from an earlier part of the same stream.
    """
    symbols = engine.symbols
    last_close = {} if last_close is None else last_close
    rows: dict[str, list[NDArray[np.float32]]] = {symbol: [] for symbol in symbols}
    ready: dict[str, list[bool]] = {symbol: [] for symbol in symbols}
    for item in items:
        if isinstance(item, CorporateAction):
            if item.symbol in last_close:
                factors = adjustment_factors(item, last_close[item.symbol])
                engine.adjust(symbols.index(item.symbol), *factors)
            continue
        found = engine.update(item)
        for i, symbol in enumerate(symbols):
            if item.present[i]:
                last_close[symbol] = float(item.ohlcv[i, CLOSE])
                rows[symbol].append(found.rows[i])
                ready[symbol].append(bool(found.ready[i]))
    return {symbol: (np.array(rows[symbol]), np.array(ready[symbol])) for symbol in symbols}


def stream(
    engine: FeatureEngine, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction]
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    return rows_in_stream(engine, merge(histories, actions))


def differing_bits(left: NDArray[np.floating], right: NDArray[np.floating]) -> int:
    """Cells whose bits differ; NaN equals NaN whatever its bits."""
    assert left.dtype == right.dtype, (left.dtype, right.dtype)
    assert left.shape == right.shape, (left.shape, right.shape)
    kind = {4: np.int32, 8: np.int64}[left.dtype.itemsize]
    both_nan = np.isnan(left) & np.isnan(right)
    return int(((left.view(kind) != right.view(kind)) & ~both_nan).sum())
