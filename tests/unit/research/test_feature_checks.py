"""The proof of features: each fault is caught by the check that exists for it, and what is right passes."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, ActionKind, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import DataError, FeatureError
from foxml.features import load_plan
from foxml.research.feature_checks import (
    CANARIES,
    Check,
    CheckedColumn,
    ComputedSource,
    Effort,
    FeatureReport,
    History,
    KernelSource,
    check_features,
    try_canaries,
)
from foxml.research.feature_checks.canaries import canary_bars
from foxml.research.feature_checks.computed import ComputedStream
from foxml.research.feature_checks.findings import Tally
from foxml.research.feature_checks.histories import cut_and_perturb, start_late
from foxml.research.feature_checks.run import _groups
from foxml.research.feature_checks.side_by_side import _other, compare_side_by_side
from foxml.research.features.user import BarColumns, ResearchFeature

SMALL = Effort(seed=3, cuts=4, stretch_bars=16, tile_bars=64, starts=6, snapshots=12)
NAMES = ("ret_log_5", "sma_dist_20", "ema_dist_12", "volume_z_20", "sess_vwap_dev", "willr_28", "ret_15m", "gap")


def histories(sessions: int = 6) -> list[History]:
    """Two symbols; the second splits 2:1 before its fourth session."""
    first, second = canary_bars(5, sessions)
    at = 3 * 78
    ohlcv = second.ohlcv.copy()
    ohlcv[at:, : CLOSE + 1] /= 2.0
    open_ns = int(second.session_open_ns[at])
    split = CorporateAction(second.symbol, ActionKind.SPLIT, open_ns, open_ns, 2_000_000_000)
    return [History(first), History(replace(second, ohlcv=ohlcv), (split,))]


def kernel() -> KernelSource:
    known = load_plan({"include": ["returns"]}, interval_ns="5m", instruments=[Instrument("CANA"), Instrument("CANB")])
    from foxml.features import list_features

    names = [info.name for info in list_features() if info.name in NAMES]
    return KernelSource(replace(known, names=tuple(names)))


def checked(*features: ResearchFeature, tolerance: float = 1e-9) -> FeatureReport:
    return check_features([ComputedSource(features)], histories(), effort=SMALL, tolerance=tolerance)


def test_every_canary_is_caught_and_the_honest_feature_is_not() -> None:
    """What a run of the command rests on."""
    trials = try_canaries()
    assert {trial.name for trial in trials} == {"honest", *CANARIES}
    assert [trial for trial in trials if not trial.as_expected] == []
    (honest,) = (trial for trial in trials if trial.name == "honest")
    assert honest.caught_by == ()
    # Every check has a fault of its own that it must see.
    assert {check for canary in CANARIES.values() for check in canary.caught_by} == set(Check)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_canaries_are_caught_whatever_the_seed(seed: int) -> None:
    """A fault that is seen by luck is not proved absent."""
    assert all(trial.as_expected for trial in try_canaries(seed))


@pytest.mark.parametrize("name", ["peeks_ahead", "unfinished_higher_bar"])
def test_batches_alone_catch_what_looks_ahead(name: str) -> None:
    """Both ways of taking the future away, without the help of a stream."""
    source, history = CANARIES[name].source(), histories()[0]
    tally = Tally(source.columns)
    cut_and_perturb(source, history, source.batch(history), tally, SMALL, lambda bars: None)
    (found,) = tally.findings(1e-9)
    assert found.failed == (Check.TRUNCATED, Check.PERTURBED)


def test_the_last_bar_is_perturbed() -> None:
    """A feature that reads ahead at the last bar but one alone is caught."""

    def last_but_one(bars: BarColumns) -> np.ndarray:
        found = bars.close / bars.open
        if len(bars) == len(histories()[0]):
            found[-2] = bars.close[-1]
        return found

    feature = ResearchFeature("last_but_one", "mine", "C/O", 0, last_but_one)
    (found,) = checked(feature).features
    assert Check.PERTURBED in found.failed
    perturbed = found.checks[Check.PERTURBED].first
    assert perturbed is not None
    assert perturbed.close_ns == int(histories()[0].bars.close_ns[-2])


def test_kernel_features_pass_through_a_split() -> None:
    """Of every guarantee, in two symbols together, one of which splits on the way."""
    source = kernel()
    assert {column.guarantee for column in source.columns} == {"exact", "session", "measured"}
    report = check_features([source], histories(), effort=SMALL)
    assert report.failed == ()
    assert report.symbols == ("CANA", "CANB")
    warmup = max(column.warmup_bars for column in source.columns)
    for feature in report.features:
        assert feature.bars == report.bars - 2 * warmup
        assert feature.defined > 0, feature.name
        assert set(feature.checks) == set(Check)
        assert all(finding.compared > 0 for finding in feature.checks.values()), feature.name
        # A row for every bar, three streams.
        assert feature.checks[Check.RESTORED].compared == report.bars


def test_a_measured_feature_may_be_off_by_the_tolerance_and_no_more() -> None:
    """An average that forgets slowly: off by what is left of the past, and that is judged."""

    def average(bars: BarColumns) -> np.ndarray:
        value, found = bars.close[0], np.empty(len(bars))
        for i, close in enumerate(bars.close.tolist()):
            value += 0.2 * (close - value)
            found[i] = value
        return found

    feature = ResearchFeature("average", "mine", "EMA9(C)", 60, average, "measured")
    (strict,) = checked(feature, tolerance=1e-12).features
    assert strict.failed == (Check.STARTED_LATE,)
    assert 1e-12 < strict.worst < 1e-4
    (lenient,) = checked(feature, tolerance=1e-4).features
    assert lenient.failed == ()
    assert lenient.worst == strict.worst
    # It looks back over everything: it has no stream.
    assert Check.STREAMED in lenient.checks
    assert Check.RESTORED not in lenient.checks
    # The same numbers under a promise to the bit.
    (exact,) = checked(replace(feature, guarantee="exact"), tolerance=1e-4).features
    assert Check.STARTED_LATE in exact.failed


@pytest.mark.parametrize("name", ["crossed_lanes", "crossed_batches"])
def test_what_goes_wrong_among_eight_is_caught_with_two_symbols(name: str) -> None:
    """Few symbols never fill a block of their own: without the check that does, these faults stay unseen."""
    (found,) = check_features([CANARIES[name].source()], histories(), effort=SMALL).features
    assert found.failed == (Check.SIDE_BY_SIDE,)
    assert found.first is not None
    assert found.first.symbol in {"CANA", "CANB"}
    assert "beside seven other symbols, as number " in found.first.where


@pytest.mark.parametrize("lanes", [[(i + k) % 8 for i in range(8)] for k in range(1, 8)] + [[0, 1, 2, 4, 3, 5, 6, 7]])
def test_numbers_of_any_neighbour_are_seen(lanes: list[int]) -> None:
    """Symbols that are alike would hide that one has another's number, even of a feature of prices alone."""

    class Source(ComputedSource):
        lanes = 8

        def rows_together(self, histories: Sequence[History]) -> list[np.ndarray]:
            rows = super().rows_together(histories)
            return [rows[i] for i in lanes]

    source = Source([ResearchFeature("move", "mine", "C/O", 0, lambda bars: bars.close / bars.open)])
    tally = Tally(source.columns)
    compare_side_by_side(source, histories()[0], tally, SMALL, lambda bars: None)
    (found,) = tally.findings(1e-9)
    assert found.failed == (Check.SIDE_BY_SIDE,)


