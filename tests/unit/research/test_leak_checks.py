"""Leak checks: every planted leak is found, the clean study passes over many seeds, and the figures say how sure."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from foxml.errors import DataError
from foxml.research.leak_checks import (
    CANARIES,
    CHECKS,
    Check,
    Effort,
    FittedPreprocessor,
    JudgedModel,
    LeakReport,
    Limits,
    Material,
    Split,
    Verdict,
    canaries,
    check_leaks,
    clean_material,
    run,
    try_leak_canaries,
)
from foxml.research.leak_checks.correlations import ShiftedColumns, shifts_of
from foxml.research.leak_checks.dominance import dominance
from foxml.research.leak_checks.estimates import Estimate, mean_estimate, rank_ic, student_tail, t_quantile
from foxml.research.leak_checks.findings import Clue, Observation, Scope
from foxml.research.leak_checks.fitted_outside import learned
from foxml.research.leak_checks.label_overlap import overlapping
from foxml.research.leak_checks.material import same_symbol_pairs
from foxml.research.leak_checks.probe import Probe
from foxml.research.leak_checks.shuffled_time import turned
from foxml.research.walkforward import WalkForwardValidator

SMALL = Effort(seed=3, cuts=2, shifts=8, trees=30, periods=6)
EXACT = (Check.FUTURE_PERTURBED, Check.LABEL_OVERLAP, Check.FITTED_OUTSIDE)
BAD = (Verdict.FAIL, Verdict.SUSPECT)


@pytest.fixture(scope="module")
def clean() -> Material:
    return clean_material(5)


def judged(material: Material, *only: Check, **limits: float) -> LeakReport:
    return check_leaks(material, effort=SMALL, only=only, limits=Limits(**limits))


def test_every_check_has_a_planted_leak() -> None:
    """A check without a canary could be one that never finds anything."""
    assert {canary.caught_by for canary in CANARIES.values()} == set(CHECKS) == set(Check)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_canary_is_caught_and_the_clean_study_passes(seed: int) -> None:
    """On more than one market."""
    trials = try_leak_canaries(seed)
    assert [trial.name for trial in trials if not trial.as_expected] == []
    assert [trial.name for trial in trials] == ["clean", *CANARIES]
    assert set(trials[0].verdicts.values()) == {Verdict.PASS}, "the clean study must be one that every check applies to"


def test_a_harmless_canary_is_not_as_expected(clean: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial itself can fail: a leak that is none is not caught."""
    harmless = canaries.Canary("copied", "nothing", Check.TARGET_IN_FEATURES, lambda material, seed: material)
    monkeypatch.setattr(run, "CANARIES", {"copied": harmless})
    trials = try_leak_canaries(1, only=[Check.TARGET_IN_FEATURES])
    assert [trial.as_expected for trial in trials] == [True, False]


def test_correlations_raise_no_false_alarm() -> None:
    """Thirty clean markets, with a signal and without: at a probability of 1 % none, or by great chance one."""
    alarms = 0
    for seed in range(30):
        material = clean_material(100 + seed, sessions=10, signal=float(seed % 2))
        report = judged(material, *EXACT, Check.TARGET_IN_FEATURES, Check.SHIFTED_TARGET)
        assert all(report.of(check).verdict not in BAD for check in EXACT), seed
        alarms += report.verdict in BAD
    assert alarms <= 1


def test_models_raise_no_false_alarm() -> None:
    """The checks that train: clean markets, with a signal and without, judged ten times as strictly as by default."""
    alarms = 0
    for seed in range(6):
        material = clean_material(200 + seed, sessions=10, signal=float(seed % 2))
        report = judged(material, Check.SHUFFLED_TIME, Check.SYMBOL_HOLDOUT, Check.DOMINANCE, alpha=0.1)
        alarms += report.verdict in BAD
    # Of 6, more than 2 alarms at 10 % each happen once in 63 times.
    assert alarms <= 2


