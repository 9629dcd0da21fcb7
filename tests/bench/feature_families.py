"""Families of features that TA-Lib has too: the same windows here and there, and how the peer's numbers become ours.

TA-Lib gives plain averages and bands; a feature is what a model reads of them, free of the price level. What turns one
into the other is not timed: the peer does less work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from feature_bars import Floats, History

WINDOWS = (6, 10, 14, 20, 30, 45, 60, 90)
COLUMNS_MAX = 240

CLOSE, VOLUME = 3, 4


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of feature.

    Attributes
    ----------
    feature, parameter : str
        A feature of the catalogue, and its parameter that is the window.
    default : int
        The window that the catalogue gives it.
    call : str
        TA-Lib's function, its inputs as letters (ohlcv, r log return, w ln(1 + volume)), its parameters with ``{w}``.
    outputs : int
        Of that function.
    ours : callable
        From the history, the function's outputs (one array each) and the window to our feature.
    floor : float
        What rounding alone may do in units of the feature, where it is a small difference of large numbers.
    """

    feature: str
    parameter: str
    default: int
    call: str
    outputs: int
    ours: Callable[[History, Sequence[Floats], int], Floats]
    floor: float = 0.0

    def column(self, window: int) -> str:
        """Return the name of a plan's column."""
        return self.feature if window == self.default else f"{self.feature}@{self.parameter}={window}"


