"""The same features in data frames: each formula is written once, over what polars and pandas both have."""

import os

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read when polars is imported

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import polars as pl
from feature_bars import Floats, History
from feature_families import Family


class Algebra(Protocol):
    """Rolling operations on columns, which themselves know + - * / and comparisons."""

    def column(self, name: str) -> Any: ...
    def mean(self, x: Any, w: int) -> Any: ...
    def std(self, x: Any, w: int, ddof: int) -> Any: ...
    def sum(self, x: Any, w: int) -> Any: ...
    def highest(self, x: Any, w: int) -> Any: ...
    def lowest(self, x: Any, w: int) -> Any: ...
    def smooth(self, x: Any, alpha: float) -> Any: ...
    def lag(self, x: Any, bars: int) -> Any: ...
    def log(self, x: Any) -> Any: ...
    def rise(self, x: Any) -> Any: ...
    def larger(self, x: Any, y: Any) -> Any: ...
    def correlation(self, x: Any, y: Any, w: int) -> Any: ...


class PolarsAlgebra:
    """Expressions over a frame of o, h, l, c, v."""

    column = staticmethod(pl.col)

    def mean(self, x: pl.Expr, w: int) -> pl.Expr:
        return x.rolling_mean(w)

    def std(self, x: pl.Expr, w: int, ddof: int) -> pl.Expr:
        return x.rolling_std(w, ddof=ddof)

    def sum(self, x: pl.Expr, w: int) -> pl.Expr:
        return x.rolling_sum(w)

    def highest(self, x: pl.Expr, w: int) -> pl.Expr:
        return x.rolling_max(w)

    def lowest(self, x: pl.Expr, w: int) -> pl.Expr:
        return x.rolling_min(w)

    def smooth(self, x: pl.Expr, alpha: float) -> pl.Expr:
        return x.ewm_mean(alpha=alpha, adjust=False, ignore_nulls=True)

    def lag(self, x: pl.Expr, bars: int) -> pl.Expr:
        return x.shift(bars)

    def log(self, x: pl.Expr) -> pl.Expr:
        return x.log()

    def rise(self, x: pl.Expr) -> pl.Expr:
        return x.clip(lower_bound=0.0)

    def larger(self, x: pl.Expr, y: pl.Expr) -> pl.Expr:
        return pl.max_horizontal(x, y)

    def correlation(self, x: pl.Expr, y: pl.Expr, w: int) -> pl.Expr:
        return pl.rolling_corr(x, y, window_size=w)