def test_rank_ic_is_as_sure_as_it_says() -> None:
    """Overlapping labels and a slow score, of which one knows nothing of the other: 5 % of the tails lie below 5 %."""
    rng = np.random.default_rng(8)
    lag, n, low = 5, 400, 0
    time_ns = np.repeat(np.arange(n), 2)
    for _ in range(400):
        shocks = rng.standard_normal(n + lag)
        outcome = np.repeat(np.convolve(shocks, np.ones(lag), "valid")[:n], 2) + rng.standard_normal(2 * n)
        score = np.repeat(np.convolve(rng.standard_normal(n + lag), np.ones(lag), "valid")[:n], 2)
        low += rank_ic(score, outcome, time_ns, lag=lag).tail(0.0) < 0.05
    assert stats.binom.ppf(1e-4, 400, 0.03) <= low <= stats.binom.ppf(1 - 1e-4, 400, 0.07), low


def test_student_and_spearman_are_scipys() -> None:
    """Figures that people rely on are checked against a second source."""
    for dof in (1.0, 2.5, 10.0, 90.0):
        for t in (-3.0, 0.0, 0.7, 2.0, 6.0):
            assert student_tail(t, dof) == pytest.approx(stats.t.sf(t, dof), rel=1e-6, abs=1e-12)
        assert t_quantile(0.01, dof) == pytest.approx(stats.t.isf(0.01, dof), rel=1e-6)
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((2, 300))
    b[7] = np.nan
    expected = stats.spearmanr(np.delete(a, 7), np.delete(b, 7)).statistic
    assert rank_ic(a, b, np.arange(300), lag=0).value == pytest.approx(expected)
    few = mean_estimate(np.array([1.0, 2.0, 4.0, 5.0]))
    assert few.tail(0.0) == pytest.approx(stats.ttest_1samp([1, 2, 4, 5], 0, alternative="greater").pvalue, rel=1e-6)


def test_estimates_without_a_spread() -> None:
    """A perfect correlation has no error; a handful of moments has no end to it."""
    a = np.arange(50.0)
    perfect = rank_ic(a, a**3, np.arange(50), lag=2)
    assert (perfect.value, perfect.tail(0.9), perfect.tail(1.0)) == (pytest.approx(1.0), 0.0, 1.0)
    assert rank_ic(a[:4], a[:4], np.arange(4), lag=4).tail(0.0) == 1.0
    assert rank_ic(a, np.ones(50), np.arange(50), lag=1).value == 0.0
    assert Estimate(-0.4, 0.1, 50.0).flipped().value == 0.4


def test_pairs_and_turns_stay_within_a_symbol(clean: Material) -> None:
    """A target that wanders to another symbol would hide what it is compared for."""
    data = clean.data
    for shift in (-3, 0, 2):
        rows, targets = same_symbol_pairs(data, shift)
        assert (data.symbol[rows] == data.symbol[targets]).all()
        assert (np.sign(data.t0_ns[targets] - data.t0_ns[rows]) == np.sign(shift)).all()
        assert len(rows) == len(data) - abs(shift) * len(clean.symbols)
    moved = turned(data, 0.25)
    for symbol in range(len(clean.symbols)):
        own = data.symbol == symbol
        np.testing.assert_array_equal(moved[own], np.roll(data.y[own], round(0.25 * own.sum())))


def test_fast_correlations_are_the_slow_ones(clean: Material) -> None:
    """What stands out is chosen by them."""
    columns = ShiftedColumns(clean.data, clean.data.rows.astype(np.float64))
    for shift in shifts_of(clean.lag):
        pairs = columns.pairs(shift)
        fast = columns.fast(pairs, clean.data.y)
        slow = [columns.estimate(k, pairs, clean.data.y, lag=4).value for k in range(len(fast))]
        np.testing.assert_allclose(fast, slow, atol=0.01)