def _over(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    return history.columns[CLOSE] / outputs[0] - 1.0


def _itself(_: History, outputs: Sequence[Floats], __: int) -> Floats:
    return outputs[0]


def _second(_: History, outputs: Sequence[Floats], __: int) -> Floats:
    return outputs[1]


def _percent(_: History, outputs: Sequence[Floats], __: int) -> Floats:
    return outputs[0] / 100.0


def _per_close(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    return outputs[0] / history.columns[CLOSE]


def _band_position(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    upper, _middle, lower = outputs
    return (history.columns[CLOSE] - lower) / (upper - lower)


def _band_width(_: History, outputs: Sequence[Floats], __: int) -> Floats:
    upper, middle, lower = outputs
    return (upper - lower) / middle


def _gap(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    return outputs[0] / history.columns[CLOSE] - 1.0


def _rest(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    return 1.0 - outputs[0] / history.columns[CLOSE]


def _sample(_: History, outputs: Sequence[Floats], window: int) -> Floats:
    return outputs[0] * np.sqrt(window / (window - 1.0))


def _channel_width(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    return (outputs[0] - outputs[2]) / history.columns[CLOSE]


def _log_ratio(history: History, outputs: Sequence[Floats], _: int) -> Floats:
    return np.log((history.columns[VOLUME] + 1.0) / (outputs[0] + 1.0))


def _difference(_: History, outputs: Sequence[Floats], __: int) -> Floats:
    return outputs[0] - outputs[1]


def _log1p(_: History, outputs: Sequence[Floats], __: int) -> Floats:
    return np.log1p(outputs[0])


NEAR_ZERO = 1e-12  # of distances and returns, which are small differences from 1: some roundings of 1
RUNNING = 1e-10  # of what TA-Lib takes from running sums, as a part of the feature's range

FAMILIES = (
    Family("sma_dist_20", "w", 20, "SMA c {w}", 1, _over, NEAR_ZERO),
    Family("ema_dist_12", "n", 12, "EMA c {w}", 1, _over, NEAR_ZERO),
    Family("rsi_14", "n", 14, "RSI c {w}", 1, _itself),
    Family("natr_14", "n", 14, "NATR hlc {w}", 1, _percent),
    Family("vol_cc_20", "w", 20, "STDDEV r {w} 1", 1, _sample),
    Family("bb_pctb_20", "w", 20, "BBANDS c {w} 2 2 0", 3, _band_position, 10 * RUNNING),
    Family("bb_width_20", "w", 20, "BBANDS c {w} 2 2 0", 3, _band_width),
    Family("willr_28", "w", 28, "WILLR hlc {w}", 1, _itself),
    Family("stochf_k14", "w", 14, "STOCHF hlc {w} 1 0", 2, _itself),
    Family("aroon_up_25", "w", 25, "AROON hl {w}", 2, _second),
    Family("aroon_down_25", "w", 25, "AROON hl {w}", 2, _itself),
    Family("slope_20", "w", 20, "LINEARREG_SLOPE c {w}", 1, _per_close, NEAR_ZERO),
    Family("tsf_gap_20", "w", 20, "TSF c {w}", 1, _gap, NEAR_ZERO),
    Family("mfi_14", "w", 14, "MFI hlcv {w}", 1, _itself, 100 * RUNNING),
    Family("dist_high_20", "w", 20, "MAX h {w}", 1, _over),
    Family("dist_low_20", "w", 20, "MIN l {w}", 1, _over),
    Family("ichi_tenkan", "w", 9, "MIDPRICE hl {w}", 1, _over, NEAR_ZERO),
    Family("cmo_plain_14", "w", 14, "CMOU c {w}", 1, _itself, 100 * NEAR_ZERO),
    Family("adx_14", "n", 14, "ADX hlc {w}", 1, _itself),
    Family("plus_di_14", "n", 14, "PLUS_DI hlc {w}", 1, _itself),
    Family("minus_di_14", "n", 14, "MINUS_DI hlc {w}", 1, _itself),
    Family("corr_c_v_20", "w", 20, "CORREL cw {w}", 1, _itself, NEAR_ZERO),
    Family("ret_log_5", "k", 5, "ROCP c {w}", 1, _log1p, NEAR_ZERO),
    Family("wma_dist_20", "w", 20, "WMA c {w}", 1, _over, NEAR_ZERO),
    Family("trix_15", "n", 15, "TRIX c {w}", 1, _itself, NEAR_ZERO),
    Family("dema_dist_20", "n", 20, "DEMA c {w}", 1, _over, NEAR_ZERO),
    Family("tema_dist_20", "n", 20, "TEMA c {w}", 1, _over, NEAR_ZERO),
    Family("donch_width_20", "w", 20, "DONCHIAN hl {w}", 3, _channel_width),
    Family("aroon_osc_60", "w", 60, "AROONOSC hl {w}", 1, _percent),
    Family("volume_ratio_20", "w", 20, "SMA v {w}", 1, _log_ratio, NEAR_ZERO),
    Family("er_10", "w", 10, "ER c {w}", 1, _itself),
    Family("vortex_diff_14", "w", 14, "VORTEX hlc {w}", 2, _difference, NEAR_ZERO),
    Family("resi_20", "w", 20, "LINEARREG c {w}", 1, _rest, NEAR_ZERO),
    Family("cmf_20", "w", 20, "CMF hlcv {w}", 1, _itself, NEAR_ZERO),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Families times windows: a plan of ours, and the calls of the peer that it shares.

    Attributes
    ----------
    columns : tuple of str
    calls : tuple of str
        Each once, however many columns read it.
    members : tuple of (Family, int, int)
        Of each column: its family, its window, and the first of its outputs among all outputs of the calls.
    left_out : tuple of str
        Features of families that this catalogue has not got.
    """

    columns: tuple[str, ...]
    calls: tuple[str, ...]
    members: tuple[tuple[Family, int, int], ...]
    left_out: tuple[str, ...]


def grid_of(known: Sequence[str], windows: Sequence[int] = WINDOWS, families: Sequence[Family] = FAMILIES) -> Grid:
    """Lay out families times windows, as near to 240 columns as the catalogue gives."""
    chosen = [family for family in families if family.feature in known][: COLUMNS_MAX // len(windows)]
    offsets: dict[str, int] = {}
    total = 0
    members = []
    for family in chosen:
        for window in windows:
            call = family.call.format(w=window)
            if call not in offsets:
                offsets[call] = total
                total += family.outputs
            members.append((family, window, offsets[call]))
    columns = tuple(family.column(window) for family, window, _ in members)
    left_out = tuple(family.feature for family in families if family.feature not in known)
    return Grid(columns, tuple(offsets), tuple(members), left_out)


def peer_columns(grid: Grid, history: History, outputs: Floats) -> Floats:
    """Turn the peer's outputs, shape (outputs, T), into our features, shape (T, columns)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        made = [
            family.ours(history, outputs[first : first + family.outputs], window)
            for family, window, first in grid.members
        ]
    return np.stack(made, axis=1)
