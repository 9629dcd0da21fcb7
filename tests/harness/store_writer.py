"""A process that changes a store step by step, and what each step makes of it.

    python store_writer.py ROOT FIRST_STEP COUNT [HOLD]

Says ``ready``, then the number of each step that is done; with HOLD, keeps the writer's lock until its stdin ends.
"""

import dataclasses
import sys
from functools import cache
from pathlib import Path

import numpy as np
from store_bars import MARKS, minutes

from foxml.bars.store import BarStore
from foxml.bars.store_parquet import encode, joined
from foxml.domain.bars import SymbolBars

CYCLE = 6


def scale(step: int) -> float:
    return 1.0 + (step % 50) / 4


@cache
def after(step: int) -> SymbolBars:
    """The bars once so many steps are done: each first of a cycle writes anew, others append or revise."""
    cycle, inside = divmod(step - 1, CYCLE)
    whole = minutes(0, 9000, scale=scale(cycle))
    for at in range(1, inside + 1):
        if at % 2:
            whole = joined([whole, minutes(len(whole), 700, scale=scale(cycle))])
        else:
            ohlcv = whole.ohlcv.copy()
            ohlcv[_revised(at)] *= 2.0
            whole = dataclasses.replace(whole, ohlcv=ohlcv)
    return whole


def take(store: BarStore, step: int) -> None:
    """Do one step; the ones before it are done."""
    bars, at = after(step), (step - 1) % CYCLE
    if at == 0:
        store.write(bars, marks=MARKS)
    elif at % 2:
        store.append(_rows(bars, slice(-800, None)), marks=MARKS)
    else:
        store.revise(_rows(bars, _revised(at)), revised_ns=step)


def _revised(at: int) -> slice:
    return slice(1000 * at, 1000 * at + 3000)


def _rows(bars: SymbolBars, rows: slice) -> SymbolBars:
    return SymbolBars(
        bars.symbol,
        bars.interval_ns,
        bars.close_ns[rows],
        bars.session_open_ns[rows],
        bars.session_close_ns[rows],
        np.ascontiguousarray(bars.ohlcv[rows]),
    )


def main() -> None:
    root, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    store = BarStore(root)
    for step in range(first, first + min(count, 2 * CYCLE)):  # what follows is spent on the store
        encode(after(step), {})
    print("ready", flush=True)
    if len(sys.argv) > 4:
        with store.writing():
            print("holding", flush=True)
            sys.stdin.read()
    for step in range(first, first + count):
        take(store, step)
        print(step, flush=True)


if __name__ == "__main__":
    main()
