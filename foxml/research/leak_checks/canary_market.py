"""A small clean study of a made-up market: real labels, real features of the kernel, a weak signal, purged splits."""

from typing import Final

import numpy as np

from foxml.domain.bars import SymbolBars
from foxml.domain.instruments import Instrument
from foxml.features import load_plan
from foxml.labels import BarrierSpec
from foxml.research.feature_checks.history import History
from foxml.research.features.simple import SimpleFeatureComputer
from foxml.research.leak_checks.material import Material, Split
from foxml.research.pipeline import build_dataset
from foxml.research.targets import BarrierTargetBuilder
from foxml.research.walkforward import WalkForwardValidator

__all__ = ["clean_material"]

SYMBOLS: Final = ("CANA", "CANB", "CANC", "CAND")
FEATURES: Final = ("ret_log_1", "ret_log_3", "ret_log_20", "sma_dist_50", "vol_cc_60", "dist_high_60", "kmid")
HORIZON: Final = 4
_INTERVAL_NS: Final = 300_000_000_000
_DAY_NS: Final = 86_400_000_000_000
_PER_SESSION: Final = 78
_DECAY: Final = 0.7
_SIGMA: Final = 0.002


def clean_material(seed: int, *, sessions: int = 20, signal: float = 1.0) -> Material:
    """Make a study without a leak.

    Prices are random walks beside which a mispricing comes and goes: what has risen tends to fall back, a little.

    Parameters
    ----------
    seed : int
    sessions : int
    signal : float
        Size of the mispricing in volatilities of a bar; 0 leaves nothing to learn.
    """
    rng = np.random.default_rng([seed, 20])
    histories = [_bars(symbol, rng, sessions, signal) for symbol in SYMBOLS]
    instruments = [Instrument(symbol) for symbol in SYMBOLS]
    plan = load_plan({"include": list(FEATURES)}, interval_ns=_INTERVAL_NS, instruments=instruments)
    computer = SimpleFeatureComputer(plan)
    targets = BarrierTargetBuilder(BarrierSpec(HORIZON), instruments).build(histories)
    data = build_dataset(histories, (), targets, features=computer, value="ret_over_sigma")
    validator = WalkForwardValidator(3, max(1, sessions * 2 // 5), embargo_bars=HORIZON)
    splits = [
        Split(f"fold {k + 1}", train, test)
        for k, (train, test) in enumerate(validator.split(data.rows, data.y, data.groups))
    ]
    return Material(
        data,
        SYMBOLS,
        tuple(splits),
        lag=HORIZON,
        embargo_bars=HORIZON,
        histories=tuple(History(bars) for bars in histories),
        computer=computer,
    )


def _bars(symbol: str, rng: np.random.Generator, sessions: int, signal: float) -> SymbolBars:
    n = sessions * _PER_SESSION
    shocks = rng.standard_normal((2, n))
    mispricing = np.zeros(n)
    for i in range(1, n):
        mispricing[i] = _DECAY * mispricing[i - 1] + shocks[1, i]
    close = np.round(80.0 * np.exp(np.cumsum(_SIGMA * shocks[0]) + signal * _SIGMA * mispricing), 2)
    opened = np.append(close[:1], close[:-1])
    reach = np.round(rng.uniform(0.01, 0.1, (2, n)), 2)
    volume = np.rint(10_000.0 * np.exp(0.5 * rng.standard_normal(n)))
    high, low = np.maximum(opened, close) + reach[0], np.minimum(opened, close) - reach[1]
    day = np.repeat(np.arange(sessions, dtype=np.int64), _PER_SESSION)
    place = np.tile(np.arange(1, _PER_SESSION + 1, dtype=np.int64), sessions)
    open_ns = day * _DAY_NS + 52_200_000_000_000
    return SymbolBars(
        symbol,
        _INTERVAL_NS,
        open_ns + place * _INTERVAL_NS,
        open_ns,
        open_ns + _PER_SESSION * _INTERVAL_NS,
        np.column_stack([opened, high, low, close, volume]),
    )
