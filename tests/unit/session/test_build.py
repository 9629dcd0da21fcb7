"""The one composition: what fits is built whole, what does not fit is refused by the key that differs."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xgboost
from session_harness import JOURNAL_ID, ListJournal
from trading_project import SYMBOLS, make_project

from foxml.bars.store import BarMarks
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import BarSlice
from foxml.domain.commands import SliceDecision
from foxml.domain.events import Timer
from foxml.errors import DataError, ModelError
from foxml.models import Bundle, Forest, Manifest, Registry
from foxml.session.build import BuiltSession, build_session
from foxml.session.start import begin
from foxml.settings import Resolved, load_config


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("build"))


def _resolved(config: Path, *overrides: str) -> Resolved:
    return load_config(config, environ={}, overrides=overrides)


def _bundle(resolved: Resolved) -> Bundle:
    return Registry(resolved.registry).load("small")


def _build(resolved: Resolved, bundle: Bundle | None = None) -> tuple[BuiltSession, ListJournal]:
    journal = ListJournal()
    built = build_session(resolved, bundle or _bundle(resolved), journal=journal, journal_id=JOURNAL_ID)
    return built, journal


def test_a_session_decides_on_every_bar_of_its_period_and_on_no_other(config: Path) -> None:
    built, journal = _build(_resolved(config))
    begin(built.session, built.details, label="test", received_ns=1)
    for item in built.feed.items(-1):
        built.session.offer(item)
    decided = {o.close_ns for _, outputs in journal.records for o in outputs if isinstance(o, SliceDecision)}
    slices = [event for event, _ in journal.records if isinstance(event, BarSlice)]
    assert len(slices) == len(built.feed)
    assert decided == {s.close_ns for s in slices if s.close_ns > built.feed.trade_from_ns}
    assert len(decided) == 156  # two sessions of 5-minute bars
    # Warmed up: every symbol that has a bar has a score from the first decision on.
    first = next(o for _, outputs in journal.records for o in outputs if isinstance(o, SliceDecision))
    assert first.values[:, first.columns.index("ready")].all()
    timers = [event for event, _ in journal.records if isinstance(event, Timer)]
    assert len(timers) == 2 * 391  # a minute each, open and close included


def test_the_details_say_what_decides(config: Path) -> None:
    resolved = _resolved(config)
    bundle = _bundle(resolved)
    details = _build(resolved, bundle)[0].details
    assert details["bundle"] == "small@1"
    assert details["bundle_sha256"] == bundle.sha256
    assert details["plan_sha256"] == bundle.manifest.plan_sha256
    assert details["symbols"] == ",".join(SYMBOLS)
    assert details["initial_cash"] == "100000.000000000"
    assert details["data_vendors"] == "synthetic"
    assert json.loads(details["config"])["risk"]["loss_streak_max"] == 1000
    # How far and how fast a run goes, and what it logs, does not change what it decides.
    other = _resolved(config, "feed.speed=60", "period.end=2024-04-02", "logging.level=error", "journal.commit=chunk")
    assert _build(other)[0].details["config"] == details["config"]
    stricter = _resolved(config, "risk.daily_loss_max=0.01")
    assert _build(stricter)[0].details["config"] != details["config"]


Change = Callable[[Manifest], Manifest]
MISFITS: dict[str, Change] = {
    "bars.interval: the model was trained with 60000000000": lambda m: replace(m, interval_ns=parse_interval("1m")),
    "bars.calendar: the model was trained with XLON": lambda m: replace(m, data=replace(m.data, calendar="XLON")),
    "universe.symbols": lambda m: replace(m, instruments=m.instruments[::-1]),
    "universe.instruments.SYNA": lambda m: replace(
        m, instruments=(replace(m.instruments[0], tick=1), *m.instruments[1:])
    ),
    "target.horizon_bars: the model was trained with 5, the config says 12": lambda m: replace(
        m, target=replace(m.target, barrier=replace(m.target.barrier, horizon_bars=5))
    ),
    "target.value: the model was trained with ret,": lambda m: replace(m, target=replace(m.target, value="ret")),
    "data.marks.SYNB: trained on bars of BarMarks(vendor='other'": lambda m: replace(
        m, data=replace(m.data, marks={**m.data.marks, "SYNB": BarMarks("other", "sip", "utc")})
    ),
}


@pytest.mark.parametrize("message", MISFITS)
def test_a_bundle_that_does_not_fit_is_refused_by_key(config: Path, message: str) -> None:
    resolved = _resolved(config)
    bundle = _bundle(resolved)
    with pytest.raises(ModelError) as caught:
        _build(resolved, replace(bundle, manifest=MISFITS[message](bundle.manifest)))
    assert message in str(caught.value)
    assert str(bundle.path) in str(caught.value)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("features.plan=intraday", "features: expected the plan that the model was trained on"),
        ("target.up_sigma=2.0", "target.up_sigma: the model was trained with 1.5, the config says 2.0"),
    ],
)
def test_a_config_that_does_not_fit_is_refused_by_key(config: Path, override: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        _build(_resolved(config, override))


def test_a_period_without_bars_is_refused(config: Path) -> None:
    with pytest.raises(DataError, match="no bar of SYNA, SYNB, SYNC in the period"):
        _build(_resolved(config, "period.start=2030-01-02", "period.end=null"))


def test_a_model_of_several_outputs_does_not_trade(config: Path) -> None:
    """Its first output would be taken for the score, whatever it is."""
    resolved = _resolved(config)
    bundle = _bundle(resolved)
    rows = np.random.default_rng(1).normal(size=(60, len(bundle.manifest.feature_names)))
    params = {"objective": "multi:softprob", "num_class": 3, "nthread": 1}
    booster = xgboost.train(params, xgboost.DMatrix(rows, np.arange(60) % 3), 1)
    forest = Forest.from_xgboost(bytes(booster.save_raw("ubj")), source="classes")
    with pytest.raises(ModelError, match="expected one score a row to trade by, found 3"):
        _build(resolved, replace(bundle, forest=forest))