def test_a_symbol_goes_through_a_block_bar_by_bar() -> None:
    """Every bar, streamed and in batches, through a split and beside a benchmark; in parts of any size."""
    first, second = (replace(history, benchmark=histories()[1].bars) for history in histories())
    plan = load_plan(
        {"include": ["ret_log_5", "ema_dist_12", "volume_z_20", "gap", "beta_60"]},
        interval_ns="5m",
        instruments=[Instrument("CANA"), Instrument("CANB")],
        benchmark="CANB",
    )
    source = KernelSource(plan)
    for history in (first, second):
        for block_bars in (100_000, 150, 1):
            part = history if block_bars > 1 else history.part(0, 70)
            tally = Tally(source.columns)
            compare_side_by_side(source, part, tally, replace(SMALL, block_bars=block_bars), lambda bars: None)
            for found in tally.findings(0.0):
                assert found.failed == (), found
                assert found.checks[Check.SIDE_BY_SIDE].compared == 2 * 8 * len(part)


def test_a_mirror_image_is_a_history_too() -> None:
    """Highs above lows, a split the other way, no dividend, the same moments; nothing of the real bars has changed."""
    history = histories()[1]
    dividend = replace(history.actions[0], kind=ActionKind.DIVIDEND, value=1_000_000)
    history = replace(history, actions=(*history.actions, dividend))
    before = history.bars.ohlcv.copy()
    source = kernel().with_copies("CANB", ["CANB#3", "CANB#2"])
    mirrored, plain = _other(source, history, "CANB#3", 3), _other(source, history, "CANB#2", 2)
    assert (history.bars.ohlcv == before).all()
    assert (mirrored.bars.close_ns == history.bars.close_ns).all()
    ohlcv = mirrored.bars.ohlcv
    assert (ohlcv[:, HIGH] >= ohlcv[:, [OPEN, LOW, CLOSE]].max(axis=1)).all()
    assert (ohlcv[:, LOW] <= ohlcv[:, [OPEN, HIGH, CLOSE]].min(axis=1)).all()
    moves = np.diff(np.log(history.bars.ohlcv[:, CLOSE]))
    assert np.allclose(np.diff(np.log(ohlcv[:, CLOSE])), -moves)
    assert [(a.kind, a.value) for a in mirrored.actions if a.symbol == "CANB#3"] == [(ActionKind.SPLIT, 500_000_000)]
    assert [a.value for a in plain.actions if a.symbol == "CANB#2"] == [2_000_000_000, 1_000_000]
    assert (plain.bars.ohlcv[:, :VOLUME] == before[:, :VOLUME]).all()
    assert (plain.bars.ohlcv[:, VOLUME] == before[:, VOLUME] / 3).all()