def test_a_purge_that_is_one_bar_short_is_found(clean: Material) -> None:
    """The mutation that matters most: labels that end with the first test prediction, and no earlier."""
    data = clean.data
    assert judged(clean, Check.LABEL_OVERLAP).verdict is Verdict.PASS
    tight = WalkForwardValidator(3, 8)
    splits = tuple(Split("f", *pair) for pair in tight.split(data.rows, data.y, data.groups))
    assert judged(replace(clean, splits=splits, embargo_bars=0), Check.LABEL_OVERLAP).verdict is Verdict.PASS
    short = tuple(Split("f", np.flatnonzero(data.t1_ns <= data.t0_ns[s.test].min()), s.test) for s in splits)
    found = judged(replace(clean, splits=short, embargo_bars=0), Check.LABEL_OVERLAP).of(Check.LABEL_OVERLAP)
    assert found.verdict is Verdict.FAIL
    assert found.exact
    assert "training labels meet a test label" in found.clues[0].statement


def test_an_embargo_that_is_one_moment_short_is_suspect(clean: Material) -> None:
    """Promised is 4: what the validator keeps passes, and 5 would not."""
    assert judged(clean, Check.LABEL_OVERLAP).verdict is Verdict.PASS
    found = judged(replace(clean, embargo_bars=5), Check.LABEL_OVERLAP)
    assert found.verdict is Verdict.SUSPECT
    assert "4 moments between" in found.of(Check.LABEL_OVERLAP).clues[0].statement


def test_overlap_is_that_of_brute_force(clean: Material) -> None:
    """Random intervals, random splits: the sweep finds the same rows as every pair compared."""
    rng = np.random.default_rng(4)
    for _ in range(50):
        t0 = rng.integers(0, 40, 60)
        data = replace(clean.data, t0_ns=t0, t1_ns=t0 + rng.integers(1, 9, 60))
        train, test = np.split(rng.permutation(60), [int(rng.integers(5, 55))])
        meets = (data.t0_ns[train][:, None] <= data.t1_ns[test]) & (data.t0_ns[test] <= data.t1_ns[train][:, None])
        np.testing.assert_array_equal(overlapping(data, train, test), train[meets.any(axis=1)])


def test_rows_tested_on_and_learned_from(clean: Material) -> None:
    """And labels that end before they begin: no purge covers them."""
    split = clean.splits[0]
    both = Split("both", np.append(split.train, split.test[:3]), split.test)
    found = judged(replace(clean, splits=(both,)), Check.LABEL_OVERLAP).of(Check.LABEL_OVERLAP)
    assert "3 rows are learned from and tested on" in found.clues[0].statement
    backwards = replace(clean, data=replace(clean.data, t1_ns=clean.data.t0_ns))
    statements = [clue.statement for clue in judged(backwards, Check.LABEL_OVERLAP).of(Check.LABEL_OVERLAP).clues]
    assert any("end with or before their prediction" in statement for statement in statements)


def test_a_future_that_is_read_names_its_column_and_scores(clean: Material) -> None:
    """Columns, the first row, and the model whose scores would have been others."""
    model = JudgedModel("fox@1", lambda rows: rows[:, 0].astype(np.float64), 0)
    honest = judged(replace(clean, model=model), Check.FUTURE_PERTURBED).of(Check.FUTURE_PERTURBED)
    assert (honest.verdict, honest.exact) == (Verdict.PASS, True)
    assert honest.scope.rows > 0.9 * len(clean.data)
    planted = CANARIES["peeking_column"].plant(replace(clean, model=model), 5)
    found = judged(planted, Check.FUTURE_PERTURBED).of(Check.FUTURE_PERTURBED)
    assert [clue.where for clue in found.clues] == ["ret_log_1", "fox@1"]
    assert "first CAN" in found.clues[0].statement


def test_a_dataset_of_other_rows_than_its_computer_makes_is_found(clean: Material) -> None:
    """Rows that were made otherwise, once, are not those that trading will see."""
    rows = clean.data.rows.copy()
    rows[17, 2] = np.nextafter(rows[17, 2], np.float32(np.inf))
    changed = replace(clean, data=replace(clean.data, rows=rows))
    found = judged(changed, Check.FUTURE_PERTURBED).of(Check.FUTURE_PERTURBED)
    assert [clue.where for clue in found.clues] == [clean.data.feature_names[2]]


