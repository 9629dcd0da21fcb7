"""The bars of some symbols as a stream is fed with them, and whose snapshot a stream does not take back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foxml.bars.actions import adjustment_factors
from foxml.bars.slices import merge
from foxml.domain.bars import CLOSE, BarSlice, CorporateAction
from foxml.errors import FeatureError
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.source import FeatureSource, FeatureStream

__all__ = ["Refusal", "RefusedSnapshot", "find_refusal", "fresh", "restored", "walk"]

Factors = tuple[int, float, float]
"""Row of a symbol, and what its past is multiplied by: prices, volumes."""


class RefusedSnapshot(Exception):
    """A stream does not go on from its own snapshot, taken before the bar that closes at `close_ns`."""

    def __init__(self, close_ns: int, reason: str) -> None:
        super().__init__(reason)
        self.close_ns = close_ns
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """The feature and the symbol that are to blame for it."""

    name: str
    symbol: str


def walk(histories: Sequence[History]) -> Iterator[tuple[list[Factors], BarSlice]]:
    """Yield each slice, with the corporate actions that come before it, as trading applies them."""
    symbols = [history.symbol for history in histories]
    last_close: dict[str, float] = {}
    actions = [action for h in histories for action in h.actions if action.symbol == h.symbol]
    due: list[Factors] = []
    for item in merge([history.bars for history in histories], actions):
        if isinstance(item, CorporateAction):
            if item.symbol in last_close:
                due.append((symbols.index(item.symbol), *adjustment_factors(item, last_close[item.symbol])))
            continue
        yield due, item
        due = []
        for i in np.flatnonzero(item.present).tolist():
            last_close[symbols[i]] = float(item.ohlcv[i, CLOSE])


def fresh(source: FeatureSource, symbols: Sequence[str]) -> FeatureStream:
    """Return a stream of a source that has streams."""
    found = source.stream(symbols)
    assert found is not None
    return found


def restored(source: FeatureSource, symbols: Sequence[str], data: bytes) -> FeatureStream:
    """Return a fresh stream that goes on from a snapshot."""
    found = fresh(source, symbols)
    found.restore(data)
    return found


def find_refusal(source: FeatureSource, histories: Sequence[History], close_ns: int) -> Refusal:
    """Find out whose state is refused: first the symbol, then the feature, by halves."""
    together = list(histories)
    for history in histories:
        compared_with = history.benchmark.symbol if history.benchmark is not None else None
        alone = [h for h in histories if h.symbol in (history.symbol, compared_with)]
        if _refuses(source, alone, close_ns):
            together = alone
            symbol = history.symbol
            break
    else:
        symbol = histories[0].symbol
    names = [column.name for column in source.columns]
    while len(names) > 1:
        half = names[: len(names) // 2]
        names = half if _refuses(source.select(half), together, close_ns) else names[len(half) :]
    return Refusal(names[0], symbol)


def _refuses(source: FeatureSource, histories: Sequence[History], close_ns: int) -> bool:
    symbols = [history.symbol for history in histories]
    stream = fresh(source, symbols)
    for factors, item in walk(histories):
        for row, price_factor, volume_factor in factors:
            stream.adjust(row, price_factor, volume_factor)
        if item.close_ns >= close_ns:
            break
        stream.update(item)
    try:
        restored(source, symbols, stream.snapshot())
    except FeatureError:
        return True
    return False
