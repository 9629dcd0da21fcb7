"""Leak checks on real hourly bars: an honest study passes, and the smallest leaks that are planted in it are found."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarMarks, BarStore
from foxml.research.inputs import feature_plan, read_inputs
from foxml.research.leak_checks import CANARIES, Check, Effort, Material, Split, Verdict, check_leaks
from foxml.research.leak_checks.material import same_symbol_pairs
from foxml.research.leaks import study_material
from foxml.settings import load_config, packaged_config_root

FEATURES = "[ret_log_1, ret_log_5, ret_log_20, sma_dist_20, vol_cc_20, volume_z_20, resi_20, kmid]"
BAD = (Verdict.FAIL, Verdict.SUSPECT)
CHEAP = (Check.FUTURE_PERTURBED, Check.LABEL_OVERLAP, Check.TARGET_IN_FEATURES, Check.SHIFTED_TARGET)
EFFORT = Effort(seed=5, cuts=3, shifts=6, trees=30)


def silent(text: str, done: int | None = None, total: int | None = None) -> None:
    pass


@pytest.fixture(scope="module")
def material(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("leaks")
    store = BarStore(folder / "store")
    import_files(
        [shared_data / "us_equities_1h"],
        store=store,
        calendar=TradingCalendar(dt.date(2026, 12, 31)),
        interval="1h",
        layout=CsvFormat("America/New_York"),
        marks=BarMarks("vendor", "sip", "new_york"),
        actions_path=shared_data / "corporate_actions.csv",
    )
    plan = folder / "eight.yaml"
    plan.write_text(f"include: {FEATURES}\n")
    overrides = [
        f"features.plan={plan}",
        "period.start=2013-06-03",
        "validation.folds=3",
        "validation.min_train_sessions=150",
    ]
    path = packaged_config_root() / "train" / "spy_aapl_ibm_bac_1h.yaml"
    resolved = load_config(path, environ={}, overrides=overrides)
    inputs = read_inputs(resolved.config, store)
    return study_material(resolved, inputs, feature_plan(resolved), progress=silent)


def test_an_honest_study_of_real_bars_passes(material: Material) -> None:
    """Splits, dividends, gaps and a market that all symbols share raise no alarm."""
    report = check_leaks(material, effort=EFFORT)
    assert [finding for finding in report.findings if finding.verdict in BAD] == []
    assert report.of(Check.FUTURE_PERTURBED).scope.rows > 0.9 * len(material.data)
    assert report.of(Check.LABEL_OVERLAP).scope.splits == 7


def test_leaks_that_are_planted_in_it_are_found(material: Material) -> None:
    """A purge without its last bar, targets two bars late, a column that reads the next bar."""
    data = material.data
    short = tuple(
        Split(split.name, np.flatnonzero(data.t1_ns <= data.t0_ns[split.test].min()), split.test)
        for split in material.outer
    )
    assert check_leaks(replace(material, splits=short), effort=EFFORT, only=[Check.LABEL_OVERLAP]).verdict in BAD
    rows, targets = same_symbol_pairs(data, -2)
    ret = data.ret.copy()
    ret[rows] = data.ret[targets]
    late = replace(material, data=replace(data, ret=ret, y=ret / data.sigma))
    assert check_leaks(late, effort=EFFORT, only=[Check.SHIFTED_TARGET]).verdict in BAD
    peeking = check_leaks(CANARIES["peeking_column"].plant(material, 1), effort=EFFORT, only=CHEAP)
    assert peeking.of(Check.FUTURE_PERTURBED).verdict is Verdict.FAIL
    assert peeking.of(Check.LABEL_OVERLAP).verdict is Verdict.PASS
