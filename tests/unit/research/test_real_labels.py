"""Targets of the real hourly bars of 2014, read as a config says: every bar is labelled or counted."""

import datetime as dt
from pathlib import Path

import numpy as np
from target_references import tracked

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarMarks, BarStore
from foxml.research.inputs import read_inputs
from foxml.settings import load_config, packaged_config_root


def test_hourly_bars(shared_data: Path, tmp_path: Path) -> None:
    """Splits and dividends within labels make no outlier: AAPL split 7 for 1 in June 2014."""
    store = BarStore(tmp_path)
    import_files(
        [shared_data / "us_equities_1h"],
        store=store,
        calendar=TradingCalendar(dt.date(2026, 12, 31)),
        interval="1h",
        layout=CsvFormat("America/New_York"),
        marks=BarMarks("vendor", "sip", "new_york"),
        actions_path=shared_data / "corporate_actions.csv",
    )
    path = packaged_config_root() / "train" / "spy_aapl_ibm_bac_1h.yaml"
    inputs = read_inputs(load_config(path, environ={}, overrides=["period.start=2014-01-02"]).config, store)
    targets = inputs.targets
    assert len(targets) + sum(targets.missing.values()) == sum(len(bars) for bars in inputs.histories)
    assert np.abs(targets.ret).max() < 0.25
    assert (targets.t1_ns > targets.t0_ns).all()
    assert targets.missing["volatility_warming_up"] == 4 * 50
    barrier = inputs.target.barrier
    assert barrier is not None
    lived = tracked(barrier, inputs.instruments, inputs.histories, inputs.actions)
    assert (targets.t0_ns == [m.t0_ns for m in lived]).all()
    assert (targets.t1_ns == [m.t1_ns for m in lived]).all()
    # Equal floats of which none is zero are equal bits.
    assert (targets.ret == [m.ret for m in lived]).all()
    assert (targets.sigma == [m.sigma for m in lived]).all()
