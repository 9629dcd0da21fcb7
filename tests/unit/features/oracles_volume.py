"""Oracles of volume (F): flow, price of volume, and how price and volume move together."""

import numpy as np
import pandas as pd
import talib
from oracle_frames import (
    LD,
    TICKS,
    Array,
    Frame,
    correlation,
    covariance,
    deviation,
    lag,
    mean,
    over,
    over_zero,
    total,
)
from oracles_smoothing import average_range, ema
from oracles_trend import Oracle
from oracles_volatility import average_price_distance, signed_volume, volume_score
from scipy.special import erf
from scipy.stats import norm


def location(f: Frame) -> Array:
    """Where the close lies in its bar, -1 to 1; a bar of one price is in the middle."""
    return np.nan_to_num(over_zero(2 * f.c - f.h - f.l, f.h - f.l))


def money_flow_share(w: int) -> Oracle:
    return lambda f: over_zero(total(location(f) * f.v, w), total(f.v, w))


def oscillator(f: Frame) -> Array:
    """ADOSC without its cumulative line: what each average of the line is behind it, recursively."""
    flow = location(f) * f.v
    behind = np.zeros((len(f), 2), dtype=LD)
    keep = 1 - np.array([LD(2) / 4, LD(2) / 11])
    for t in range(1, len(f)):
        behind[t] = keep * (behind[t - 1] + flow[t])
    return over_zero(behind[:, 1] - behind[:, 0], mean(f.v, 20))


def force(f: Frame) -> Array:
    return over_zero(ema((f.c - lag(f.c, 1)) * f.v, 13), average_range(f, 14) * mean(f.v, 20))


