"""Second oracles of returns (A) and volatility (E) in the words of pandas: float64, prices in dollars.

A deviation is taken window by window, because the running one of pandas is not 0 on standing bars.
"""

import numpy as np
import pandas as pd
from oracle_frames import Array, Frame
from oracles_trend import Oracle

ORACLES: dict[str, Oracle] = {}


def _close(f: Frame) -> pd.Series:
    return pd.Series(f.close)


def _returns(f: Frame) -> pd.Series:
    return np.log(_close(f)).diff()


def _deviation(x: pd.Series, w: int) -> pd.Series:
    return x.rolling(w).apply(lambda window: window.std(ddof=1), raw=True)


def _ratio(top: pd.Series, bottom: pd.Series) -> Array:
    """Undefined over a bottom of 0, in pandas' own terms."""
    return (top / bottom.where(bottom != 0)).to_numpy()


def _scaled_return(k: int) -> Oracle:
    def oracle(f: Frame) -> Array:
        past = _deviation(_returns(f), 60).shift(k)
        return _ratio(np.log(_close(f)).diff(k), past * np.sqrt(k))

    return oracle


def _sharpe(w: int) -> Oracle:
    return lambda f: _ratio(_returns(f).rolling(w).mean(), _deviation(_returns(f), w))


def _log(top: Array, bottom: Array) -> pd.Series:
    return np.log(pd.Series(top) / pd.Series(bottom))


def _parkinson(f: Frame, w: int) -> pd.Series:
    return np.sqrt((_log(f.high, f.low) ** 2).rolling(w).mean() / (4 * np.log(2)))


def _garman_klass(f: Frame, w: int) -> Array:
    bar = 0.5 * _log(f.high, f.low) ** 2 - (2 * np.log(2) - 1) * _log(f.close, f.open) ** 2
    return np.sqrt(bar.rolling(w).mean()).to_numpy()


def _rogers_satchell(f: Frame, w: int) -> pd.Series:
    up = _log(f.high, f.close) * _log(f.high, f.open)
    down = _log(f.low, f.close) * _log(f.low, f.open)
    return (up + down).rolling(w).mean()


def _yang_zhang(f: Frame, w: int) -> Array:
    k = 0.34 / (1.34 + (w + 1) / (w - 1))
    overnight = _deviation(np.log(pd.Series(f.open) / _close(f).shift(1)), w) ** 2
    daytime = _deviation(_log(f.close, f.open), w) ** 2
    return np.sqrt(overnight + k * daytime + (1 - k) * _rogers_satchell(f, w)).to_numpy()


def _ewma(decay: float) -> Oracle:
    """The recursion as it is written, by hand."""

    def oracle(f: Frame) -> Array:
        out = np.full(len(f), np.nan)
        squares = (_returns(f) ** 2).to_numpy()
        value = squares[1]
        for t in range(1, len(f)):
            value = decay * value + (1 - decay) * squares[t]
            out[t] = np.sqrt(value)
        return out

    return oracle


def _volatility_ratio(short: int, long: int) -> Oracle:
    return lambda f: _ratio(_deviation(_returns(f), short), _deviation(_returns(f), long))


def _volatility_of_volatility(f: Frame) -> Array:
    volatility = _deviation(_returns(f), 20)
    return _ratio(_deviation(volatility, 60), volatility.rolling(60).mean())


def _jump(f: Frame) -> Array:
    """As its authors sum it, window by window."""
    size = _returns(f).abs()

    def share(window: Array) -> float:
        variance = (window**2).sum()
        smooth = np.pi / 2 * 60 / 59 * (window[1:] * window[:-1]).sum()
        return max(0.0, 1 - smooth / variance) if variance else np.nan

    return size.rolling(60).apply(share, raw=True).to_numpy()


SECOND: dict[str, Oracle] = {
    **{f"ret_volscaled_{k}": _scaled_return(k) for k in (5, 20, 60)},
    "mom_skip_60_5": lambda f: np.log(_close(f).shift(5) / _close(f).shift(60)).to_numpy(),
    "mom_skip_240_20": lambda f: np.log(_close(f).shift(20) / _close(f).shift(240)).to_numpy(),
    **{f"sharpe_{w}": _sharpe(w) for w in (20, 60)},
    **{f"parkinson_{w}": lambda f, w=w: _parkinson(f, w).to_numpy() for w in (20, 60)},
    **{f"gk_{w}": lambda f, w=w: _garman_klass(f, w) for w in (20, 60)},
    **{f"rs_{w}": lambda f, w=w: np.sqrt(_rogers_satchell(f, w)).to_numpy() for w in (20, 60)},
    **{f"yz_{w}": lambda f, w=w: _yang_zhang(f, w) for w in (20, 60)},
    **{f"ewma_vol_{n}": _ewma(n / 100) for n in (94, 97)},
    "vol_ratio_10_60": _volatility_ratio(10, 60),
    "vol_ratio_20_240": _volatility_ratio(20, 240),
    "pk_cc_ratio_20": lambda f: _ratio(_parkinson(f, 20), _deviation(_returns(f), 20)),
    "vol_of_vol": _volatility_of_volatility,
    "jump_60": _jump,
}
