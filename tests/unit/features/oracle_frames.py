"""What an oracle reads and the few things that most oracles are made of: exact prices, lags and whole windows.

Every window is computed afresh from its own values in extended precision, so nothing drifts and nothing is left behind
by an outlier; a constant window has a spread of exactly 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, SymbolBars

Array = NDArray[np.floating]
Reducer = Callable[[Array], Array]
LD = np.longdouble
GRID = 1e-6
TICKS = LD(1_000_000)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Bars of one symbol on the price grid, with the session of each.

    The long names are float64 in dollars, which TA-Lib reads; the short ones whole ticks, whose sums and differences
    are exact: the unit of a price cancels in nearly every feature. `benchmark_close` is the benchmark's close at the
    close of each bar, NaN where it has no bar then.
    """

    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    close_ns: NDArray[np.int64]
    session_open_ns: NDArray[np.int64]
    session_close_ns: NDArray[np.int64]
    interval_ns: int
    benchmark_close: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.close)

    @property
    def o(self) -> Array:
        return ticks(self.open)

    @property
    def h(self) -> Array:
        return ticks(self.high)

    @property
    def l(self) -> Array:  # noqa: E743
        return ticks(self.low)

    @property
    def c(self) -> Array:
        return ticks(self.close)

    @property
    def v(self) -> Array:
        return self.volume.astype(LD)

    @property
    def typical(self) -> Array:
        """Three typical prices, H + L + C: exact, so that equal bars compare equal."""
        return self.h + self.l + self.c

    @property
    def r(self) -> Array:
        """Log return of one bar."""
        return np.log(self.c / lag(self.c, 1))

    @property
    def b(self) -> Array:
        """Log return of the benchmark from bar to bar of this symbol; NaN where it lacks either."""
        assert self.benchmark_close is not None
        level = ticks(self.benchmark_close)
        return np.log(level / lag(level, 1))

    @property
    def true_range(self) -> Array:
        before = lag(self.c, 1)
        return np.maximum(self.h, before) - np.minimum(self.l, before)


def frame_of(bars: SymbolBars, benchmark: SymbolBars | None = None) -> Frame:
    """The frame of bars whose prices are already on the grid, beside a benchmark if there is one."""
    columns = np.ascontiguousarray(bars.ohlcv.T)
    return Frame(
        columns[OPEN],
        columns[HIGH],
        columns[LOW],
        columns[CLOSE],
        columns[VOLUME],
        bars.close_ns,
        bars.session_open_ns,
        bars.session_close_ns,
        bars.interval_ns,
        None if benchmark is None else _at(benchmark, bars.close_ns),
    )


def _at(bars: SymbolBars, close_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """The closes of the bars that close at these very times."""
    known = dict(zip(bars.close_ns.tolist(), bars.ohlcv[:, CLOSE].tolist(), strict=True))
    return np.array([known.get(at, np.nan) for at in close_ns.tolist()])


def ticks(price: NDArray[np.float64]) -> Array:
    """Whole grid steps, as the extended float that holds them exactly."""
    return np.rint(price / GRID).astype(LD)


def lag(x: Array, k: int) -> Array:
    """The value k bars ago; NaN where there is none."""
    out = np.full(len(x), np.nan, dtype=x.dtype)
    out[k:] = x[: len(x) - k]
    return out


def over(x: Array, w: int, reduce: Reducer) -> Array:
    """Reduce each window of w values that ends at a bar; NaN before the first one and where one holds a NaN."""
    out = np.full(len(x), np.nan, dtype=LD)
    if len(x) >= w:
        out[w - 1 :] = reduce(np.lib.stride_tricks.sliding_window_view(x, w))
    return out


def over_two(x: Array, y: Array, w: int, reduce: Callable[[Array, Array], Array]) -> Array:
    """Reduce each pair of windows that ends at a bar."""
    view = np.lib.stride_tricks.sliding_window_view
    out = np.full(len(x), np.nan, dtype=LD)
    out[w - 1 :] = reduce(view(x, w), view(y, w))
    return out


def mean(x: Array, w: int) -> Array:
    return over(x, w, lambda window: window.sum(axis=-1) / w)


def total(x: Array, w: int) -> Array:
    return over(x, w, lambda window: window.sum(axis=-1))


def highest(x: Array, w: int) -> Array:
    return over(x, w, lambda window: window.max(axis=-1))


def lowest(x: Array, w: int) -> Array:
    return over(x, w, lambda window: window.min(axis=-1))


def deviation(x: Array, w: int, ddof: int = 1) -> Array:
    """Standard deviation in two passes; exactly 0 for a constant window."""

    def reduce(window: Array) -> Array:
        centre = window.mean(axis=-1, keepdims=True)
        spread = np.sqrt(((window - centre) ** 2).sum(axis=-1) / (w - ddof))
        return np.where(np.ptp(window, axis=-1) == 0, LD(0), spread)

    return over(x, w, reduce)


def correlation(x: Array, y: Array, w: int) -> Array:
    """Pearson's correlation of two windows; NaN where either is constant."""

    def reduce(a: Array, b: Array) -> Array:
        da = a - a.mean(axis=-1, keepdims=True)
        db = b - b.mean(axis=-1, keepdims=True)
        rho = over_zero((da * db).sum(axis=-1), np.sqrt((da * da).sum(axis=-1) * (db * db).sum(axis=-1)))
        return np.where((np.ptp(a, axis=-1) == 0) | (np.ptp(b, axis=-1) == 0), np.nan, rho)

    return over_two(x, y, w, reduce)


def covariance(x: Array, y: Array, w: int) -> Array:
    """Of a sample, in two passes."""

    def reduce(a: Array, b: Array) -> Array:
        da = a - a.mean(axis=-1, keepdims=True)
        return (da * (b - b.mean(axis=-1, keepdims=True))).sum(axis=-1) / (w - 1)

    return over_two(x, y, w, reduce)


def over_zero(numerator: Array, denominator: Array) -> Array:
    """A quotient that is undefined, NaN, where the denominator is 0."""
    return numerator / np.where(denominator == 0, np.nan, denominator)


def fit(x: Array, w: int) -> tuple[Array, Array, Array]:
    """Slope, fitted value at the last bar and R squared of a line through each window over time."""
    at = np.arange(w, dtype=LD) - LD(w - 1) / 2
    sxx = (at * at).sum()
    slope = over(x, w, lambda window: (window * at).sum(axis=-1) / sxx)
    last = mean(x, w) + slope * LD(w - 1) / 2
    syy = deviation(x, w, ddof=0) ** 2 * w
    return slope, last, over_zero(slope * slope * sxx, syy)
