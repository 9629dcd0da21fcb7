"""What a study's page shows is what was planted: the feature, the horizon, the order of the tenths, the folds."""

from dataclasses import replace

import numpy as np
import pytest
from study_harness import resolved, stored_market

from foxml.domain.bars import CLOSE, OPEN, ActionKind, CorporateAction
from foxml.research.evaluation import Evaluation, evaluate
from foxml.research.features.training import TrainingFeatureComputer
from foxml.research.inputs import TrainingInputs, feature_plan, read_inputs
from foxml.research.pipeline import Dataset, build_dataset
from foxml.research.study_evidence import HORIZONS, StudyEvidence, study_evidence
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import load_model_config

Study = tuple[Dataset, Evaluation, TrainingInputs]


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("market")
    store = stored_market(folder, signal=2.0)
    config = resolved(folder)
    inputs = read_inputs(config.config, store)
    data = build_dataset(
        inputs.histories,
        inputs.actions,
        inputs.targets,
        features=TrainingFeatureComputer(feature_plan(config)),
        value="ret_over_sigma",
    )
    evaluation = evaluate(
        data,
        LightGBMTrainer(load_model_config("lightgbm", "conservative").params, seed=7),
        WalkForwardValidator(3, 25, embargo_bars=6),
        early_stopping_share=0.15,
        lag=6,
        runs_dir=folder,
        progress=lambda text, done=None, total=None: None,
    )
    return data, evaluation, inputs


def _evidence(studied: Study) -> StudyEvidence:
    data, evaluation, inputs = studied
    return study_evidence(data, evaluation, inputs.histories, inputs.actions, lag=6)


def test_windows_leave_the_embargo_between_training_and_test(studied: Study) -> None:
    """What is drawn as a gap is one: every training label has ended before the first test prediction."""
    found = _evidence(studied)
    assert len(found.windows) == 3
    for before, after in zip(found.windows, found.windows[1:], strict=False):
        assert before.test_first_ns < after.test_first_ns
    for window in found.windows:
        assert window.train_first_ns < window.train_last_ns < window.test_first_ns < window.test_last_ns


def test_every_horizon_and_period_is_judged_on_all_predictions_that_it_has(studied: Study) -> None:
    """Counts: tested samples with a clear outcome; a longer horizon has no more than a shorter one."""
    data, evaluation, _ = studied
    found = _evidence(studied)
    tested = int((~np.isnan(evaluation.scores) & ~data.ambiguous).sum())
    counts = [one.n for one in found.decay.values()]
    assert list(found.decay) == list(HORIZONS)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] >= tested - 2
    assert found.period == "month"
    assert sum(each.found.n for each in found.periods) == tested
    assert found.quantiles.count.sum() == tested


def test_a_planted_signal_is_seen_everywhere(studied: Study) -> None:
    """IC above its error at the horizon of the label, tenths that rise, one feature that leads in every fold."""
    found = _evidence(studied)
    assert found.decay[5].t > 3.0
    assert found.quantiles.spread > 3.0 * float(np.hypot(found.quantiles.error[0], found.quantiles.error[-1]))
    assert np.all(np.diff(found.predicted) > 0.0)
    assert abs(sum(each.mean for each in found.importance) - 1.0) < 1e-9
    assert found.importance[0].top == 3
    for each in found.importance:
        assert each.least <= each.mean <= each.most
    for train, stop in found.losses:
        assert len(train) == len(stop) > 0
        assert train[-1] < train[0]


def test_forward_returns_are_on_one_side_of_a_split(studied: Study) -> None:
    """A 2:1 split within the history, with its price: not one IC moves."""
    data, evaluation, inputs = studied
    bars = inputs.histories[0]
    at = len(bars) // 2
    ohlcv = bars.ohlcv.copy()
    ohlcv[at:, : CLOSE + 1] /= 2.0
    when = int(bars.session_open_ns[at])
    first = int(np.searchsorted(bars.close_ns, when, side="right"))
    ohlcv = bars.ohlcv.copy()
    ohlcv[first:, OPEN : CLOSE + 1] /= 2.0
    split = CorporateAction(bars.symbol, ActionKind.SPLIT, when, when, 2_000_000_000)
    halved = (replace(bars, ohlcv=ohlcv), *inputs.histories[1:])
    whole = _evidence(studied)
    adjusted = study_evidence(data, evaluation, halved, [*inputs.actions, split], lag=6)
    raw = study_evidence(data, evaluation, halved, inputs.actions, lag=6)
    for horizon, one in whole.decay.items():
        assert abs(adjusted.decay[horizon].ic - one.ic) < 1e-9
    assert any(abs(raw.decay[horizon].ic - one.ic) > 1e-6 for horizon, one in whole.decay.items())


def test_many_months_become_quarters(studied: Study) -> None:
    """Seventeen years of months would be two hundred bars that nobody can tell apart."""
    data, evaluation, inputs = studied
    month_ns = 30 * 86_400 * 10**9
    stretched = replace(data, t0_ns=data.t0_ns + np.arange(len(data)) * (month_ns * 100 // len(data)))
    found = study_evidence(stretched, evaluation, inputs.histories, inputs.actions, lag=6)
    assert found.period == "quarter"
    assert len(found.periods) <= 60
