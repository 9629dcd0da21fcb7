"""Targets of whole histories against the trading process's tracker in a loop, and against slow, obvious references."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from feature_report import Report
from target_panels import Panel, random_panel
from target_references import factors_ahead, tracked, walked_barriers, walked_excess, walked_forward, walked_widths

from foxml.domain.bars import SymbolBars
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.labels import BarrierSpec
from foxml.research.targets import (
    BarrierTargetBuilder,
    ExcessReturnsBuilder,
    ExcessSpec,
    ForwardSpec,
    HFTForwardReturnsBuilder,
)


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _same(ours: object, theirs: object, tolerance: float = 0.0) -> None:
    """Equal first; and a label that is its neighbour's must be seen."""
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    assert a.shape == b.shape
    assert len(a)
    assert np.allclose(a, b, rtol=0.0, atol=tolerance)
    assert not np.allclose(np.roll(a, 1), b, rtol=0.0, atol=tolerance)


def _walked(panel: Panel, spec: BarrierSpec) -> list[float]:
    found = []
    for bars in panel.histories:
        ahead = factors_ahead(bars, panel.actions)
        widths = walked_widths(bars, spec, ahead, Instrument(bars.symbol).tick)
        found += walked_barriers(bars, spec, widths, ahead)
    return [w.ret for w in sorted(found, key=lambda w: w.t0_ns)]


def bench_barrier_targets(report: Report) -> None:
    """One symbol and four, hourly and long horizons: the same bits, and the ratio of the times."""
    rows = []
    for symbols, sessions, horizon in ((1, 600, 7), (4, 300, 7), (1, 600, 60)):
        panel = random_panel(7, symbols, sessions, absent=0.01, scale=0.002)
        spec = BarrierSpec(horizon, 1.5, 1.5, cross_session=True)
        builder = BarrierTargetBuilder(spec, panel.instruments)
        targets = builder.build(panel.histories, panel.actions)
        _same(targets.ret, [m.ret for m in tracked(spec, panel.instruments, panel.histories, panel.actions)])
        if symbols == 1:
            _same(targets.ret, _walked(panel, spec))
        medians = report.medians(
            {
                "ours": lambda b=builder, p=panel: _seconds(lambda: b.build(p.histories, p.actions)),
                "reference": lambda p=panel, s=spec: _seconds(lambda: _walked(p, s)),
                "tracker": lambda p=panel, s=spec: _seconds(lambda: tracked(s, p.instruments, p.histories, p.actions)),
            }
        )
        bars, ours = sum(len(b) for b in panel.histories), medians["ours"]
        rows.append(
            [
                f"{symbols} symbols, horizon {horizon}", bars, ours / bars * 1e9, medians["reference"] / ours,
                medians["tracker"] / ours,
            ]
        )  # fmt: skip
    headers = ["barriers", "bars", "ns a bar", "times the reference", "times the tracker"]
    report.table("Barrier targets, equal to the bit to the tracker's", headers, rows)
    rows = []
    for horizon in (7, 60, 390):
        panel = random_panel(7, 1, 40_000, absent=0.0, actions=40, scale=0.002)
        builder = BarrierTargetBuilder(BarrierSpec(horizon), panel.instruments)
        ours = report.medians({"ours": lambda b=builder, p=panel: _seconds(lambda: b.build(p.histories, p.actions))})[
            "ours"
        ]
        bars = len(panel.histories[0])
        rows.append([f"horizon {horizon}", bars, ours, ours / bars * 1e9])
    report.table("Barrier targets of a long history", ["barriers", "bars", "seconds", "ns a bar"], rows)


def _pandas_excess(panel: Panel, spec: ExcessSpec) -> pd.Series:
    """Residuals as one writes them with pandas: closes of two symbols side by side, no bar absent, no action."""
    own, bench = (b.ohlcv for b in panel.histories[:2])
    y, x = (pd.Series(np.log(o[:, 3])).diff() for o in (own, bench))
    beta = y.rolling(spec.beta_bars).cov(x) / x.rolling(spec.beta_bars).var()
    h = spec.horizon_bars
    ours, theirs = (pd.Series(o[:, 3]).shift(-h) / pd.Series(o[:, 0]).shift(-1) - 1.0 for o in (own, bench))
    return (ours - beta * theirs).dropna()


