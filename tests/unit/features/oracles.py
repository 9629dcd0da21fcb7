"""Every feature's oracle, written from its formula alone: NumPy in extended precision, pandas or TA-Lib.

An oracle maps a frame to one value a bar, NaN where the feature is warming up or undefined. A second oracle, where
there is one, is the published function that the formula is known by; it speaks of values only, because on a flat input
TA-Lib answers 0 where there is no answer.
"""

import oracles_bands
import oracles_session
import oracles_statistics
import oracles_trend
import oracles_volatility
from oracles_trend import Oracle

_PARTS = (oracles_trend, oracles_bands, oracles_volatility, oracles_statistics, oracles_session)

ORACLES: dict[str, Oracle] = {name: oracle for part in _PARTS for name, oracle in part.ORACLES.items()}
SECOND: dict[str, Oracle] = {name: oracle for part in _PARTS for name, oracle in part.SECOND.items()}