def test_late_starts_cover_the_history() -> None:
    """Every bar behind the first tile is compared once, each feature from its own warm-up on."""
    source, history = kernel(), histories()[0]
    tally = Tally(source.columns)
    start_late(source, history, source.batch(history), tally, SMALL, lambda bars: None)
    for found in tally.findings(0.0):
        compared = found.checks[Check.STARTED_LATE].compared
        least = len(history) - found.warmup_bars - max(SMALL.tile_bars, found.warmup_bars)
        assert least <= compared <= len(history) + 8 * SMALL.starts, found.name


def test_the_first_offence_is_the_earliest() -> None:
    """By time, whatever came first in the run; a number for none is infinitely far."""
    bars = histories()[0].part(0, 3).bars
    tally = Tally([CheckedColumn("a", "exact", 0), CheckedColumn("b", "exact", 0)])
    expected = np.array([[1.0, 2.0]] * 3)
    found = expected.copy()
    found[2, 0] = 1.5
    tally.compare(Check.TRUNCATED, found, expected, bars=bars, sizes=np.ones(2), where="late")
    found[0, 0], found[1, 1] = np.nan, np.nextafter(2.0, 3.0)
    tally.compare(Check.TRUNCATED, found, expected, bars=bars, sizes=np.ones(2), where="early")
    a, b = tally.findings(1e-9)
    assert a.first is not None
    assert (a.first.close_ns, a.first.where) == (int(bars.close_ns[0]), "early")
    assert (a.worst, a.checks[Check.TRUNCATED].differing, a.checks[Check.TRUNCATED].compared) == (math.inf, 3, 6)
    assert b.checks[Check.TRUNCATED].differing == 1
    assert b.worst == pytest.approx(2.0**-52, rel=1e-6)
    assert b.failed == (Check.TRUNCATED,)


def test_another_future_keeps_the_past_alone() -> None:
    """Prices, times and actions up to the moment; a split that comes later has not happened."""
    history = histories()[1]
    at = 3 * 78
    noise = history.noise_after(at, np.random.default_rng(0))
    changed = history.with_future(at, noise)
    assert (changed.bars.ohlcv[:at] == history.bars.ohlcv[:at]).all()
    assert (changed.bars.ohlcv[at:] != history.bars.ohlcv[at:]).any(axis=1).all()
    assert (changed.bars.close_ns == history.bars.close_ns).all()
    assert (changed.actions, len(history.adjustments)) == ((), 1)
    assert len(history.with_future(at + 1, noise[1:]).adjustments) == 1
    assert history.part(at, len(history)).adjustments == []


def test_too_short_a_history_is_no_proof() -> None:
    """Said of a symbol, and an error when there is no other."""
    short, whole = histories()[0].part(0, 20), histories()[1]
    feature = ResearchFeature("mean_20", "mine", "C", 19, lambda bars: bars.close)
    report = check_features([ComputedSource([feature])], [short, whole], effort=SMALL)
    assert (report.symbols, report.too_short) == (("CANB",), ("CANA",))
    with pytest.raises(DataError, match=r"mean_20.*CANA, 20 bars"):
        check_features([ComputedSource([feature])], [short], effort=SMALL)


