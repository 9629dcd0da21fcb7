"""A made-up market, for demos and tests: seeded, with the habits of real bars and a weak signal planted in it.

Profits made on it mean nothing. Every bar that it makes carries the vendor mark ``synthetic``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import Session
from foxml.bars.raw import RawBars
from foxml.bars.store import BarMarks
from foxml.bars.timeframes import DAY_NS, parse_interval
from foxml.domain.bars import CLOSE, VOLUME, ActionKind, CorporateAction
from foxml.domain.money import NANO, format_nano
from foxml.errors import DataError

__all__ = ["SYNTHETIC_MARKS", "SyntheticMarket", "synthetic_market", "write_files"]

SYNTHETIC_MARKS: Final = BarMarks("synthetic", "synthetic", "utc")

_DAILY_VOLATILITY = 0.02
_OVERNIGHT_SHARE = 0.4  # of a day's volatility, between close and open
_MARKET_SHARE = 0.4  # of a bar's variance, common to all symbols
_DECAY = 0.92  # of the planted mispricing from bar to bar: half of it is gone after 8 bars
_MISPRICING = 2.2  # its standard deviation, in volatilities of a bar
_JUMP_RATE = 0.0005  # of bars
_JUMP_SIZE = 6.0  # in volatilities of a bar
_CENT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticMarket:
    """Bars as a vendor would deliver them, and the corporate actions that happened.

    Attributes
    ----------
    bars : tuple of RawBars
        One for each symbol: labelled by start in UTC, raw prices in cents, whole shares, some bars missing.
    actions : tuple of CorporateAction
        By time.
    """

    bars: tuple[RawBars, ...]
    actions: tuple[CorporateAction, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    start_ns: NDArray[np.int64]
    session: NDArray[np.int64]
    shape: NDArray[np.float64]
    """Volatility of each bar relative to a session's mean: high at the open, low at noon, higher to the close."""


def synthetic_market(
    seed: int,
    symbols: Sequence[str],
    sessions: Sequence[Session],
    *,
    interval: str = "5m",
    signal: float = 1.0,
    missing: float = 0.002,
) -> SyntheticMarket:
    """Generate a market: the same arguments, the same bytes.

    The log price of a symbol is a random walk (common and own shocks, U-shaped volatility that clusters from day to
    day, gaps overnight, rare jumps) plus a mispricing that decays by half in 8 bars: what has lately risen against its
    own mean tends to fall back. Features of past prices can find it, weakly. The first symbol pays a dividend after
    three tenths of the sessions; the second (or the only one) splits 2:1 half way.

    Parameters
    ----------
    seed : int
        Not negative. A symbol's own shocks depend on it and on the symbol's place alone.
    symbols : sequence of str
    sessions : sequence of Session
        Of a calendar, ascending.
    interval : str, default "5m"
        Below one day.
    signal : float, default 1.0
        Scale of the mispricing; 0 leaves nothing to find.
    missing : float, default 0.002
        Share of bars that never traded and have no row.

    Raises
    ------
    DataError
        If there is nothing to generate, or the interval is not below a day.
    """
    interval_ns = parse_interval(interval)
    if not symbols or not sessions or interval_ns >= DAY_NS or signal < 0 or not 0 <= missing < 1:
        raise DataError(
            f"a synthetic market takes symbols, sessions, an interval below 1d, signal >= 0 and 0 <= missing < 1;"
            f" found {len(symbols)} symbols, {len(sessions)} sessions, {interval}, {signal}, {missing}"
        )
    grid = _grid(sessions, interval_ns)
    common = np.random.default_rng([seed, 0]).standard_normal(len(grid.start_ns))
    bars, actions = [], []
    for place, symbol in enumerate(symbols):
        rng = np.random.default_rng([seed, place + 1])
        log_price, sigma = _log_prices(rng, grid, common, signal)
        ohlcv = _ohlcv(rng, grid, log_price, sigma)
        actions += _apply_actions(ohlcv, grid, sessions, symbol, place, len(symbols))
        ohlcv = _in_cents(ohlcv)
        kept = rng.random(len(ohlcv)) >= missing
        rows = np.arange(2, int(kept.sum()) + 2, dtype=np.int64)
        bars.append(RawBars(symbol, f"{symbol}.csv", grid.start_ns[kept], ohlcv[kept], rows))
    return SyntheticMarket(tuple(bars), tuple(sorted(actions, key=lambda a: (a.occurred_ns, a.symbol))))


def write_files(market: SyntheticMarket, directory: Path) -> Path:
    """Write ``<SYMBOL>.csv`` for each symbol (labels: start in UTC) and the table of corporate actions.

    Parameters
    ----------
    market : SyntheticMarket
    directory : Path
        The bars go to its folder ``bars``.

    Returns
    -------
    Path
        The table of corporate actions; the folder of bars is beside it.
    """
    folder = directory / "bars"
    folder.mkdir(parents=True, exist_ok=True)
    for raw in market.bars:
        lines = ["timestamp,open,high,low,close,volume"]
        stamps = np.datetime_as_string(raw.start_ns.astype("datetime64[ns]"), unit="s").tolist()
        for stamp, (o, h, low, c, v) in zip(stamps, raw.ohlcv.tolist(), strict=True):
            lines.append(f"{stamp.replace('T', ' ')},{o:.2f},{h:.2f},{low:.2f},{c:.2f},{v:.0f}")
        (folder / raw.source).write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = ["symbol,ex_date,kind,value"]
    for action in market.actions:
        ex_date = np.datetime_as_string(np.datetime64(action.occurred_ns, "ns"), unit="D")
        table.append(f"{action.symbol},{ex_date},{action.kind.value},{format_nano(action.value, places=9)}")
    path = directory / "corporate_actions.csv"
    path.write_text("\n".join(table) + "\n", encoding="utf-8")
    return path