def illiquidity(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        traded = (f.v > 0).astype(LD)
        price = np.where(f.v > 0, np.abs(f.r) / np.where(f.v > 0, f.c / TICKS * f.v, 1), 0 * f.r)
        return np.log(LD("1e-3") + over_zero(total(LD("1e12") * price, w), total(traded, w)))

    return oracle


def impact(w: int) -> Oracle:
    """Kyle's lambda in units of the mean flow."""

    def oracle(f: Frame) -> Array:
        flow = np.sign(f.c - lag(f.c, 1)) * f.c * f.v
        slope = over_zero(covariance(f.c / lag(f.c, 1) - 1, flow, w), deviation(flow, w) ** 2)
        return slope * mean(np.abs(flow), w)

    return oracle


def roll_spread(f: Frame) -> Array:
    change = f.c - lag(f.c, 1)
    return 2 * np.sqrt(np.maximum(0, -covariance(change, lag(change, 1), 60))) / f.c


def corwin_schultz(f: Frame) -> Array:
    one = np.log(f.h / f.l) ** 2
    b = one + lag(one, 1)
    g = np.log(np.maximum(f.h, lag(f.h, 1)) / np.minimum(f.l, lag(f.l, 1))) ** 2
    k = 3 - 2 * np.sqrt(LD(2))
    a = (np.sqrt(2 * b) - np.sqrt(b)) / k - np.sqrt(g / k)
    return mean(np.maximum(0, 2 * (np.exp(a) - 1) / (1 + np.exp(a))), 20)


def price_volume(f: Frame) -> Array:
    return over_zero(total((f.c / lag(f.c, 1) - 1) * f.v, 20), total(f.v, 20))


def change_correlation(w: int) -> Oracle:
    return lambda f: correlation(f.c / lag(f.c, 1), np.log((f.v + 1) / (lag(f.v, 1) + 1)), w)


def weighted_volatility(f: Frame) -> Array:
    """Qlib's, but undefined where nothing moved: its 1e-12 makes a 0 of that."""
    x = np.abs(f.c / lag(f.c, 1) - 1) * f.v
    average = mean(x, 20)
    return np.where(average == 0, np.nan, deviation(x, 20) / (average + LD("1e-12")))


def busiest_share(f: Frame) -> Array:
    top = over(f.v, 20, lambda window: np.sort(window, axis=-1)[:, -3:].sum(axis=-1))
    return over_zero(top, total(f.v, 20))


def bulk_imbalance(f: Frame) -> Array:
    """Volume by the normal probability of its return; a return without a spread says nothing."""
    spread = deviation(f.r, 60)
    score = np.where(spread == 0, 0, over_zero(f.r, spread))
    side = erf(np.asarray(score / np.sqrt(LD(2)), dtype=np.float64)).astype(LD)
    return over_zero(total(side * f.v, 50), total(f.v, 50))


def grid_presence(f: Frame) -> Array:
    """Bars counted one by one on the grid of the sessions that had any."""
    at = np.zeros(len(f), dtype=np.int64)
    for t in range(1, len(f)):
        if f.session_open_ns[t] == f.session_open_ns[t - 1]:
            steps = _steps(f.close_ns[t] - f.close_ns[t - 1], f.interval_ns)
        else:
            steps = _steps(f.session_close_ns[t - 1] - f.close_ns[t - 1], f.interval_ns)
            steps += _steps(f.close_ns[t] - f.session_open_ns[t], f.interval_ns)
        at[t] = at[t - 1] + steps
    out = np.full(len(f), np.nan, dtype=LD)
    for t in range(59, len(f)):
        out[t] = LD(sum(at[t] - at[s] < 60 for s in range(t - 59, t + 1))) / 60
    return out


def _steps(span_ns: int, interval_ns: int) -> int:
    return int(-(-span_ns // interval_ns))


ORACLES: dict[str, Oracle] = {
    "volume_z_240": volume_score(240),
    "obv_slope_60": signed_volume(60),
    **{f"cmf_{w}": money_flow_share(w) for w in (20, 60)},
    "adosc_n": oscillator,
    "efi_n": force,
    "vwap_dev_240": average_price_distance(240),
    **{f"amihud_{w}": illiquidity(w) for w in (20, 60)},
    **{f"kyle_{w}": impact(w) for w in (20, 60)},
    "roll_spread_60": roll_spread,
    "corwin_schultz_20": corwin_schultz,
    "pvt_20": price_volume,
    **{f"corr_r_dv_{w}": change_correlation(w) for w in (20, 60)},
    "corr_c_v_20": lambda f: correlation(f.c, np.log1p(f.v), 20),
    "wvma_20": weighted_volatility,
    "volume_skew_20": busiest_share,
    "bvc_50": bulk_imbalance,
    "grid_presence_60": grid_presence,
}


def _of_volume(x: Array, f: Frame, w: int) -> Array:
    """What a running total of TA-Lib gained in w bars, over the volume of these."""
    return over_zero(x - lag(x, w), pd.Series(f.volume).rolling(w).sum().to_numpy())


def _volume_score(f: Frame) -> Array:
    x = pd.Series(np.log1p(f.volume))
    return ((x - x.rolling(240).mean()) / x.rolling(240).std()).to_numpy()


def _average_price_distance(f: Frame) -> Array:
    value = pd.Series(talib.TYPPRICE(f.high, f.low, f.close) * f.volume).rolling(240).sum()
    return (f.close / (value / pd.Series(f.volume).rolling(240).sum()) - 1).to_numpy()


def _oscillator(f: Frame) -> Array:
    return talib.ADOSC(f.high, f.low, f.close, f.volume, 3, 10) / talib.SMA(f.volume, 20)


def _force(f: Frame) -> Array:
    return talib.EFI(f.close, f.volume, 13) / (talib.ATR(f.high, f.low, f.close, 14) * talib.SMA(f.volume, 20))


def _illiquidity(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        close, volume = pd.Series(f.close), pd.Series(f.volume)
        each = 1e12 * np.log(close / close.shift()).abs() / (close * volume).where(volume > 0)
        found = np.log(1e-3 + each.rolling(w, min_periods=1).mean())
        return found.where(found.index >= w).to_numpy()

    return oracle


def _flow(f: Frame) -> tuple[pd.Series, pd.Series]:
    close = pd.Series(f.close)
    return close.pct_change(), np.sign(close.diff()) * close * f.volume


def _impact(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        x, flow = _flow(f)
        return (x.rolling(w).cov(flow) / flow.rolling(w).var() * flow.abs().rolling(w).mean()).to_numpy()

    return oracle


def _roll_spread(f: Frame) -> Array:
    change = pd.Series(f.close).diff()
    return (2 * np.sqrt((-change.rolling(60).cov(change.shift())).clip(lower=0)) / f.close).to_numpy()


def _corwin_schultz(f: Frame) -> Array:
    """Bar by bar, and the spread as a hyperbolic tangent."""
    each = [np.nan]
    for t in range(1, len(f)):
        b = np.log(f.high[t] / f.low[t]) ** 2 + np.log(f.high[t - 1] / f.low[t - 1]) ** 2
        g = np.log(max(f.high[t - 1 : t + 1]) / min(f.low[t - 1 : t + 1])) ** 2
        a = (2**0.5 - 1) * b**0.5 / (3 - 2**1.5) - (g / (3 - 2**1.5)) ** 0.5
        each.append(max(0.0, 2 * np.tanh(a / 2)))
    return pd.Series(each).rolling(20).mean().to_numpy()


def _change_correlation(w: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        x, y = pd.Series(f.close).pct_change() + 1, pd.Series(np.log1p(f.volume)).diff()
        return _each_correlation(x.to_numpy(), y.to_numpy(), w)

    return oracle


def _each_correlation(x: Array, y: Array, w: int) -> Array:
    """NumPy's coefficient, window by window; NaN where either stands still."""
    out = np.full(len(x), np.nan)
    for t in range(w - 1, len(x)):
        a, b = x[t - w + 1 : t + 1], y[t - w + 1 : t + 1]
        if np.ptp(a) > 0 and np.ptp(b) > 0:
            out[t] = np.corrcoef(a, b)[0, 1]
    return out


def _weighted_volatility(f: Frame) -> Array:
    x = (pd.Series(f.close) / pd.Series(f.close).shift(1) - 1).abs() * f.volume
    spread = x.rolling(20).apply(np.std, raw=True, kwargs={"ddof": 1})
    return (spread / (x.rolling(20).apply(np.mean, raw=True) + 1e-12)).to_numpy()


def _busiest_share(f: Frame) -> Array:
    shares = pd.Series(f.volume).rolling(20)
    return shares.apply(lambda window: window.nlargest(3).sum() / window.sum() if window.sum() else np.nan).to_numpy()


def _bulk_imbalance(f: Frame) -> Array:
    r = np.log(pd.Series(f.close)).diff()
    spread = r.rolling(60).apply(lambda window: 0.0 if np.ptp(window) == 0 else np.std(window, ddof=1), raw=True)
    buying = pd.Series(norm.cdf(np.where(spread == 0, 0, r / spread)))
    volume = pd.Series(f.volume)
    return ((volume * (2 * buying - 1)).rolling(50).sum() / volume.rolling(50).sum()).to_numpy()


def _grid_presence(f: Frame) -> Array:
    """Every grid time of the sessions laid out, back from each close, marked where a bar closed, averaged over 60."""
    grid: list[int] = []
    for start, end in sorted({*zip(f.session_open_ns.tolist(), f.session_close_ns.tolist(), strict=True)}):
        grid += reversed(range(end, start, -f.interval_ns))
    present = pd.Series(np.isin(grid, f.close_ns).astype(float), index=grid)
    return present.rolling(60).mean().reindex(f.close_ns).to_numpy()


SECOND: dict[str, Oracle] = {
    "volume_z_240": _volume_score,
    "obv_slope_60": lambda f: _of_volume(talib.OBV(f.close, f.volume), f, 60),
    **{f"cmf_{w}": lambda f, w=w: talib.CMF(f.high, f.low, f.close, f.volume, w) for w in (20, 60)},
    "adosc_n": _oscillator,
    "efi_n": _force,
    "vwap_dev_240": _average_price_distance,
    **{f"amihud_{w}": _illiquidity(w) for w in (20, 60)},
    **{f"kyle_{w}": _impact(w) for w in (20, 60)},
    "roll_spread_60": _roll_spread,
    "corwin_schultz_20": _corwin_schultz,
    "pvt_20": lambda f: _of_volume(talib.PVT(f.close, f.volume), f, 20),
    **{f"corr_r_dv_{w}": _change_correlation(w) for w in (20, 60)},
    "corr_c_v_20": lambda f: talib.CORREL(f.close, np.log1p(f.volume), 20),
    "wvma_20": _weighted_volatility,
    "volume_skew_20": _busiest_share,
    "bvc_50": _bulk_imbalance,
    "grid_presence_60": _grid_presence,
}
