"""How fast a streamed bar of the grid could be at all: its divisions, roots, window ends and stores, and nothing else.

An engine whose features are exact to the bit divides where a formula divides. Eight values side by side, no result
waiting for another and every input in the nearest cache, is as fast as a core does that.
"""

import ctypes
from dataclasses import dataclass

import pytest
from feature_bars import History
from feature_drivers import TalibC, build
from feature_report import Report
from feature_setup import grid, history, ns

BARS = 40_000
GOAL = 20  # times TA-Lib's C streams


@dataclass(frozen=True, slots=True)
class Work:
    """Vector operations of a bar, eight columns in each."""

    divisions: int
    roots: int
    reads: int
    stores: int


# A division in each of 30 families; roots in the two deviations and the correlation; window ends of the sums of
# closes, returns, flows, volumes and their squares and products, and of the extrema.
LEAST = Work(divisions=30, roots=3, reads=20, stores=30)
# The formulas as the catalogue has them: bands and slopes divide by their window too, the directional index divides
# before it is averaged, and each band takes its own root.
WRITTEN = Work(divisions=39, roots=4, reads=20, stores=30)


class Floor:
    """The compiled loop."""

    def __init__(self) -> None:
        self._native = ctypes.CDLL(str(build() / "libfoxml_bench_floor.so"))
        self._native.floor_seconds.restype = ctypes.c_double
        self._native.floor_seconds.argtypes = [ctypes.c_int] * 4 + [ctypes.c_int64]

    def seconds(self, work: Work, bars: int) -> float:
        """Return the seconds of as many bars; skips where the processor has no vectors of doubles."""
        spent = self._native.floor_seconds(work.divisions, work.roots, work.reads, work.stores, bars)
        if spent < 0.0:
            pytest.skip("the processor has no AVX2")
        return float(spent)


def bench_features_floor(report: Report):
    """The arithmetic of a bar beside the time that the goal leaves for everything."""
    laid = grid()
    bars: History = history(1000 + BARS)
    talib, floor = TalibC(laid.calls), Floor()
    medians = report.medians(
        {
            "a division a column": lambda: floor.seconds(LEAST, BARS),
            "the formulas as they are written": lambda: floor.seconds(WRITTEN, BARS),
            "TA-Lib C, stream by stream": lambda: talib.each(bars, 1000),
        }
    )
    talib.close()
    spent = {name: ns(seconds, BARS) for name, seconds in medians.items()}
    *floors, theirs = spent
    allowed = spent[theirs] / GOAL
    rows = [(name, spent[name], spent[name] / len(laid.columns), spent[name] / allowed) for name in floors]
    report.table(
        f"{len(laid.columns)} columns a bar; {GOAL} times as fast as TA-Lib's C streams is {allowed:.1f} ns a bar",
        ("", "ns/bar", "ns/feature", "part of it"),
        rows,
    )
