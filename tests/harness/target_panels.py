"""Random panels with all that makes labels hard: gaps, absent bars, short sessions, splits and dividends."""

from dataclasses import dataclass

import numpy as np

from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO

PER_SESSION = 7
DAY = 100
INTERVAL = 1


@dataclass(frozen=True)
class Panel:
    histories: tuple[SymbolBars, ...]
    actions: tuple[CorporateAction, ...]

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(Instrument(bars.symbol) for bars in self.histories)

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(bars.symbol for bars in self.histories)


def random_panel(
    seed: int, symbols: int = 3, sessions: int = 40, *, absent: float = 0.05, actions: int = 4, scale: float = 0.01
) -> Panel:
    """Walks on a grid of cents; every symbol starts and stops at a bar of its own, and so do actions at sessions."""
    rng = np.random.default_rng(seed)
    histories, made = [], []
    for number in range(symbols):
        name = f"S{number}"
        own = _actions(rng, name, sessions, actions)
        bars = _bars(rng, name, sessions, own, absent, scale)
        # Bounds of histories: one symbol may be listed late, or end early.
        first, last = int(rng.integers(0, 20)), len(bars.close_ns) - int(rng.integers(0, 10))
        histories.append(sliced(bars, slice(first, last)))
        made += own
    return Panel(tuple(histories), tuple(made))


def sliced(bars: SymbolBars, part: slice) -> SymbolBars:
    return SymbolBars(
        bars.symbol,
        bars.interval_ns,
        bars.close_ns[part],
        bars.session_open_ns[part],
        bars.session_close_ns[part],
        bars.ohlcv[part],
    )


def _actions(rng: np.random.Generator, symbol: str, sessions: int, count: int) -> list[CorporateAction]:
    found = []
    for day in rng.integers(0, sessions + 1, size=count).tolist():
        if rng.random() < 0.5:
            kind, value = ActionKind.SPLIT, int(rng.integers(2, 5)) * NANO
        else:
            kind, value = ActionKind.DIVIDEND, int(rng.integers(1, 30)) * NANO // 100
        found.append(CorporateAction(symbol, kind, day * DAY, day * DAY, value))
    return found


def _bars(
    rng: np.random.Generator, symbol: str, sessions: int, actions: list[CorporateAction], absent: float, scale: float
) -> SymbolBars:
    n = sessions * PER_SESSION
    close = 400.0 * np.exp(np.cumsum(rng.normal(0.0, scale, n)))
    opened = np.concatenate([[400.0], close[:-1]]) * np.exp(rng.normal(0.0, 0.6 * scale, n))
    high = np.maximum(opened, close) * (1.0 + rng.exponential(0.4 * scale, n))
    low = np.minimum(opened, close) * (1.0 - rng.exponential(0.4 * scale, n))
    index = np.arange(n)
    session = (index // PER_SESSION) * DAY
    price = np.stack([opened, high, low, close], axis=1)
    for action in actions:
        if action.kind is ActionKind.SPLIT:
            price[session >= action.occurred_ns] /= action.value / NANO
    price = np.maximum(np.round(price, 2), 0.5)
    price[:, 1], price[:, 2] = price.max(axis=1), price.min(axis=1)
    kept = rng.random(n) >= absent
    ohlcv = np.column_stack([price, np.full(n, 1e5)])
    # Half the sessions are one bar shorter than the rest.
    ends = session + PER_SESSION - (session // DAY) % 2
    close_ns = session + index % PER_SESSION + 1
    kept &= close_ns <= ends
    return SymbolBars(symbol, INTERVAL, close_ns[kept], session[kept], ends[kept], ohlcv[kept])
