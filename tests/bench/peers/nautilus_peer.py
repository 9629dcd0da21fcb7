"""Drives the compiled (Rust) indicators of nautilus_trader for the benchmarks, under an interpreter that has it.

Arguments: an .npy of the columns o, h, l, c, v of a history; a JSON list of [kind, window]; the bar at which the clock
starts; an .npy to write the outputs to, three rows an indicator, NaN where it has fewer. Prints the seconds of each.
"""

import json
import sys
import time

import numpy as np
from nautilus_trader.core import nautilus_pyo3 as indicators

WILDER = indicators.MovingAverageType.Wilder

# Maker, inputs, attributes that are read after each bar. Where a window counts bars, not moves between them, it is one
# longer than ours.
KINDS = {
    "sma": (lambda w: indicators.SimpleMovingAverage(w), "c", ("value",)),
    "ema": (lambda w: indicators.ExponentialMovingAverage(w), "c", ("value",)),
    "dema": (lambda w: indicators.DoubleExponentialMovingAverage(w), "c", ("value",)),
    "rsi": (lambda w: indicators.RelativeStrengthIndex(w, WILDER), "c", ("value",)),
    "atr": (lambda w: indicators.AverageTrueRange(w, WILDER), "hlc", ("value",)),
    "donchian": (lambda w: indicators.DonchianChannel(w), "hl", ("upper", "middle", "lower")),
    "roc": (lambda w: indicators.RateOfChange(w + 1, False), "c", ("value",)),
    "er": (lambda w: indicators.EfficiencyRatio(w + 1), "c", ("value",)),
    "aroon": (lambda w: indicators.AroonOscillator(w), "hl", ("aroon_down", "aroon_up")),
    "stochastic": (lambda w: indicators.Stochastics(w, 1), "hlc", ("value_k", "value_d")),
    "regression": (lambda w: indicators.LinearRegression(w), "c", ("slope",)),
}


def run(columns: np.ndarray, kind: str, window: int, start: int, out: np.ndarray) -> float:
    """Stream one indicator over all bars; returns the seconds from bar `start` on."""
    make, inputs, attributes = KINDS[kind]
    indicator = make(window)
    update = indicator.update_raw
    bars = list(zip(*(columns["ohlcv".index(name)].tolist() for name in inputs), strict=True))
    for i, bar in enumerate(bars[:start]):
        update(*bar)
        for k, attribute in enumerate(attributes):
            out[k, i] = getattr(indicator, attribute)
    first, timed = attributes[0], bars[start:]
    begin = time.process_time()
    for bar in timed:
        update(*bar)
        getattr(indicator, first)
    return time.process_time() - begin


def main() -> None:
    """Run what the arguments say."""
    columns_path, kinds, start, out_path = sys.argv[1:]
    columns = np.load(columns_path)
    asked = json.loads(kinds)
    out = np.full((3 * len(asked), columns.shape[1]), np.nan)
    seconds = [run(columns, kind, window, int(start), out[3 * k : 3 * k + 3]) for k, (kind, window) in enumerate(asked)]
    np.save(out_path, out)
    sys.stdout.write(json.dumps(seconds) + "\n")


if __name__ == "__main__":
    main()
