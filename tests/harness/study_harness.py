"""A stored synthetic market, and a study of it with a handful of features."""

import datetime as dt
from pathlib import Path
from typing import Any

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarStore
from foxml.bars.synthetic import SYNTHETIC_MARKS, synthetic_market, write_files
from foxml.models import Registry
from foxml.research.study import StudyResult, run_study
from foxml.settings import Resolved, load_config

SYMBOLS = ("FOXA", "FOXB")
FIRST, LAST = dt.date(2024, 1, 2), dt.date(2024, 4, 30)
FEATURES = ("ret_log_3", "ret_log_10", "ret_log_20", "sma_dist_10", "sma_dist_20")
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
    plan = folder / "few.yaml"
    plan.parent.mkdir(parents=True, exist_ok=True)
    plan.write_text(f"include: [{', '.join(FEATURES)}]\n")
    paths = [f"paths.{key}={folder / name}" for key, name in (("store", "data"), ("registry", "reg"), ("runs", "runs"))]
    return load_config(None, environ={}, overrides=[*paths, f"features.plan={plan}", *OVERRIDES, *overrides])


class Clock:
    """Stands still."""

    def __init__(self, now_ns: int = 1_000) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        return self._now_ns


def study(config: Resolved, **changed: Any) -> StudyResult:
    given = {"progress": lambda text, done=None, total=None: None, "clock": Clock()}
    return run_study(config, BarStore(config.store), Registry(config.registry), **{**given, **changed})
