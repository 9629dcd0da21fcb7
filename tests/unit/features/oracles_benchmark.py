"""Oracles of a symbol beside its benchmark (G)."""

import numpy as np
import pandas as pd
import talib
from oracle_frames import Array, Frame, correlation, covariance, deviation, lag, over_zero, total
from oracles_moments import PairReducer, pair_by_pair
from oracles_trend import Oracle
from scipy import stats


def beta(w: int) -> Oracle:
    return lambda f: over_zero(covariance(f.r, f.b, w), deviation(f.b, w) ** 2)


def own_volatility(f: Frame) -> Array:
    """What the benchmark leaves of the variance."""
    rest = deviation(f.r, 60) ** 2 - beta(60)(f) ** 2 * deviation(f.b, 60) ** 2
    return np.sqrt(np.maximum(0, rest))


def own_return(f: Frame) -> Array:
    """The return less what the beta of the bar before makes of the benchmark's."""
    return f.r - lag(beta(60)(f), 1) * f.b


ORACLES: dict[str, Oracle] = {
    **{f"beta_{w}": beta(w) for w in (60, 240)},
    **{f"corr_bm_{w}": lambda f, w=w: correlation(f.r, f.b, w) for w in (60, 240)},
    "idio_vol_60": own_volatility,
    "resid_ret_1": own_return,
    "resid_mom_20": lambda f: total(own_return(f), 20),
}


def _pair(f: Frame) -> tuple[Array, Array]:
    """Both returns in pandas, aligned by time; NaN where the benchmark lacks one."""
    assert f.benchmark_close is not None
    prices = pd.DataFrame({"own": f.close, "benchmark": f.benchmark_close}, index=f.close_ns)
    returns = np.log(prices).diff()
    return returns["own"].to_numpy(), returns["benchmark"].to_numpy()


def _beta(w: int) -> Oracle:
    """SciPy's regression of each window."""
    return lambda f: _over_pair(f, w, lambda r, b: stats.linregress(b, r).slope)


def _over_pair(f: Frame, w: int, reduce: PairReducer) -> Array:
    r, b = _pair(f)
    return pair_by_pair(r, b, w, reduce)


def _correlation(w: int) -> Oracle:
    """TA-Lib's, on the stretches where both returns are there: a NaN would stay in its sums."""

    def oracle(f: Frame) -> Array:
        r, b = _pair(f)
        out = np.full(len(f), np.nan)
        gaps = np.flatnonzero(np.isnan(r) | np.isnan(b)).tolist()
        for start, end in zip([-1, *gaps], [*gaps, len(f)], strict=True):
            if end - start > w:
                out[start + 1 : end] = talib.CORREL(r[start + 1 : end], b[start + 1 : end], w)
        return out

    return oracle


def _own_volatility(f: Frame) -> Array:
    """The deviation of the residuals of each window's own regression."""

    def residual(r: Array, b: Array) -> float:
        line = stats.linregress(b, r)
        return float(np.std(r - line.slope * b, ddof=1))

    return _over_pair(f, 60, residual)


def _own_return(f: Frame) -> Array:
    r, b = _pair(f)
    return r - pd.Series(_beta(60)(f)).shift(1).to_numpy() * b


SECOND: dict[str, Oracle] = {
    **{f"beta_{w}": _beta(w) for w in (60, 240)},
    **{f"corr_bm_{w}": _correlation(w) for w in (60, 240)},
    "idio_vol_60": _own_volatility,
    "resid_ret_1": _own_return,
    "resid_mom_20": lambda f: pd.Series(_own_return(f)).rolling(20).sum().to_numpy(),
}