def test_a_label_that_is_shifted_is_found(clean: Material) -> None:
    """By each bar that it is moved into the past, down to one: a quarter of such a label is known."""
    data = clean.data
    for bars in (1, 2, 4):
        rows, targets = same_symbol_pairs(data, -bars)
        ret = data.ret.copy()
        ret[rows] = data.ret[targets]
        shifted = replace(clean, data=replace(data, ret=ret, y=ret / data.sigma))
        found = judged(shifted, Check.SHIFTED_TARGET).of(Check.SHIFTED_TARGET)
        assert found.verdict in BAD, bars
        assert found.p_value is not None
        assert found.p_value < 0.01
    assert judged(clean, Check.SHIFTED_TARGET).verdict is Verdict.PASS


def test_a_model_that_is_new_to_the_rows_is_scored_on_them_alone(clean: Material) -> None:
    """What it was trained on would flatter it."""
    data = clean.data
    middle = int(np.median(data.t0_ns))
    known = {tuple(row): value for row, value in zip(data.rows.tolist(), data.y.tolist(), strict=True)}

    def scores(rows: np.ndarray) -> np.ndarray:
        return np.array([known[tuple(row)] for row in rows.tolist()])

    found = judged(replace(clean, model=JudgedModel("all@1", scores, middle)), Check.SHIFTED_TARGET)
    assert found.of(Check.SHIFTED_TARGET).clues[0].where == "all@1"
    last = int(data.t0_ns.max())
    assert judged(replace(clean, model=JudgedModel("old@1", scores, last)), Check.SHIFTED_TARGET).verdict not in BAD


def test_targets_of_other_moments_and_honest_momentum(clean: Material) -> None:
    """A copy of a target that has not ended is a leak, earlier or later; the return of the bars that went is none."""
    data = clean.data
    for shift, verdict in ((2, Verdict.FAIL), (-1, Verdict.FAIL), (-2 * clean.lag, Verdict.PASS)):
        rows, targets = same_symbol_pairs(data, shift)
        values = np.zeros(len(data))
        values[rows] = data.y[targets]
        found = judged(canaries.with_column(clean, values), Check.TARGET_IN_FEATURES)
        assert found.verdict is verdict, shift
    noise = np.random.default_rng(1).standard_normal(len(data))
    near = canaries.with_column(clean, data.y + 0.4 * data.y.std() * noise, 3)
    found = judged(near, Check.TARGET_IN_FEATURES).of(Check.TARGET_IN_FEATURES)
    assert (found.verdict, found.clues[0].where) == (Verdict.SUSPECT, data.feature_names[3])
    sizes = judged(canaries.with_column(clean, np.abs(data.y - np.median(data.y))), Check.TARGET_IN_FEATURES)
    assert sizes.verdict is Verdict.FAIL


def test_a_copy_with_holes_is_found(clean: Material) -> None:
    """Missing cells must not hide it."""
    values = np.where(np.random.default_rng(2).random(len(clean.data)) < 0.4, np.nan, clean.data.y)
    assert judged(canaries.with_column(clean, values), Check.TARGET_IN_FEATURES).verdict is Verdict.FAIL