def bench_excess_returns(report: Report) -> None:
    """Residual returns: the reference fits every window afresh; pandas rolls."""
    spec = ExcessSpec(7, "residual", beta_bars=60)
    panel = random_panel(7, 3, 60, actions=2)
    builder = ExcessReturnsBuilder(spec, panel.symbols, "S1")
    expected = walked_excess(panel.histories, panel.actions, spec, 1)
    _same(builder.build(panel.histories, panel.actions).ret, [e.ret for e in expected], 1e-12)
    small = report.medians(
        {
            "ours": lambda: _seconds(lambda: builder.build(panel.histories, panel.actions)),
            "reference": lambda: _seconds(lambda: walked_excess(panel.histories, panel.actions, spec, 1)),
        }
    )
    plain = random_panel(7, 2, 20_000, actions=0, absent=0.0, scale=0.002)
    start = max(int(bars.close_ns[0]) for bars in plain.histories)
    end = min(int(bars.close_ns[-1]) for bars in plain.histories)
    plain = Panel(tuple(_between(bars, start, end) for bars in plain.histories), ())
    rolled = ExcessReturnsBuilder(spec, plain.symbols, "S1")
    _same(rolled.build(plain.histories).ret, _pandas_excess(plain, spec), 1e-10)
    large = report.medians(
        {
            "ours": lambda: _seconds(lambda: rolled.build(plain.histories)),
            "pandas": lambda: _seconds(lambda: _pandas_excess(plain, spec)),
        }
    )
    bars = [sum(len(b) for b in p.histories) for p in (panel, plain)]
    rows = [
        ["the reference", bars[0], small["ours"] / bars[0] * 1e9, small["reference"] / small["ours"]],
        ["pandas, ret alone", bars[1], large["ours"] / bars[1] * 1e9, large["pandas"] / large["ours"]],
    ]
    report.table("Residual returns, beta of 60 bars", ["against", "bars", "ns a bar", "times"], rows)


def bench_forward_returns(report: Report) -> None:
    """One bar a second: prices looked up for every label."""
    (bars,) = random_panel(7, 1, 3_000, actions=0, absent=0.1, scale=0.002).histories
    bars = replace(
        bars,
        interval_ns=NANO,
        close_ns=bars.close_ns * NANO,
        session_open_ns=bars.session_open_ns * NANO,
        session_close_ns=bars.session_close_ns * NANO,
    )
    rows, price = [], bars.ohlcv[:, 3].tolist()
    for unit in ("bars", "seconds"):
        spec = ForwardSpec((3.0,), unit, 1.0)  # type: ignore[arg-type]
        builder = HFTForwardReturnsBuilder(spec, ["S0"])
        (targets,) = builder.build([bars])
        _same(targets.ret, [w.ret for w in walked_forward(bars, spec, 3.0, price)], 1e-14)
        medians = report.medians(
            {
                "ours": lambda b=builder: _seconds(lambda: b.build([bars])),
                "reference": lambda s=spec: _seconds(lambda: walked_forward(bars, s, 3.0, price)),
            }
        )
        ours = medians["ours"]
        rows.append([unit, len(bars), ours / len(bars) * 1e9, medians["reference"] / ours])
    report.table("Forward returns", ["unit", "bars", "ns a bar", "times the reference"], rows)


def _between(bars: SymbolBars, start: int, end: int) -> SymbolBars:
    kept = (bars.close_ns >= start) & (bars.close_ns <= end)
    return replace(
        bars,
        close_ns=bars.close_ns[kept],
        session_open_ns=bars.session_open_ns[kept],
        session_close_ns=bars.session_close_ns[kept],
        ohlcv=bars.ohlcv[kept],
    )
