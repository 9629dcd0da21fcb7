"""One symbol: nanoseconds per feature and bar, streamed and in batches, against TA-Lib's C library and data frames."""

import numpy as np
import pytest
from feature_bars import History
from feature_drivers import Engine, TalibC
from feature_families import Grid
from feature_report import Report
from feature_setup import (
    CHECKED_BARS,
    check_grid,
    check_paths,
    equal_members,
    grid,
    history,
    libraries,
    library,
    ns,
    streaming,
    talib_outputs,
    warmup,
)

STREAMED_BARS = 40_000
FRAME_BARS = 100_000


def bench_features_stream(report: Report):
    """Our engine, one call a bar, against TA-Lib's C streams on the same families and windows."""
    laid = grid()
    cells = check_grid("TA-Lib C streams", talib_outputs(history(CHECKED_BARS), laid), history(CHECKED_BARS), laid)
    check_paths(history(CHECKED_BARS), laid.columns)
    every = library().names()
    longest = max(warmup(every), warmup(laid.columns))
    bars = history(longest + STREAMED_BARS)
    talib = TalibC(laid.calls)
    runs = {"TA-Lib C, stream by stream": lambda: talib.each(bars, longest)}
    runs["TA-Lib C, bar by bar into a row"] = lambda: talib.rows(bars, longest)
    counts = dict.fromkeys(runs, len(laid.columns))
    for name, columns in (("families x windows", laid.columns), ("all features", every)):
        for path in libraries():
            key = f"ours, {name}, {path.isa}"
            runs[key], counts[key] = streaming(path, columns, bars, longest), len(columns)
    medians = report.medians(runs)
    spent = {name: ns(seconds, STREAMED_BARS) for name, seconds in medians.items()}
    alone, rows = (spent[name] / len(laid.columns) for name in list(runs)[:2])
    report.table(
        f"One symbol, streamed over {STREAMED_BARS:,} bars that differ; {cells:,} cells found equal first",
        ("", "features", "ns/bar", "ns/feature", "TA-Lib alone", "TA-Lib rows"),
        [
            (
                name,
                counts[name],
                per_bar,
                per_bar / counts[name],
                *(_times(t, per_bar / counts[name]) for t in (alone, rows)),
            )
            for name, per_bar in spent.items()
        ],
    )
    if laid.left_out:
        report.note(f"not in this catalogue: {', '.join(laid.left_out)}")


def bench_features_batch(report: Report, pytestconfig: pytest.Config):
    """A whole history into a float32 matrix, its pages touched before, against TA-Lib's C functions and the same."""
    laid = grid()
    bars = history(pytestconfig.getoption("--bars"))
    check_batch(talib_outputs(history(CHECKED_BARS), laid), history(CHECKED_BARS), laid)
    talib = TalibC(laid.calls)
    theirs = np.zeros((len(bars), talib.outputs), dtype=np.float32)
    engine = Engine(library(), laid.columns)
    ours = np.zeros((len(bars), len(laid.columns)), dtype=np.float32)
    runs = {
        "ours, families x windows": lambda: engine.batch(bars, ours),
        "ours, the matrix new": lambda: engine.batch(bars, np.empty(ours.shape, dtype=np.float32)),
        "TA-Lib C batch with the matrix": lambda: talib.batch(bars, theirs),
    }
    medians = report.medians(runs)
    per_feature = {name: ns(seconds, ours.size) for name, seconds in medians.items()}
    best = per_feature["ours, families x windows"]
    report.table(
        f"One symbol, a batch of {len(bars):,} bars x {len(laid.columns)} features in float32",
        ("", "ns/bar", "ns/feature", "times ours"),
        [(name, each * len(laid.columns), each, each / best) for name, each in per_feature.items()],
    )


def bench_features_frames(report: Report):
    """The batch against polars and pandas, on the columns in which they compute the same."""
    pytest.importorskip("polars", reason="polars is not installed: pip install foxml[bench]")
    from feature_frames import FORMULAS, PandasPeer, PolarsPeer

    members = [(family, window) for family, window, _ in grid().members if family.feature in FORMULAS]
    rows = []
    for peer in (PolarsPeer, PandasPeer):
        checked = history(CHECKED_BARS)
        kept, left_out = equal_members(peer.name, members, peer(checked, members).values(), checked)
        bars = history(FRAME_BARS)
        theirs = peer(bars, kept)
        engine = Engine(library(), [family.column(window) for family, window in kept])
        matrix = np.zeros((len(bars), len(kept)), dtype=np.float32)
        runs = {
            "theirs": theirs.seconds,
            "ours": lambda engine=engine, bars=bars, matrix=matrix: engine.batch(bars, matrix),
        }
        medians = report.medians(runs)
        ours, other = ns(medians["ours"], matrix.size), ns(medians["theirs"], matrix.size)
        rows.append((peer.name, len(kept), other, ours, other / ours))
        for line in left_out:
            report.note(f"left out, not equal: {line}")
    report.table(
        f"One symbol, a batch of {FRAME_BARS:,} bars, one thread; per feature and bar",
        ("", "features", "ns", "ours on the same", "times ours"),
        rows,
    )


def check_batch(outputs: np.ndarray, bars: History, laid: Grid) -> None:
    """TA-Lib's matrix must hold what its streams gave, which was compared with ours."""
    talib = TalibC(laid.calls)
    matrix = np.zeros((len(bars), talib.outputs), dtype=np.float32)
    talib.batch(bars, matrix)
    first = warmup(laid.columns)
    assert np.array_equal(matrix[first:], outputs.T[first:].astype(np.float32)), "TA-Lib: batch and streams differ"
    talib.close()


def _times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f}x"
