"""Half spreads: measured from quotes where there are any, else estimated from bars.

From bars there are two estimates: Corwin and Schultz (2012), from the highs and lows of neighbouring bars, and Roll
(1984), from the autocovariance of close-to-close returns. Both are noisy, and biased on bars as short as a minute;
`calibrated` measures their bias against quotes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.domain.bars import CLOSE, HIGH, LOW, SymbolBars
from foxml.errors import DataError

__all__ = [
    "Method",
    "QuoteBars",
    "SpreadEstimate",
    "calibrated",
    "corwin_schultz_bps",
    "half_spread",
    "quoted_bps",
    "read_quotes",
    "roll_bps",
]

Floats = NDArray[np.float64]
Method = Literal["quotes", "corwin_schultz", "roll"]
_SAMPLES_MIN: Final = 20
_BID, _ASK = "bid", "ask"


@dataclass(frozen=True, slots=True, eq=False)
class QuoteBars:
    """Best bid and offer over intervals of one symbol; labels are starts in UTC.

    Attributes
    ----------
    start_ns : ndarray of int64, shape (n,)
    bid, ask : ndarray of float64, shape (n, 5)
        Open, high, low, close in dollars and size in shares.
    """

    symbol: str
    start_ns: NDArray[np.int64]
    bid: Floats
    ask: Floats


@dataclass(frozen=True, slots=True)
class SpreadEstimate:
    """What crossing half the spread costs.

    Attributes
    ----------
    half_spread_bps : float
        In basis points of the price; NaN if it cannot be told.
    method : str
        ``quotes``, ``corwin_schultz`` or ``roll``.
    samples : int
        Quotes, or bars, that it rests on.
    """

    symbol: str
    half_spread_bps: float
    method: Method
    samples: int


def read_quotes(path: Path, *, timezone: str, symbol: str) -> QuoteBars:
    """Read a CSV of ``timestamp, bid_open ... bid_close, bid_size, ask_open ... ask_close, ask_size``.

    Parameters
    ----------
    path : Path
        Plain or gzip.
    timezone : str
        Of times without an offset.
    symbol : str

    Raises
    ------
    DataError
        Names file, row and column, as for bars.
    """
    sides = []
    for side in (_BID, _ASK):
        names = {ours: f"{side}_{ours}" for ours in ("open", "high", "low", "close")} | {"volume": f"{side}_size"}
        (raw,) = read_csv(path, CsvFormat(timezone, "start", names), interval_ns=0, symbol=symbol)
        sides.append(raw)
    return QuoteBars(symbol, sides[0].start_ns, sides[0].ohlcv, sides[1].ohlcv)


def quoted_bps(quotes: QuoteBars, calendar: TradingCalendar) -> SpreadEstimate:
    """Return the mean half spread at the closes of quote bars in regular hours.

    A quote without two sides, or locked or crossed, is no spread and is left out. Every interval counts alike: it is
    the spread that an order meets at a time of no choosing.
    """
    bid, ask = quotes.bid[:, CLOSE], quotes.ask[:, CLOSE]
    good = (calendar.locate(quotes.start_ns) >= 0) & (bid > 0.0) & (ask > bid)
    half = 1e4 * (ask[good] - bid[good]) / (ask[good] + bid[good])
    return SpreadEstimate(quotes.symbol, float(half.mean()) if len(half) else np.nan, "quotes", len(half))


def corwin_schultz_bps(bars: SymbolBars) -> SpreadEstimate:
    """Estimate the half spread from highs and lows of neighbouring bars of one session (equations 14 and 18).

    With beta the sum of both bars' squared log ranges and gamma the squared log range of the two together:
    alpha = (sqrt(2 beta) - sqrt(beta)) / (3 - 2 sqrt 2) - sqrt(gamma / (3 - 2 sqrt 2)), S = 2 (e^alpha - 1) / (1 +
    e^alpha). A negative S counts as 0. On daily bars the step overnight is taken out as there: the second day is moved
    so that its range meets the close before it.

    References
    ----------
    Corwin, S. A. and Schultz, P. (2012). A simple way to estimate bid-ask spreads from daily high and low prices.
    Journal of Finance 67(2), 719-760.
    """
    high, low, close = (np.log(bars.ohlcv[:, column]) for column in (HIGH, LOW, CLOSE))
    daily = len(bars) > 1 and bool((np.diff(bars.session_open_ns) > 0).all())
    if daily:
        moved = np.maximum(close[:-1] - high[1:], 0.0) - np.maximum(low[1:] - close[:-1], 0.0)
        pair = np.ones(len(moved), dtype=np.bool_)
    else:
        moved = np.zeros(max(len(bars) - 1, 0))
        pair = _neighbours(bars)
    high_2, low_2 = high[1:] + moved, low[1:] + moved
    beta = ((high[:-1] - low[:-1]) ** 2 + (high_2 - low_2) ** 2)[pair]
    gamma = ((np.maximum(high[:-1], high_2) - np.minimum(low[:-1], low_2)) ** 2)[pair]
    k = 3.0 - 2.0 * np.sqrt(2.0)
    alpha = (np.sqrt(2.0 * beta) - np.sqrt(beta)) / k - np.sqrt(gamma / k)
    spread = np.maximum(2.0 * np.expm1(alpha) / (1.0 + np.exp(alpha)), 0.0)
    value = 0.5e4 * float(spread.mean()) if len(spread) >= _SAMPLES_MIN else np.nan
    return SpreadEstimate(bars.symbol, value, "corwin_schultz", len(spread))


def roll_bps(bars: SymbolBars) -> SpreadEstimate:
    """Estimate the half spread as the root of the negative autocovariance of log returns within sessions.

    NaN where the autocovariance is not negative: there the model does not hold.

    References
    ----------
    Roll, R. (1984). A simple implicit measure of the effective bid-ask spread in an efficient market. Journal of
    Finance 39(4), 1127-1139.
    """
    close = np.log(bars.ohlcv[:, CLOSE])
    if len(bars) > 1 and (np.diff(bars.session_open_ns) > 0).all():
        pair = np.ones(len(bars) - 1, dtype=np.bool_)
    else:
        pair = _neighbours(bars)
    change = np.diff(close)
    both = pair[1:] & pair[:-1]
    before, after = change[:-1][both], change[1:][both]
    if len(before) < _SAMPLES_MIN:
        return SpreadEstimate(bars.symbol, np.nan, "roll", len(before))
    covariance = float(((before - before.mean()) * (after - after.mean())).mean())
    value = 1e4 * float(np.sqrt(-covariance)) if covariance < 0.0 else np.nan
    return SpreadEstimate(bars.symbol, value, "roll", len(before))


def half_spread(
    bars: SymbolBars,
    calendar: TradingCalendar,
    *,
    quotes: QuoteBars | None = None,
    factors: tuple[float, float] = (1.0, 1.0),
) -> SpreadEstimate:
    """Return a symbol's half spread for the cost model: from quotes if there are any, else Roll, else Corwin-Schultz.

    On the minutes of SPY, IBM and BAC of 2013-10-07 to 11 quotes say 0.30, 1.31 and 3.58 bps, Roll says 0.48, 1.15
    and 2.94, Corwin-Schultz 0.59, 0.69 and 2.91. Of daily bars both make ten times too much of a liquid share.

    Parameters
    ----------
    bars : SymbolBars
        Raw.
    calendar : TradingCalendar
    quotes : QuoteBars, optional
    factors : pair of float
        What Corwin-Schultz and Roll are multiplied by, from `calibrated`.
    """
    if quotes is not None:
        found = quoted_bps(quotes, calendar)
        if found.samples:
            return found
    estimates = (corwin_schultz_bps(bars), roll_bps(bars))
    scaled = [
        SpreadEstimate(e.symbol, e.half_spread_bps * factor, e.method, e.samples)
        for e, factor in zip(estimates, factors, strict=True)
    ]
    return next((e for e in reversed(scaled) if e.half_spread_bps > 0.0), scaled[0])


def calibrated(
    bars: Sequence[SymbolBars], quotes: Sequence[QuoteBars], calendar: TradingCalendar
) -> tuple[float, float]:
    """Return what Corwin-Schultz and Roll must be multiplied by to meet the quoted half spreads.

    The geometric mean of quoted over estimated, over the symbols for which there is an estimate; NaN if there is none.
    The factors hold for the interval of the bars.
    """
    quoted = {q.symbol: quoted_bps(q, calendar).half_spread_bps for q in quotes}
    missing = sorted({b.symbol for b in bars} - quoted.keys())
    if missing:
        raise DataError(f"no quotes of {', '.join(missing)} to calibrate spreads with")

    def factor(estimates: list[SpreadEstimate]) -> float:
        ratios = [quoted[e.symbol] / e.half_spread_bps for e in estimates if e.half_spread_bps > 0.0]
        return float(np.exp(np.mean(np.log(ratios)))) if ratios else float("nan")

    return factor([corwin_schultz_bps(b) for b in bars]), factor([roll_bps(b) for b in bars])


def _neighbours(bars: SymbolBars) -> NDArray[np.bool_]:
    """Whether each bar is followed by the next interval of its session."""
    same = bars.session_open_ns[1:] == bars.session_open_ns[:-1]
    return np.asarray(same & (np.diff(bars.close_ns) <= bars.interval_ns))
