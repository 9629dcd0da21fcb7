"""Order statistics, which no sum can hold: ranks, quantiles, medians, the CCI, against TA-Lib, pandas, bottleneck."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from feature_bars import Floats, History
from feature_drivers import TalibC
from feature_report import Report
from feature_setup import CHECKED_BARS, history, library, ns, our_values, prove_equal, streaming, warmup

BARS = 50_000
HEAD_BARS = 500  # that a stream of the peer is opened with


@dataclass(frozen=True, slots=True)
class Statistic:
    """One of our features, and a peer's way to it."""

    feature: str
    window: int
    peer: str
    theirs: Callable[[Any, History, int], Floats]  # of the peer's module or series; the values of the feature

    def label(self) -> str:
        return f"{self.feature} against {self.peer}"


def _rank(_: Any, bars: History, w: int) -> Floats:
    return pd.Series(bars.columns[3]).rolling(w).rank(pct=True).to_numpy()


def _median(_: Any, bars: History, w: int) -> Floats:
    return bars.columns[3] / pd.Series(bars.columns[3]).rolling(w).median().to_numpy() - 1.0


def _quantile(share: float) -> Callable[[Any, History, int], Floats]:
    def values(_: Any, bars: History, w: int) -> Floats:
        return pd.Series(bars.columns[3]).rolling(w).quantile(share).to_numpy() / bars.columns[3]

    return values


def _spread(_: Any, bars: History, w: int) -> Floats:
    window = pd.Series(bars.columns[5]).rolling(w)
    return ((window.quantile(0.75) - window.quantile(0.25)) / 1.349 / window.std()).to_numpy()


def _move_rank(bottleneck: Any, bars: History, w: int) -> Floats:
    return (0.5 * (bottleneck.move_rank(bars.columns[3], w) + 1.0) * (w - 1) + 1.0) / w


def _move_median(bottleneck: Any, bars: History, w: int) -> Floats:
    return bars.columns[3] / bottleneck.move_median(bars.columns[3], w) - 1.0


STATISTICS = (
    Statistic("rank_20", 20, "pandas", _rank),
    Statistic("rank_60", 60, "pandas", _rank),
    Statistic("rank_240", 240, "pandas", _rank),
    Statistic("median_dist_60", 60, "pandas", _median),
    Statistic("qtlu_20", 20, "pandas", _quantile(0.8)),
    Statistic("qtld_20", 20, "pandas", _quantile(0.2)),
    Statistic("iqr_r_60", 60, "pandas", _spread),
    Statistic("rank_20", 20, "bottleneck", _move_rank),
    Statistic("rank_60", 60, "bottleneck", _move_rank),
    Statistic("rank_240", 240, "bottleneck", _move_rank),
    Statistic("median_dist_60", 60, "bottleneck", _move_median),
)
CCI, CCI_WINDOW = "cci_20", 20
BARE = "ret_log_1"
FLOOR = 1e-12


def bench_features_order(report: Report):
    """Each alone in a plan, streamed; the peer on the whole history at once, which flatters it."""
    known = library().names()
    rows = [_against(report, each, known) for each in STATISTICS]
    if CCI in known:
        rows.append(_cci(report))
    found = [row for row in rows if row is not None]
    missing = sorted({each.feature for each in STATISTICS if each.feature not in known} | ({CCI} - set(known)))
    if missing:
        report.note(f"not in this catalogue: {', '.join(missing)}")
    if not found:
        pytest.skip("the catalogue has no order statistic")
    together = sorted({each.feature for each in STATISTICS if each.feature in known} | ({CCI} & set(known)))
    medians = report.medians({"all": _streamed(together), "bare": _streamed([BARE])})
    found.append((f"all {len(together)} in one plan", ns(medians["all"], BARS), "", ""))
    found.append((f"{BARE}: what any plan costs", ns(medians["bare"], BARS), "", ""))
    report.table(
        f"Order statistics of one symbol over {BARS:,} bars, ns per bar", ("", "ours", "theirs", "times ours"), found
    )


def _against(report: Report, each: Statistic, known: list[str]) -> tuple[str, float, object, object] | None:
    if each.feature not in known:
        return None
    module = None
    if each.peer == "bottleneck":
        try:
            import bottleneck as module
        except ImportError:
            report.note(f"{each.label()}: skipped, bottleneck is not installed: pip install foxml[bench]")
            return None
    checked, bars = history(CHECKED_BARS), history(BARS)
    values = each.theirs(module, checked, each.window)
    prove_equal(each.peer, [each.feature], our_values(checked, [each.feature]), values[:, None], [FLOOR])

    def theirs() -> float:
        start = time.process_time()
        each.theirs(module, bars, each.window)
        return time.process_time() - start

    medians = report.medians({"ours": _streamed([each.feature]), "theirs": theirs})
    ours, other = ns(medians["ours"], BARS), ns(medians["theirs"], len(bars))
    return each.label(), ours, other, other / ours


def _cci(report: Report) -> tuple[str, float, object, object]:
    checked, bars = history(CHECKED_BARS), history(BARS + HEAD_BARS)
    talib = TalibC([f"CCI hlc {CCI_WINDOW}"])
    out = np.full((1, len(checked)), np.nan)
    talib.each(checked, 1000, out)
    prove_equal("TA-Lib C streams", [CCI], our_values(checked, [CCI]), out.T, [1e-9])
    medians = report.medians({"ours": _streamed([CCI]), "theirs": lambda: talib.each(bars, len(bars) - BARS)})
    ours, other = ns(medians["ours"], BARS), ns(medians["theirs"], BARS)
    return f"{CCI} against TA-Lib C streams", ours, other, other / ours


def _streamed(columns: list[str]) -> Callable[[], float]:
    warm = warmup(columns) + HEAD_BARS
    return streaming(library(), columns, history(BARS + warm), warm)