def _grid(sessions: Sequence[Session], interval_ns: int) -> _Grid:
    starts, index, shapes = [], [], []
    for at, session in enumerate(sessions):
        start = np.arange(session.open_ns // interval_ns * interval_ns, session.close_ns, interval_ns, dtype=np.int64)
        middle = (np.maximum(start, session.open_ns) + np.minimum(start + interval_ns, session.close_ns)) / 2
        place = (middle - session.open_ns) / (session.close_ns - session.open_ns)
        shape = 0.6 + 2.2 * (place - 0.55) ** 2 + 0.8 * np.maximum(1 - place / 0.08, 0)
        starts.append(start)
        index.append(np.full(len(start), at))
        shapes.append(shape / np.sqrt((shape**2).mean() * len(start)))
    return _Grid(np.concatenate(starts), np.concatenate(index), np.concatenate(shapes))


def _log_prices(
    rng: np.random.Generator, grid: _Grid, common: NDArray[np.float64], signal: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log price at each bar's open and close, shape (n, 2), and each bar's volatility, shape (n,)."""
    n, days = len(grid.start_ns), int(grid.session[-1]) + 1
    level = _decaying(rng.standard_normal(days) * 0.12, 0.95)
    daily = _DAILY_VOLATILITY * np.exp(level)
    sigma = daily[grid.session] * grid.shape
    own = rng.standard_normal(n)
    jump = np.where(rng.random(n) < _JUMP_RATE, rng.standard_normal(n) * _JUMP_SIZE, 0.0)
    shock = sigma * (np.sqrt(_MARKET_SHARE) * common + np.sqrt(1 - _MARKET_SHARE) * own + jump)
    gap = np.zeros(n)
    gap[np.flatnonzero(np.diff(grid.session)) + 1] = (
        rng.standard_normal(days)[1:] * daily[1:] * _OVERNIGHT_SHARE if days > 1 else []
    )
    pushes = rng.standard_normal(n) * np.sqrt(1 - _DECAY**2)
    mispricing = signal * _MISPRICING * float(sigma.mean()) * _decaying(pushes, _DECAY)
    first = np.log(rng.uniform(30.0, 150.0))
    close = first + np.cumsum(shock + gap) + mispricing
    opened = np.concatenate([[first], close[:-1]]) + gap
    return np.column_stack([opened, close]), sigma


def _decaying(pushes: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    state, states = 0.0, []
    for push in pushes.tolist():
        state = decay * state + push
        states.append(state)
    return np.array(states)


def _ohlcv(
    rng: np.random.Generator, grid: _Grid, log_price: NDArray[np.float64], sigma: NDArray[np.float64]
) -> NDArray[np.float64]:
    opened, close = log_price[:, 0], log_price[:, 1]
    move = close - opened
    # Extremes of a Brownian bridge from open to close, by inverting their distribution.
    reach = [np.sqrt(move**2 - 2 * sigma**2 * np.log1p(-rng.random(len(move)))) for _ in range(2)]
    high, low = (opened + close + reach[0]) / 2, (opened + close - reach[1]) / 2
    busy = grid.shape / grid.shape.mean() * (0.7 + 0.4 * np.abs(move) / sigma)
    volume = 20_000 * busy * np.exp(0.5 * rng.standard_normal(len(move)))
    return np.column_stack([np.exp(opened), np.exp(high), np.exp(low), np.exp(close), volume])


def _apply_actions(
    ohlcv: NDArray[np.float64], grid: _Grid, sessions: Sequence[Session], symbol: str, place: int, symbols: int
) -> list[CorporateAction]:
    actions = []
    dividend_day, split_day = len(sessions) * 3 // 10, len(sessions) // 2
    if place == 0 and dividend_day > 0:
        at = int(np.searchsorted(grid.session, dividend_day))
        paid = round(ohlcv[at - 1, CLOSE] * 0.005, 2)
        ohlcv[at:, :VOLUME] *= 1 - paid / ohlcv[at - 1, CLOSE]
        when = sessions[dividend_day].open_ns
        actions.append(CorporateAction(symbol, ActionKind.DIVIDEND, when, when, round(paid * NANO)))
    if place == min(1, symbols - 1) and split_day > 0:
        at = int(np.searchsorted(grid.session, split_day))
        ohlcv[at:, :VOLUME] /= 2
        ohlcv[at:, VOLUME] *= 2
        when = sessions[split_day].open_ns
        actions.append(CorporateAction(symbol, ActionKind.SPLIT, when, when, 2 * NANO))
    return actions


def _in_cents(ohlcv: NDArray[np.float64]) -> NDArray[np.float64]:
    prices = np.maximum(np.rint(ohlcv[:, :VOLUME] / _CENT), 1.0) / 100
    return np.column_stack([prices, np.maximum(np.rint(ohlcv[:, VOLUME]), 1.0)])
