"""Every feature's oracle, written from its formula alone: NumPy in extended precision, pandas or TA-Lib.

An oracle maps a frame to one value a bar, NaN where the feature is warming up or undefined. A second oracle, where
there is one, is the published function that the formula is known by; it speaks of values only, because on a flat input
TA-Lib answers 0 where there is no answer.
"""

import oracles_bands
import oracles_benchmark
import oracles_candles
import oracles_entropy
import oracles_moments
import oracles_opening
import oracles_order
import oracles_oscillators
import oracles_pandas
import oracles_session
import oracles_smoothing
import oracles_statistics
import oracles_stops
import oracles_trend
import oracles_volatility
import oracles_volume
from oracles_trend import Oracle

_PARTS = (
    oracles_trend,
    oracles_smoothing,
    oracles_bands,
    oracles_oscillators,
    oracles_stops,
    oracles_volatility,
    oracles_pandas,
    oracles_volume,
    oracles_statistics,
    oracles_moments,
    oracles_order,
    oracles_entropy,
    oracles_benchmark,
    oracles_candles,
    oracles_session,
    oracles_opening,
)

ORACLES: dict[str, Oracle] = {name: oracle for part in _PARTS for name, oracle in part.ORACLES.items()}
SECOND: dict[str, Oracle] = {name: oracle for part in _PARTS for name, oracle in part.SECOND.items()}
