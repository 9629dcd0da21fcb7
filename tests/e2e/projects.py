"""Projects on synthetic bars, made by the real command."""

import datetime as dt
from pathlib import Path

from command import succeeded

from foxml.bars.calendar import TradingCalendar
from foxml.research.demo import market_files
from foxml.settings import load_config

QUICK = (
    "period.start=2024-02-01",
    "period.end=2024-03-28",
    "validation.folds=2",
    "validation.min_train_sessions=15",
    "model.params.n_estimators=20",
)
"""Enough of a training for a model that loads."""


def sets(*overrides: str) -> list[str]:
    """Turn overrides into options."""
    return [word for override in overrides for word in ("--set", override)]


def synthetic_project(folder: Path, *, signal: float = 1.0, seed: int = 11) -> None:
    """Make a project that holds a synthetic market's bars, for the packaged configs of the demo."""
    succeeded("init", ".", cwd=folder)
    first, last = (load_config(folder / "demo" / name, environ={}).config for name in ("train.yaml", "paper.yaml"))
    calendar = TradingCalendar(dt.date(2024, 12, 31))
    actions = market_files(folder / "market", first, last, seed=seed, calendar=calendar, signal=signal)
    options = ["--interval", "5m", "--timezone", "UTC", "--vendor", "synthetic", "--actions", actions]
    succeeded("data", "import", "market/bars", *options, cwd=folder)


def trained_project(folder: Path, *overrides: str, signal: float = 1.0) -> None:
    """Make such a project with a trained model in it."""
    synthetic_project(folder, signal=signal)
    succeeded("train", "--config", "demo/train.yaml", *sets(*overrides), cwd=folder)