def test_progress_ends_below_its_total() -> None:
    """Done of total: never more, growing."""
    told: list[tuple[int, int]] = []

    def progress(text: str, done: int | None = None, total: int | None = None) -> None:
        assert text
        told.append((done or 0, total or 0))

    check_features([kernel()], histories(), effort=SMALL, progress=progress)
    assert told == sorted(told)
    assert all(done < total for done, total in told)


def test_a_part_is_a_history_of_its_own() -> None:
    """Nothing of the bars left out is kept."""
    bars = histories()[0].part(10, 15).bars
    assert isinstance(bars, SymbolBars)
    assert len(bars) == len(bars.session_open_ns) == len(bars.session_close_ns) == 5


def test_the_benchmark_is_cut_and_perturbed_with_the_symbol() -> None:
    """It knows the future no better than the symbol does: its later closes and splits are gone, or others."""
    beside, own = histories()
    history = replace(own, benchmark=beside.bars)
    whole = history.beside.closes
    assert whole is not None
    assert (whole == beside.bars.ohlcv[:, CLOSE]).all()
    part = history.part(100, 200)
    assert part.benchmark is not None
    assert (part.benchmark.close_ns == part.bars.close_ns).all()
    assert part.beside.closes is not None
    assert (part.beside.closes == whole[100:200]).all()
    known = 150
    for future in (history.noise_after(known, np.random.default_rng(0)), np.full((len(history) - known, 5), np.nan)):
        closes = history.with_future(known, future).beside.closes
        assert closes is not None
        assert (closes[:known] == whole[:known]).all()
        assert (closes[known:] != whole[known:]).all()
    # Of the benchmark itself nothing stands beside it.
    assert replace(beside, benchmark=beside.bars).beside.closes is None


def test_the_benchmark_is_in_every_group_that_is_streamed() -> None:
    """An engine without it cannot be built; with more symbols than fit together, each is streamed once."""
    first, second = histories()
    third = History(replace(first.bars, symbol="CANC"))
    compared_with = [replace(history, benchmark=second.bars) for history in (first, second, third)]
    found = [[history.symbol for history in group] for group in _groups(compared_with, 1)]
    assert found == [["CANB", "CANA"], ["CANB", "CANC"]]
    assert [[h.symbol for h in group] for group in _groups([first, second, third], 2)] == [["CANA", "CANB"], ["CANC"]]
    feature = ResearchFeature("share", "mine", "C/O", 0, lambda bars: bars.close / bars.open)
    report = check_features([ComputedSource([feature])], compared_with, effort=replace(SMALL, symbols_together=1))
    assert report.features[0].bars == report.bars == 3 * len(first)
    slow, short = replace(feature, warmup_bars=100), second.part(0, 50)
    with pytest.raises(DataError, match="benchmark CANB"):
        check_features([ComputedSource([slow])], [replace(first, benchmark=short.bars), short], effort=SMALL)


def test_a_refused_snapshot_is_laid_to_its_feature_alone() -> None:
    """One feature of many, of one symbol of two: the others are streamed without it, and pass."""

    class Stream(ComputedStream):
        def restore(self, data: bytes) -> None:
            super().restore(data)
            names = [feature.name for feature in self.source.features]
            if "f3" in names and "CANB" in self.symbols and self.seen[self.symbols.index("CANB")] > 100:
                raise FeatureError("f3 of CANB is no share")

    class Source(ComputedSource):
        def stream(self, symbols: Sequence[str]) -> ComputedStream:
            return Stream(self, symbols)

    features = [ResearchFeature(f"f{i}", "mine", "C/O", i, lambda bars: bars.close / bars.open) for i in range(5)]
    features[3] = replace(features[3], warmup_bars=40)  # the slowest: the rows of the others begin sooner without it
    report = check_features([Source(features)], histories(), effort=SMALL)
    (failed,) = report.failed
    assert (failed.name, failed.failed) == ("f3", (Check.RESTORED,))
    assert failed.first is not None
    assert failed.first.symbol == "CANB"
    assert failed.first.close_ns > int(histories()[1].bars.close_ns[100])
    assert "f3 of CANB is no share" in failed.first.where
    for feature in report.features:
        if feature.name != "f3":
            assert feature.checks[Check.RESTORED].compared >= report.bars
