"""Forests against the libraries that trained them and against compilers of trees: single rows, batches, Python calls.

Every table is made of runs in turn in one process, after the scores were compared: ours with the training library's,
bit by bit, a peer's with the same within what its own arithmetic allows.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from feature_report import Report
from forest_drivers import Scorer, compilers, libraries, ours, own_library
from forest_models import MODELS, Model, load
from numpy.typing import NDArray

from foxml.models import Forest

BATCHES = (64, 512, 8192)
NEAR = 1e-4
_FLAGS = Path("/proc/cpuinfo").read_text(encoding="utf-8")
NARROWER = tuple(isa for isa, flag in (("avx2", " avx2 "), ("scalar", "")) if flag in _FLAGS)


def _check(scorer: Scorer, model: Model) -> str:
    """Compare a peer's scores with the library's; says whether they are its very bits."""
    scores = scorer.scores()
    if np.array_equal(scores.view(np.int64), model.scores.view(np.int64)):
        return "exact"
    worst = float(np.max(np.abs(scores - model.scores)))
    assert worst < NEAR * max(1.0, float(np.max(np.abs(model.scores)))), f"{scorer.name} differs by {worst}"
    return f"off by {worst:.1e}"


def _check_ours(scorer: Scorer, model: Model) -> None:
    assert _check(scorer, model) == "exact", f"{model.name}: foxml differs from the library that trained the model"
    for count in BATCHES:
        batch = scorer.batch_scores(count)
        assert np.array_equal(batch.view(np.int64), model.scores[:count].view(np.int64)), f"a batch of {count} differs"


def _rotating(scorer: Scorer, count: int, seconds: float = 0.05) -> Callable[[], float]:
    """Return a run of about so many seconds, in calls of `count` rows."""
    calls = max(1, int(seconds / (count * scorer.seconds_a_row(count, 1))))
    return partial(scorer.seconds_a_row, count, calls)


def _native(model: Model) -> tuple[list[Scorer], list[str]]:
    scorers, notes = [], []
    for isa in (None, *NARROWER):
        scorer, kernels = ours(model, isa)
        _check_ours(scorer, model)
        scorers.append(scorer)
        notes.append(kernels)
    for peer in (own_library(model), *compilers(model)):
        notes.append(_check(peer, model))
        scorers.append(peer)
    return scorers, notes


@pytest.mark.parametrize("title", MODELS)
def bench_one_row(report: Report, title: str) -> None:
    """One row a call, another row each time: thread time, and the quantiles of single calls hot and cold."""
    scorers, notes = _native(load(title))
    seconds = report.medians({scorer.name: _rotating(scorer, 1) for scorer in scorers})
    rows = []
    for scorer, note in zip(scorers, notes, strict=True):
        hot, hot_99 = scorer.quantiles(2000)
        cold, cold_99 = scorer.quantiles(200, cold=True)
        took = seconds[scorer.name]
        hot_and_cold = (hot * 1e9, hot_99 / hot, cold * 1e9, cold_99 / cold)
        rows.append((scorer.name, took * 1e9, took / seconds["foxml"], *hot_and_cold, note))
    headers = ("one row", "ns", "times ours", "p50 ns", "p99/p50", "cold p50 ns", "cold p99/p50", "kernels, scores")
    report.table(title, headers, rows)


@pytest.mark.parametrize("title", MODELS)
def bench_batches(report: Report, title: str) -> None:
    """Many rows a call: nanoseconds a row, at the level of C, and oneDAL from Python where it is installed."""
    model = load(title)
    scorers, notes = _native(model)
    rows = []
    peers = list(_batch_peers(model))
    for count in BATCHES:
        runs = {scorer.name: _rotating(scorer, count) for scorer in scorers}
        for name, predict in peers:
            runs[name] = partial(_per_row, predict, model.rows[:count])
        seconds = report.medians(runs)
        rows += [(name, count, took * 1e9, took / seconds["foxml"]) for name, took in seconds.items()]
    report.table(f"{title} ({notes[0]})", ("batches", "rows", "ns a row", "times ours"), rows)


def _per_row(predict: Callable[[NDArray[np.float32]], object], rows: NDArray[np.float32]) -> float:
    calls = max(1, 4096 // len(rows))
    start = time.thread_time()
    for _ in range(calls):
        predict(rows)
    return (time.thread_time() - start) / (calls * len(rows))


def _batch_peers(model: Model) -> Iterator[tuple[str, Callable[[NDArray[np.float32]], object]]]:
    try:
        import daal4py
    except ImportError as error:
        print(f"  oneDAL is left out: {error}")
        return
    daal4py.daalinit(1)
    try:
        converted = daal4py.mb.convert_model(_booster(model))
    except Exception as error:  # whatever a model holds that it does not know
        print(f"  oneDAL is left out: {type(error).__name__}: {error}")
        return
    worst = float(np.max(np.abs(np.ravel(converted.predict(model.rows)) - model.scores)))
    if worst > NEAR * max(1.0, float(np.max(np.abs(model.scores)))):
        print(f"  oneDAL is left out: its scores of {model.name} are off by {worst:.1e}")
        return
    yield "oneDAL", converted.predict


def _booster(model: Model) -> object:
    if model.is_lightgbm:
        import lightgbm

        return lightgbm.Booster(model_file=model.path)
    import xgboost

    booster = xgboost.Booster(model_file=model.path)
    booster.set_param({"nthread": 1})
    return booster


def _python_calls(model: Model) -> dict[str, Callable[[NDArray[np.float32]], object]]:
    forest = Forest.load(model.path)
    buffer = np.empty(model.rows.shape[1], dtype=np.float32)
    bound = forest.bind(buffer)

    def by_binding(row: NDArray[np.float32]) -> float:
        buffer[:] = row[0]
        return bound()

    calls: dict[str, Callable[[NDArray[np.float32]], object]] = {
        "foxml": by_binding,
        "foxml predict": forest.predict,
    }
    booster = _booster(model)
    if model.is_lightgbm:
        calls["LightGBM"] = lambda row: booster.predict(row, raw_score=True, num_threads=1)  # type: ignore[attr-defined]
    else:
        calls["XGBoost"] = lambda row: booster.inplace_predict(row, predict_type="margin")  # type: ignore[attr-defined]
    calls.update(_batch_peers(model))
    return calls


@pytest.mark.parametrize("title", MODELS)
def bench_python_call(report: Report, title: str) -> None:
    """One row a call from Python, another row each time; ours copies it into the bound buffer."""
    model = load(title)
    calls = _python_calls(model)

    def run(call: Callable[[NDArray[np.float32]], object]) -> float:
        rows = [model.rows[i : i + 1] for i in range(500)]
        start = time.thread_time()
        for row in rows:
            call(row)
        return (time.thread_time() - start) / len(rows)

    for i in range(50):
        score = calls["foxml"](model.rows[i : i + 1])
        assert score == model.scores[i], f"row {i}: {score} is not {model.scores[i]}"
    seconds = report.medians({name: partial(run, call) for name, call in calls.items()})
    rows = [(name, took * 1e6, took / seconds["foxml"]) for name, took in seconds.items()]
    report.table(title, ("Python call", "us", "times ours"), rows)


def bench_forest_canary() -> None:
    """A scorer whose scores differ is refused: the comparison would see it."""
    model = load("LightGBM 100 x 31")
    scorer, _ = ours(model)
    wrong = Model(model.name, model.path, model.rows, np.nextafter(model.scores, np.inf), False)
    with pytest.raises(AssertionError):
        _check_ours(scorer, wrong)
    assert libraries()
