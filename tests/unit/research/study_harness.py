"""A stored synthetic market, and features of it that need no feature engine."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarStore
from foxml.bars.synthetic import SYNTHETIC_MARKS, synthetic_market, write_files
from foxml.domain.bars import CLOSE, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.models import Registry
from foxml.research.pipeline import FeatureRows, PlannedFeatures
from foxml.research.study import StudyResult, run_study
from foxml.settings import Resolved, load_config

SYMBOLS = ("FOXA", "FOXB")
FIRST, LAST = dt.date(2024, 1, 2), dt.date(2024, 4, 30)
SPANS = (2, 4, 8, 16, 32)
INTERVAL = "5m"
OVERRIDES = (
    "universe.symbols=[FOXA, FOXB]",
    "universe.benchmark=FOXA",
    f"bars.interval={INTERVAL}",
    "period.start=2024-01-02",
    "period.end=2024-04-30",
    "target.horizon_bars=6",
    "model.name=fox",
    "model.variant=balanced",
    "model.params={n_estimators: 40, learning_rate: 0.1, early_stopping_rounds: 10}",
    "validation.folds=3",
    "validation.min_train_sessions=25",
    "validation.embargo_bars=6",
)


def stored_market(folder: Path, *, signal: float, seed: int = 7) -> BarStore:
    calendar = TradingCalendar(dt.date(2024, 12, 31))
    sessions = calendar.sessions(FIRST, LAST)
    actions = write_files(
        synthetic_market(seed, SYMBOLS, sessions, interval=INTERVAL, signal=signal), folder / "vendor"
    )
    store = BarStore(folder / "data")
    import_files(
        [folder / "vendor" / "bars"],
        store=store,
        calendar=calendar,
        interval=INTERVAL,
        layout=CsvFormat("UTC"),
        marks=SYNTHETIC_MARKS,
        actions_path=actions,
    )
    return store


def resolved(folder: Path, *overrides: str) -> Resolved:
    paths = [f"paths.{key}={folder / name}" for key, name in (("store", "data"), ("registry", "reg"), ("runs", "runs"))]
    return load_config(None, environ={}, overrides=[*paths, *OVERRIDES, *overrides])


def distances(config: Resolved, instruments: Sequence[Instrument]) -> PlannedFeatures:
    """Distance of the close from its mean over some spans."""
    names = tuple(f"distance_{span}" for span in SPANS)
    plan = json.dumps({"names": names, "symbols": [i.symbol for i in instruments]})

    def batch(bars: SymbolBars, adjustments: Sequence[Any]) -> FeatureRows:
        log_close = np.log(bars.ohlcv[:, CLOSE])
        for adjustment in adjustments:
            log_close[: adjustment.before_bar] += np.log(adjustment.price_factor)
        total = np.concatenate([[0.0], np.cumsum(log_close)])
        values = np.full((len(bars), len(SPANS)), np.nan, dtype=np.float32)
        for column, span in enumerate(SPANS):
            values[span - 1 :, column] = log_close[span - 1 :] - (total[span:] - total[:-span]) / span
        return FeatureRows(values, np.arange(len(bars)) >= max(SPANS))

    return PlannedFeatures(names, hashlib.sha256(plan.encode()).hexdigest(), plan, max(SPANS), {}, batch)


class Clock:
    """Stands still."""

    def __init__(self, now_ns: int = 1_000) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        return self._now_ns


def study(config: Resolved, **changed: Any) -> StudyResult:
    given = {"features": distances, "progress": lambda text, done=None, total=None: None, "clock": Clock()}
    return run_study(config, BarStore(config.store), Registry(config.registry), **{**given, **changed})
