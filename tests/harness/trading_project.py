"""A project with a synthetic market, a model trained on its first half, and a config that trades what follows."""

import datetime as dt
from pathlib import Path

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarStore
from foxml.bars.synthetic import SYNTHETIC_MARKS, synthetic_market, write_files
from foxml.cli.init import copy_templates
from foxml.clock import WallClock
from foxml.models import Registry
from foxml.research.study import run_study
from foxml.settings import load_config

SYMBOLS = ("SYNA", "SYNB", "SYNC")
FIRST, LAST = dt.date(2024, 3, 1), dt.date(2024, 5, 2)

COMMON = f"""
universe:
  symbols: [{", ".join(SYMBOLS)}]
  benchmark: SYNA
bars: {{interval: 5m}}
target: {{horizon_bars: 12, cross_session: false}}
model:
  name: small
  variant: balanced
  params: {{n_estimators: 30, learning_rate: 0.1, early_stopping_rounds: 10}}
"""
TRAIN = (
    COMMON
    + """
period: {start: "2024-03-01", end: "2024-04-01"}
validation: {folds: 2, min_train_sessions: 10, embargo_bars: 12}
"""
)
PAPER = (
    COMMON
    + """
period: {start: "2024-04-02", end: "2024-04-03"}  # the second symbol splits 2:1 between the two
portfolio: {max_weight: 0.25, no_trade_band_bps: 10}
execution: {no_entry_last_bars: 0}
signals: {half_spread_bps: 0.1, fee_bps: 0.1}
risk:
  order_notional_max: "100000"
  position_weight_max: 0.4
  order_adv_share_max: 1.0
  daily_loss_max: 0.5
  drawdown_max: 0.5
  loss_streak_max: 1000
timers: {interval_ms: 60000}
"""
)


def silent(_text: str, _done: int | None = None, _total: int | None = None) -> None:
    """Say nothing."""


def make_project(root: Path) -> Path:
    """Make the project; returns the config that trades."""
    copy_templates(root, force=False)
    (root / "train" / "small.yaml").write_text(TRAIN)
    paper = root / "paper" / "small.yaml"
    paper.write_text(PAPER)
    resolved = load_config(root / "train" / "small.yaml", environ={})
    store = BarStore(resolved.store)
    calendar = TradingCalendar(dt.date(2024, 12, 31), cache=None)
    market = synthetic_market(11, SYMBOLS, calendar.sessions(FIRST, LAST))
    import_files(
        [root / "vendor" / "bars"],
        store=store,
        calendar=calendar,
        interval="5m",
        layout=CsvFormat("UTC"),
        marks=SYNTHETIC_MARKS,
        actions_path=write_files(market, root / "vendor"),
    )
    run_study(resolved, store, Registry(resolved.registry), silent, WallClock())
    return paper