def test_scalers_of_scikit_learn_are_judged(clean: Material) -> None:
    """Scaler, imputer and pipeline: fitted on the fold, on the test too, on everything, on something else."""
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    impute, pipeline = pytest.importorskip("sklearn.impute"), pytest.importorskip("sklearn.pipeline")
    split, rows = clean.splits[1], clean.data.rows
    makers = {
        "scaler": preprocessing.StandardScaler,
        "robust": preprocessing.RobustScaler,
        "imputer": impute.SimpleImputer,
        "both": lambda: pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.MinMaxScaler()),
    }
    for name, make in makers.items():
        for given, verdict in (
            (split.train, Verdict.PASS),
            (np.append(split.train, split.test), Verdict.FAIL),
            (np.arange(len(rows)), Verdict.FAIL),
            (split.test, Verdict.FAIL),
            (split.train[: len(split.train) // 3], Verdict.SUSPECT),
        ):
            fitted = (FittedPreprocessor(name, 1, make().fit(rows[given])),)
            found = judged(replace(clean, preprocessors=fitted), Check.FITTED_OUTSIDE)
            if verdict is Verdict.SUSPECT:
                assert found.verdict in BAD, name
            else:
                assert found.verdict is verdict, (name, found.findings[0].clues)


def test_what_was_never_fitted_or_cannot_be_is_an_error(clean: Material) -> None:
    """Silence would pass for a check."""
    with pytest.raises(DataError, match="has learned nothing"):
        judged(replace(clean, preprocessors=(FittedPreprocessor("x", 0, object()),)), Check.FITTED_OUTSIDE)
    fixed = type("Fixed", (), {"mean_": 1.0})()
    with pytest.raises(DataError, match="cannot be fitted again"):
        judged(replace(clean, preprocessors=(FittedPreprocessor("x", 0, fixed),)), Check.FITTED_OUTSIDE)
    with pytest.raises(DataError, match="found split 9, expected one of 0 to 2"):
        replace(clean, preprocessors=(FittedPreprocessor("x", 9, fixed),))
    with pytest.raises(DataError, match="train has row 999999"):
        replace(clean, splits=(Split("f", np.array([999999]), np.array([0])),))
    assert learned(fixed)["mean_"] == 1.0


def test_what_cannot_be_checked_says_so(clean: Material) -> None:
    """Not applicable is no pass."""
    bare = replace(clean, computer=None, histories=(), splits=())
    report = judged(bare)
    for check in (Check.FUTURE_PERTURBED, Check.LABEL_OVERLAP, Check.FITTED_OUTSIDE, Check.SHUFFLED_TIME):
        assert report.of(check).verdict is Verdict.NOT_APPLICABLE
        assert report.of(check).summary
    assert report.of(Check.TARGET_IN_FEATURES).verdict is Verdict.PASS
    with pytest.raises(KeyError):
        judged(bare, Check.LABEL_OVERLAP).of(Check.DOMINANCE)


def test_skill_without_skill_is_carried_by_nothing() -> None:
    """Noise must not be blamed on its largest part."""
    material = clean_material(7, sessions=10, signal=0.0)
    seen = dominance(material, SMALL, Limits(), Probe(material, SMALL))
    assert not seen.applies
    assert "no skill" in seen.summary


def test_chance_is_shared_out_over_the_checks() -> None:
    """A p-value that would do for one check does not for eight; what is exact needs no chance."""
    clue = Clue(Verdict.FAIL, "x", "y", p_value=0.004)
    seen = Observation(Scope(), "s", (clue,), p_value=0.004)
    one, eight = (run._judged(Check.DOMINANCE, seen, tries, Limits()) for tries in (1, 8))
    assert (one.verdict, eight.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert eight.p_value == pytest.approx(0.032)
    exact = run._judged(Check.LABEL_OVERLAP, Observation(Scope(), "s", (replace(clue, p_value=0.0),)), 8, Limits())
    assert (exact.verdict, exact.exact, exact.p_value) == (Verdict.FAIL, True, None)


def test_the_seed_decides_everything() -> None:
    """The same study, the same verdicts and figures."""
    small, effort = clean_material(5, sessions=6), replace(SMALL, shifts=3, trees=10)
    checks = (Check.SHUFFLED_TIME, Check.SYMBOL_HOLDOUT)
    first, second, other = (check_leaks(small, effort=replace(effort, seed=seed), only=checks) for seed in (3, 3, 9))
    assert first == second
    assert other.of(Check.SHUFFLED_TIME).estimate != first.of(Check.SHUFFLED_TIME).estimate
