"""Sessions of every kind of model: each score in the journal is the model's own, and none is no trade."""

from pathlib import Path

import numpy as np
import pytest
from predictor_bundles import register
from session_harness import JOURNAL_ID, ListJournal
from trading_project import SYMBOLS, make_project

from foxml.domain.bars import BarSlice
from foxml.domain.commands import SliceDecision, SubmitOrder
from foxml.domain.orders import OrderReason
from foxml.errors import ModelError
from foxml.features import FeatureEngine, SliceFeatures
from foxml.models import Bundle, Registry
from foxml.session.build import build_session
from foxml.session.start import begin
from foxml.settings import Resolved, load_config


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> Resolved:
    return load_config(make_project(tmp_path_factory.mktemp("predictors")), environ={})


@pytest.fixture
def registry(resolved: Resolved) -> Registry:
    return Registry(Path(resolved.registry))


@pytest.fixture
def slices(monkeypatch: pytest.MonkeyPatch) -> list[SliceFeatures]:
    """What every feature engine gives from now on."""
    seen: list[SliceFeatures] = []
    update = FeatureEngine.update

    def observed(self: FeatureEngine, bar_slice: BarSlice) -> SliceFeatures:
        seen.append(update(self, bar_slice))
        return seen[-1]

    monkeypatch.setattr(FeatureEngine, "update", observed)
    return seen


def _run(resolved: Resolved, bundle: Bundle) -> ListJournal:
    journal = ListJournal()
    built = build_session(resolved, bundle, journal=journal, journal_id=JOURNAL_ID)
    begin(built.session, built.details, label="test", received_ns=1)
    for item in built.feed.items(-1):
        built.session.offer(item)
    return journal


def _decisions(journal: ListJournal) -> list[SliceDecision]:
    return [o for _, outputs in journal.records for o in outputs if isinstance(o, SliceDecision)]


def _column(decision: SliceDecision, name: str) -> np.ndarray:
    column: np.ndarray = decision.values[:, decision.columns.index(name)]
    return column


@pytest.mark.parametrize("name", ["linear", "onnx", "logarithm"])
def test_every_score_is_the_models_own(
    name: str, resolved: Resolved, registry: Registry, slices: list[SliceFeatures]
) -> None:
    """To the bit, of the very row: a score that came another way would not be what was validated."""
    bundle = register(registry, name)
    decisions = _decisions(_run(resolved, bundle))
    assert len(decisions) == 156
    scored = 0
    for decision, found in zip(decisions, slices[-156:], strict=True):
        expected = np.full(len(found.ready), np.nan)
        for i in np.flatnonzero(found.ready):
            expected[i] = bundle.model.predict(found.rows[i : i + 1])[0, 0]
        assert np.array_equal(_column(decision, "score"), expected, equal_nan=True)
        scored += int(np.isfinite(expected).sum())
    assert scored > 100


def test_what_has_no_score_is_not_entered(resolved: Resolved, registry: Registry) -> None:
    """A model that is silent of a symbol must not be heard as a neutral one."""
    journal = _run(resolved, register(registry, "logarithm"))
    silent = 0
    entries = {True: 0, False: 0}
    for _, outputs in journal.records:
        for decision in (o for o in outputs if isinstance(o, SliceDecision)):
            is_silent = np.isnan(_column(decision, "score"))
            silent += int(is_silent.sum())
            assert np.isnan(_column(decision, "target_weight")[is_silent]).all()
            for order in (o for o in outputs if isinstance(o, SubmitOrder) and o.intent.reason is OrderReason.ENTRY):
                entries[bool(is_silent[SYMBOLS.index(order.intent.symbol)])] += 1
    assert silent > 100
    assert entries[True] == 0
    assert entries[False] > 0


def test_a_mixture_does_not_trade_by_itself(resolved: Resolved, registry: Registry) -> None:
    """Its posteriors say which state it is, not what will rise."""
    with pytest.raises(ModelError, match="expected one score a row to trade by, found 2"):
        build_session(resolved, register(registry, "mixture"), journal=ListJournal(), journal_id=JOURNAL_ID)
