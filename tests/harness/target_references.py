"""Slow and obvious: what targets are, one bar and one label at a time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from foxml.bars.actions import adjustment_factors
from foxml.bars.slices import merge
from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.labels import BarrierSpec, EwmaVolatility, LabelTracker, Matured
from foxml.labels.volatility import MIN_RETURNS
from foxml.numerics import log
from foxml.research.targets import ExcessSpec, ForwardSpec


def tracked(
    spec: BarrierSpec,
    instruments: Sequence[Instrument],
    histories: Sequence[SymbolBars],
    actions: Sequence[CorporateAction],
    *,
    side: int = 1,
    widths: dict[tuple[int, int], float] | None = None,
) -> list[Matured]:
    """Run the trading process's own tracker and volatility over the panel; `widths` takes the volatility's place."""
    volatility = EwmaVolatility(instruments, spec) if widths is None else None
    tracker = LabelTracker(spec)
    last_close = np.full(len(instruments), np.nan)
    symbols = [instrument.symbol for instrument in instruments]
    found: list[Matured] = []
    for item in merge(histories, actions):
        if isinstance(item, CorporateAction):
            i = symbols.index(item.symbol)
            if not np.isnan(last_close[i]):
                factor, _ = adjustment_factors(item, float(last_close[i]))
                tracker.adjust(i, factor)
                if volatility is not None:
                    volatility.adjust(i, factor)
            continue
        found += tracker.update(item)
        if volatility is not None:
            sigma = volatility.update(item)
        else:
            sigma = np.array([(widths or {}).get((i, item.close_ns), np.nan) for i in range(len(symbols))])
        tracker.register(item, np.zeros(len(symbols)), sigma, side)
        last_close = np.where(item.present, item.ohlcv[:, CLOSE], last_close)
    return sorted(found, key=lambda m: (m.t0_ns, m.symbol_index))


@dataclass(frozen=True)
class Walked:
    """One label."""

    t0_ns: int
    t1_ns: int
    ret: float
    sigma: float
    label: int
    mfe: float
    mdd: float
    bars: int
    ambiguous: bool


def factors_ahead(bars: SymbolBars, actions: Sequence[CorporateAction]) -> dict[int, list[float]]:
    """Factors by the index of the bar that they come ahead of."""
    found: dict[int, list[float]] = {}
    for action in sorted(actions, key=lambda a: a.occurred_ns):
        rows = [row for row in range(len(bars)) if bars.session_open_ns[row] >= action.occurred_ns]
        if action.symbol == bars.symbol and rows and rows[0] > 0 and action.occurred_ns >= bars.close_ns[0]:
            factor, _ = adjustment_factors(action, float(bars.ohlcv[rows[0] - 1, CLOSE]))
            found.setdefault(rows[0], []).append(factor)
    return found


def walked_widths(bars: SymbolBars, spec: BarrierSpec, ahead: dict[int, list[float]], tick: int) -> list[float]:
    """Exponentially weighted volatility, return by return."""
    widths, variance, count, last, session = [], 0.0, 0, None, -1
    for row in range(len(bars)):
        close = float(bars.ohlcv[row, CLOSE])
        for factor in ahead.get(row, []) if last is not None else []:
            last *= factor
        if last is not None and (spec.cross_session or session == bars.session_open_ns[row]):
            change = log(close / last)
            squared = change * change
            variance = squared if count == 0 else spec.lam * variance + (1.0 - spec.lam) * squared
            count += 1
        last, session = close, int(bars.session_open_ns[row])
        sigma = max(sqrt(variance) * sqrt(spec.horizon_bars), 2 * tick / NANO / close, spec.min_width_bps / 1e4)
        widths.append(sigma if count >= MIN_RETURNS else float("nan"))
    return widths


def walked_barriers(
    bars: SymbolBars, spec: BarrierSpec, widths: Sequence[float], ahead: dict[int, list[float]], side: int = 1
) -> list[Walked]:
    """Walk from every bar until a barrier is touched or the label ends."""
    found = []
    for row in range(len(bars)):
        if widths[row] == widths[row]:
            label = _walk(bars, spec, row, widths[row], ahead, side)
            if label is not None:
                found.append(label)
    return found


def _walk(
    bars: SymbolBars, spec: BarrierSpec, row: int, sigma: float, ahead: dict[int, list[float]], side: int
) -> Walked | None:
    up, down = spec.up_sigma * sigma, -spec.down_sigma * sigma
    entry, best, worst = 0.0, 0.0, 0.0
    if not spec.cross_session and bars.close_ns[row] >= bars.session_close_ns[row]:
        return None
    for step in range(1, spec.horizon_bars + 1):
        at = row + step
        if at >= len(bars) or (not spec.cross_session and bars.session_open_ns[at] != bars.session_open_ns[row]):
            return None
        if step == 1:
            entry = float(bars.ohlcv[at, OPEN])
        for factor in ahead.get(at, []) if step > 1 else []:
            entry *= factor
        opened, high, low, close = (
            side * (float(bars.ohlcv[at, column]) / entry - 1.0) for column in (OPEN, HIGH, LOW, CLOSE)
        )
        good, bad = (high, low) if side > 0 else (low, high)
        ends = step == spec.horizon_bars or (not spec.cross_session and bars.close_ns[at] >= bars.session_close_ns[at])
        best = max(best, opened if opened >= up else min(good, up))
        worst = min(worst, opened if opened <= down else max(bad, down)) if opened < up else min(worst, max(bad, down))
        common = (int(bars.close_ns[row]), int(bars.close_ns[at]))
        both = bad <= down < opened < up <= good
        if opened >= up:
            return Walked(*common, opened, sigma, 1, best, worst, step, both)
        if bad <= down:
            return Walked(*common, min(opened, down), sigma, -1, best, worst, step, both)
        if good >= up:
            return Walked(*common, up, sigma, 1, best, worst, step, both)
        if ends:
            return Walked(*common, close, sigma, 0, best, worst, step, both)
    raise AssertionError("unreachable")


@dataclass(frozen=True)
class WalkedReturn:
    """One label that is a return."""

    symbol: int
    t0_ns: int
    t1_ns: int
    ret: float
    sigma: float


def walked_excess(
    histories: Sequence[SymbolBars], actions: Sequence[CorporateAction], spec: ExcessSpec, benchmark: int
) -> list[WalkedReturn]:
    """Excess and residual returns, moment by moment, each regression afresh."""
    moments = sorted({int(t) for bars in histories for t in bars.close_ns})
    session = {int(t): int(s) for bars in histories for t, s in zip(bars.close_ns, bars.session_open_ns, strict=True)}
    lines = [_line(bars, actions) for bars in histories]
    found = []
    for m, t0 in enumerate(moments[: len(moments) - spec.horizon_bars]):
        start, end = moments[m + 1], moments[m + spec.horizon_bars]
        for i, line in enumerate(lines):
            if i == benchmark or t0 not in line or (not spec.cross_session and session[end] != session[t0]):
                continue
            pairs: list[list[float]] = []
            for now in range(m, 0, -1):
                if len(pairs) == spec.beta_bars:
                    break
                times = (moments[now - 1], moments[now])
                present = all(t in one for one in (line, lines[benchmark]) for t in times)
                if present and (spec.cross_session or session[times[0]] == session[times[1]]):
                    pairs.append([log(one[times[1]][1] / one[times[0]][1]) for one in (lines[benchmark], line)])
            if len(pairs) < spec.beta_bars or any(t not in o for o in (line, lines[benchmark]) for t in (start, end)):
                continue
            x, y = np.array(pairs).T
            beta = 1.0
            if spec.method == "residual":
                beta = np.cov(x, y)[0, 1] / np.var(x, ddof=1)
                beta = 2.0 / 3.0 * beta + 1.0 / 3.0 if spec.shrink_beta else beta
            sigma = np.std(y - beta * x, ddof=1) * sqrt(spec.horizon_bars)
            ours, theirs = (one[end][1] / one[start][0] - 1.0 for one in (line, lines[benchmark]))
            found.append(WalkedReturn(i, t0, end, ours - beta * theirs, sigma))
    return found


def _line(bars: SymbolBars, actions: Sequence[CorporateAction]) -> dict[int, tuple[float, float]]:
    """Open and close by moment, on the terms of the first bar."""
    ahead, terms, found = factors_ahead(bars, actions), 1.0, {}
    for row in range(len(bars)):
        for factor in ahead.get(row, []):
            terms *= factor
        found[int(bars.close_ns[row])] = (bars.ohlcv[row, OPEN] / terms, bars.ohlcv[row, CLOSE] / terms)
    return found


def walked_forward(bars: SymbolBars, spec: ForwardSpec, horizon: float, price: Sequence[float]) -> list[WalkedReturn]:
    """Forward returns of one symbol, looking every price up."""
    found = []
    closes = [int(t) for t in bars.close_ns]
    ahead_bars = horizon if spec.unit == "bars" else horizon * NANO / bars.interval_ns
    # A horizon of one bar has the volatility of one return.
    one = BarrierSpec(1, lam=spec.lam, min_width_bps=0.0, cross_session=False)
    widths = walked_widths(bars, one, {}, 0)
    for row, t0 in enumerate(closes):
        if widths[row] != widths[row]:
            continue
        if spec.unit == "bars":
            entry, end = row + int(spec.latency), row + int(spec.latency + horizon)
            if end >= len(bars) or bars.session_open_ns[end] != bars.session_open_ns[row]:
                continue
            t1 = closes[end]
        else:
            t_entry = t0 + round(spec.latency * NANO)
            t1 = t_entry + round(horizon * NANO)
            if t1 > bars.session_close_ns[row] or t1 > closes[-1]:
                continue
            entry = bisect_right(closes, t_entry) - 1
            end = bisect_right(closes, t1) - 1
            oldest = spec.max_age_bars * bars.interval_ns
            if end == row or t_entry - closes[entry] > oldest or t1 - closes[end] > oldest:
                continue
        sigma = max(widths[row] * sqrt(ahead_bars), spec.min_width_bps / 1e4)
        found.append(WalkedReturn(0, t0, t1, float(log(price[end] / price[entry])), sigma))
    return found
