"""Trees per second of the forest against the library that trained it: one row as in trading, many as in research."""

import time
from collections.abc import Callable

import lightgbm
import numpy as np

from foxml.models import Forest


def seconds_per_call(call: Callable[[], object], at_least: float = 0.3) -> float:
    """Best of five rounds, each long enough to be measured."""
    call()
    start = time.perf_counter()
    call()
    rounds = max(1, int(at_least / 5 / max(time.perf_counter() - start, 1e-7)))
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(rounds):
            call()
        best = min(best, (time.perf_counter() - start) / rounds)
    return best


def bench_forest_against_lightgbm():
    """300 trees of 31 leaves over 60 features: microseconds per call, and the ratio to LightGBM on one thread."""
    generator = np.random.default_rng(7)
    rows = generator.standard_normal((20_000, 60)).astype(np.float32)
    y = rows[:, 0] * rows[:, 1] + generator.standard_normal(len(rows))
    params = {"objective": "regression", "num_leaves": 31, "verbosity": -1, "num_threads": 1, "seed": 7}
    booster = lightgbm.train(params, lightgbm.Dataset(rows, y), num_boost_round=300)
    forest = Forest.from_lightgbm(booster.model_to_string().encode(), source="bench")
    for count in (1, 16, 1024, 20_000):
        block = rows[:count]
        assert np.array_equal(forest.predict(block)[:, 0], booster.predict(block, raw_score=True, num_threads=1))
        ours = seconds_per_call(lambda block=block: forest.predict(block))
        theirs = seconds_per_call(lambda block=block: booster.predict(block, raw_score=True, num_threads=1))
        print(f"{count:>6} rows: {ours * 1e6:10.1f} us, LightGBM {theirs * 1e6:10.1f} us, {theirs / ours:5.1f} times")
