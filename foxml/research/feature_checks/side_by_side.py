"""The check of what is computed for eight symbols at a time: with one instruction for all, where the machine has it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, ActionKind, CorporateAction
from foxml.domain.money import NANO
from foxml.errors import FeatureError
from foxml.research.feature_checks.effort import Effort
from foxml.research.feature_checks.findings import Check, Tally
from foxml.research.feature_checks.histories import column_sizes
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.source import FeatureSource
from foxml.research.feature_checks.walk import fresh, walk

__all__ = ["BLOCK_WEIGHT", "compare_side_by_side"]

BLOCK_WEIGHT: Final = 40
"""A slice of eight symbols and its batches take about as long as so many bars of a late start."""
_MIRRORED: Final = (False, False, False, True, False, True, True, True)
"""Turned by any number of places, or its halves swapped, it is another: a number taken from a neighbour is seen."""


def compare_side_by_side(
    source: FeatureSource, history: History, tally: Tally, effort: Effort, told: Callable[[int], None]
) -> None:
    """Compare a symbol's rows beside seven others, streamed and in batches, with those of each by itself.

    The others are the symbol again, half of them with its prices turned upside down, each with other volumes: all
    eight have a bar at every moment that the symbol has one, so that they are computed together, however few symbols
    the user has. The history goes through in parts, each with its own warm-up before it.
    """
    if source.lanes == 1:
        return
    warmup = max(column.warmup_bars for column in source.columns)
    for first in range(0, len(history), effort.block_bars):
        end = min(len(history), first + effort.block_bars)
        start = max(0, first - warmup - 1)
        _compare_part(source, history.part(start, end), first - start, tally)
        told(BLOCK_WEIGHT * (end - start))


def _compare_part(source: FeatureSource, part: History, skipped: int, tally: Tally) -> None:
    names = [part.symbol, *(f"{part.symbol}#{lane}" for lane in range(1, source.lanes))]
    together = source.with_copies(part.symbol, names[1:])
    lanes = [part, *(_other(together, part, name, lane) for lane, name in enumerate(names[1:], 1))]
    alone = [together.rows(lane) for lane in lanes]
    found = {
        "streamed beside seven other symbols": _streamed(together, lanes),
        "computed beside seven other symbols": together.rows_together(lanes),
    }
    for where, rows in found.items():
        for lane, (each, expected) in enumerate(zip(rows, alone, strict=True)):
            tally.compare(
                Check.SIDE_BY_SIDE,
                each[skipped:],
                expected[skipped:],
                bars=part.part(skipped, len(part)).bars,
                sizes=column_sizes(expected.astype(np.float64)),
                where=f"{where}, as number {lane + 1} of {len(lanes)}",
                names=[column.name for column in source.columns],
            )


def _streamed(source: FeatureSource, lanes: Sequence[History]) -> list[NDArray[np.float32]]:
    """Return the rows of a fresh stream of all; the benchmark comes after them, where it is none of them."""
    benchmark = lanes[0].benchmark
    beside = [] if benchmark is None or benchmark.symbol == lanes[0].symbol else [History(benchmark, lanes[0].actions)]
    histories = [*lanes, *beside]
    stream = fresh(source, [history.symbol for history in histories])
    found: list[list[NDArray[np.float32]]] = [[] for _ in lanes]
    for factors, item in walk(histories):
        for row, price_factor, volume_factor in factors:
            stream.adjust(row, price_factor, volume_factor)
        rows = stream.update(item).rows
        for lane in np.flatnonzero(item.present[: len(lanes)]).tolist():
            found[lane].append(rows[lane])
    return [np.array(rows) for rows in found]


def _other(source: FeatureSource, history: History, name: str, lane: int) -> History:
    """Return a history at the same moments: the same prices or their mirror image, and other volumes."""
    plain = _renamed(history, name, list(_actions(history, name, mirrored=False)))
    plain.bars.ohlcv[:, VOLUME] /= lane + 1
    if not _MIRRORED[lane]:
        return plain
    mirrored = _renamed(plain, name, list(_actions(history, name, mirrored=True)))
    prices = history.bars.ohlcv[:, :VOLUME]
    mirrored.bars.ohlcv[:, [OPEN, LOW, HIGH, CLOSE]] = prices.min() * prices.max() / prices[:, [OPEN, HIGH, LOW, CLOSE]]
    try:
        source.rows(mirrored)
    except FeatureError:
        return plain  # at the ends of what a bar may be, an image can lie past them
    return mirrored


def _renamed(history: History, name: str, actions: Sequence[CorporateAction]) -> History:
    bars = replace(history.bars, symbol=name, ohlcv=history.bars.ohlcv.copy())
    return replace(history, bars=bars, actions=tuple(actions))


def _actions(history: History, name: str, *, mirrored: bool) -> Iterator[CorporateAction]:
    """Yield the symbol's actions under another name: in a mirror image splits go the other way, dividends nowhere."""
    for action in history.actions:
        if action.symbol != history.symbol:
            yield action
            continue
        yield action  # the benchmark's, if it is the symbol itself
        if not mirrored:
            yield replace(action, symbol=name)
        elif action.kind is ActionKind.SPLIT:
            yield replace(action, symbol=name, value=round(NANO * NANO / action.value))