class PandasAlgebra:
    """Series of a frame of o, h, l, c, v."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def column(self, name: str) -> pd.Series:
        return self._frame[name]

    def mean(self, x: pd.Series, w: int) -> pd.Series:
        return x.rolling(w).mean()

    def std(self, x: pd.Series, w: int, ddof: int) -> pd.Series:
        return x.rolling(w).std(ddof=ddof)

    def sum(self, x: pd.Series, w: int) -> pd.Series:
        return x.rolling(w).sum()

    def highest(self, x: pd.Series, w: int) -> pd.Series:
        return x.rolling(w).max()

    def lowest(self, x: pd.Series, w: int) -> pd.Series:
        return x.rolling(w).min()

    def smooth(self, x: pd.Series, alpha: float) -> pd.Series:
        return x.ewm(alpha=alpha, adjust=False).mean()

    def lag(self, x: pd.Series, bars: int) -> pd.Series:
        return x.shift(bars)

    def log(self, x: pd.Series) -> pd.Series:
        return np.log(x)

    def rise(self, x: pd.Series) -> pd.Series:
        return x.clip(lower=0.0)

    def larger(self, x: pd.Series, y: pd.Series) -> pd.Series:
        return np.maximum(x, y)

    def correlation(self, x: pd.Series, y: pd.Series, w: int) -> pd.Series:
        return x.rolling(w).corr(y)


def _range(a: Algebra) -> Any:
    previous = a.lag(a.column("c"), 1)
    return a.larger(a.column("h"), previous) + a.larger(0.0 - a.column("l"), 0.0 - previous)


def _rsi(a: Algebra, w: int) -> Any:
    change = a.column("c") - a.lag(a.column("c"), 1)
    up, down = a.smooth(a.rise(change), 1.0 / w), a.smooth(a.rise(0.0 - change), 1.0 / w)
    return 100.0 * up / (up + down)


def _stochastic(a: Algebra, w: int) -> Any:
    low = a.lowest(a.column("l"), w)
    return 100.0 * (a.column("c") - low) / (a.highest(a.column("h"), w) - low)


def _money_flow(a: Algebra, w: int) -> Any:
    typical = (a.column("h") + a.column("l") + a.column("c")) / 3.0
    change = typical - a.lag(typical, 1)
    flow = typical * a.column("v")
    up, down = a.sum((change > 0.0) * flow, w), a.sum((change < 0.0) * flow, w)
    return 100.0 * up / (up + down)


def _path(a: Algebra, w: int) -> Any:
    return a.sum((a.column("c") - a.lag(a.column("c"), 1)).abs(), w)


def _band_position(a: Algebra, w: int) -> Any:
    middle, deviation = a.mean(a.column("c"), w), a.std(a.column("c"), w, 0)
    return (a.column("c") - (middle - 2.0 * deviation)) / (4.0 * deviation)


def _vortex(a: Algebra, w: int) -> Any:
    up = (a.column("h") - a.lag(a.column("l"), 1)).abs()
    down = (a.column("l") - a.lag(a.column("h"), 1)).abs()
    return (a.sum(up, w) - a.sum(down, w)) / a.sum(_range(a), w)


FORMULAS: dict[str, Callable[[Any, int], Any]] = {
    "sma_dist_20": lambda a, w: a.column("c") / a.mean(a.column("c"), w) - 1.0,
    "ema_dist_12": lambda a, w: a.column("c") / a.smooth(a.column("c"), 2.0 / (w + 1.0)) - 1.0,
    "rsi_14": _rsi,
    "natr_14": lambda a, w: a.smooth(_range(a), 1.0 / w) / a.column("c"),
    "vol_cc_20": lambda a, w: a.std(a.log(a.column("c") / a.lag(a.column("c"), 1)), w, 1),
    "bb_pctb_20": _band_position,
    "bb_width_20": lambda a, w: 4.0 * a.std(a.column("c"), w, 0) / a.mean(a.column("c"), w),
    "willr_28": lambda a, w: _stochastic(a, w) - 100.0,
    "stochf_k14": _stochastic,
    "mfi_14": _money_flow,
    "dist_high_20": lambda a, w: a.column("c") / a.highest(a.column("h"), w) - 1.0,
    "dist_low_20": lambda a, w: a.column("c") / a.lowest(a.column("l"), w) - 1.0,
    "ichi_tenkan": lambda a, w: 2.0 * a.column("c") / (a.highest(a.column("h"), w) + a.lowest(a.column("l"), w)) - 1.0,
    "cmo_plain_14": lambda a, w: 100.0 * (a.column("c") - a.lag(a.column("c"), w)) / _path(a, w),
    "corr_c_v_20": lambda a, w: a.correlation(a.column("c"), a.log(a.column("v") + 1.0), w),
    "ret_log_5": lambda a, w: a.log(a.column("c") / a.lag(a.column("c"), w)),
    "donch_width_20": lambda a, w: (a.highest(a.column("h"), w) - a.lowest(a.column("l"), w)) / a.column("c"),
    "volume_ratio_20": lambda a, w: a.log((a.column("v") + 1.0) / (a.mean(a.column("v"), w) + 1.0)),
    "er_10": lambda a, w: (a.column("c") - a.lag(a.column("c"), w)).abs() / _path(a, w),
    "vortex_diff_14": _vortex,
}


def _frame(history: History) -> dict[str, Floats]:
    return {name: history.columns[k] for k, name in enumerate("ohlcv")}


class PolarsPeer:
    """All columns in one select, on one thread; polars shares common expressions by itself."""

    name = f"polars {pl.__version__}"

    def __init__(self, history: History, members: Sequence[tuple[Family, int]]) -> None:
        assert pl.thread_pool_size() == 1, "polars was imported before its threads were set to 1"
        self._frame = pl.DataFrame(_frame(history)).lazy()
        algebra = PolarsAlgebra()
        self._columns = [FORMULAS[f.feature](algebra, w).alias(f.column(w)) for f, w in members]

    def seconds(self) -> float:
        """Return the seconds of all columns."""
        start = time.process_time()
        self._frame.select(self._columns).collect()
        return time.process_time() - start

    def values(self) -> Floats:
        """Return the columns, shape (T, columns)."""
        return self._frame.select(self._columns).collect().to_numpy().astype(np.float64)


class PandasPeer:
    """One rolling expression after the other."""

    name = f"pandas {pd.__version__}"

    def __init__(self, history: History, members: Sequence[tuple[Family, int]]) -> None:
        self._algebra = PandasAlgebra(pd.DataFrame(_frame(history)))
        self._members = members

    def _compute(self) -> list[pd.Series]:
        return [FORMULAS[family.feature](self._algebra, window) for family, window in self._members]

    def seconds(self) -> float:
        """Return the seconds of all columns."""
        start = time.process_time()
        self._compute()
        return time.process_time() - start

    def values(self) -> Floats:
        """Return the columns, shape (T, columns)."""
        return np.stack([np.asarray(column, dtype=np.float64) for column in self._compute()], axis=1)
