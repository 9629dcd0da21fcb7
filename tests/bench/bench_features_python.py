"""An update a bar, called from Python: our engine against the streaming libraries, on columns found equal first."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from feature_bars import MINUTE_NS, History
from feature_families import grid_of
from feature_report import Report
from feature_setup import equal_members, grid, history, library, ns, streaming, warmup
from feature_streams import STREAM_PEERS

from foxml.domain.bars import BarSlice
from foxml.domain.instruments import Instrument
from foxml.features import FeatureEngine, FeaturePlan

WINDOWS = (10, 20, 60)
CHECKED_BARS = 12_000
TIMED_BARS = 2_000
WARM_BARS = 1_000
SYMBOL = "FOX"


def bench_features_python(report: Report):
    """Streams that Python calls; the peers one stream after the other, ours the whole row in one call."""
    laid = grid_of(library().names(), WINDOWS)
    columns = grid().columns
    warm = warmup(columns)
    whole = report.medians(
        {
            "python": _python_run(columns),
            "compiled": streaming(library(), columns, history(warm + TIMED_BARS), warm),
        }
    )
    python, compiled = (ns(seconds, TIMED_BARS) for seconds in whole.values())
    rows: list[tuple[object, ...]] = []
    for make in STREAM_PEERS:
        try:
            peer = make()
        except ImportError as error:
            report.note(f"{make.__name__}: skipped, {error}: pip install foxml[bench]")
            continue
        asked = [(family, window) for family, window, _ in laid.members if family.feature in peer.features]
        checked = history(CHECKED_BARS)
        kept, left_out = equal_members(peer.name, asked, peer.values(checked, asked), checked)
        for line in left_out:
            report.note(f"left out, not equal: {line}")
        bars = history(WARM_BARS + TIMED_BARS)
        each: list[list[float]] = []

        def theirs(peer=peer, bars=bars, kept=kept, each=each) -> float:
            each.append(peer.seconds(bars, kept, WARM_BARS))
            return sum(each[-1])

        ours = _python_run([family.column(window) for family, window in kept])
        medians = report.medians({"theirs": theirs, "ours": ours})
        mean, own = (ns(medians[name], TIMED_BARS * len(kept)) for name in ("theirs", "ours"))
        quickest = ns(min(np.median(each, axis=0)), TIMED_BARS)
        ratios = (mean / own, mean * len(columns) / python, mean * len(columns) / compiled)
        rows.append((peer.name, len(kept), mean, quickest, own, *ratios))
    report.table(
        f"From Python, ns per feature and bar. Ours, {len(columns)} features: FeatureEngine.update {python:,.0f} ns "
        f"a bar ({python / len(columns):.1f} each), of which {python - compiled:,.0f} are the call; "
        f"the engine alone {compiled:,.0f} ({compiled / len(columns):.2f} each)",
        ("", "features", "theirs", "its quickest", "ours, same", "times same", "times all", "times engine alone"),
        rows,
    )


def _python_run(columns: Sequence[str]) -> Callable[[], float]:
    """Return a run of the public engine over warm bars, the same each time."""
    plan = FeaturePlan(tuple(columns), MINUTE_NS, (Instrument(SYMBOL, price_grid=10_000_000),))
    engine = FeatureEngine(plan)
    warm = warmup(columns)
    bars = history(warm + TIMED_BARS)
    slices = _slices(bars)
    for each in slices[:warm]:
        engine.update(each)
    state = engine.snapshot()

    def run() -> float:
        engine.restore(state)
        timed = slices[warm:]
        start = time.process_time()
        for each in timed:
            engine.update(each)
        return time.process_time() - start

    assert engine.update(slices[warm]).ready[0], "no row after the warm-up"
    return run


def _slices(bars: History) -> list[BarSlice]:
    present = np.array([True])
    return [
        BarSlice(i, MINUTE_NS, close, close, opens, closes, (SYMBOL,), bars.ohlcv[i : i + 1], present)
        for i, (close, opens, closes) in enumerate(bars.times.tolist())
    ]
