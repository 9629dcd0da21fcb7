"""Many symbols that close at the same moment: nanoseconds per symbol and bar as symbols are added, and their memory."""

import time

import numpy as np
import pytest
from feature_bars import History
from feature_drivers import Engine, OurLibrary
from feature_report import Report, available_bytes, resident_bytes
from feature_setup import history, libraries, library, ns

# A feature that looks back further would make the benchmark warm up for longer than it measures.
WARMUP_BARS_MAX = 700
GROUPS = 40
GROUP_SYMBOL_BARS = 500  # between two looks at the clock
TIMED_SLICES_MAX = GROUPS * GROUP_SYMBOL_BARS
MEMORY_SHARE = 0.6


def bench_features_slices(report: Report, pytestconfig: pytest.Config):
    """One call a slice on each instruction-set path; every symbol reads another stretch of the history."""
    columns = _soon_warm(library())
    sizes = [int(size) for size in str(pytestconfig.getoption("--symbols")).split(",")]
    bars = history(WARMUP_BARS_MAX + 1 + TIMED_SLICES_MAX)
    seconds: dict[int, list[float]] = {}
    bytes_each: dict[int, float] = {}
    per_symbol = 0.0
    for size in sizes:
        if size * per_symbol > MEMORY_SHARE * available_bytes():
            report.note(f"{size:,} symbols are left out: they would take {size * per_symbol / 2**30:.1f} GiB")
            continue
        timed = [_slices(path, columns, size, bars) for path in libraries()]
        seconds[size] = [time for time, _ in timed]
        bytes_each[size] = per_symbol = timed[0][1]
    first = next(iter(seconds.values()))
    largest = max(seconds)
    per_second = _bytes_per_second()
    report.note(
        f"this core reads {per_second / 1e9:.1f} GB/s in order: {per_second * 1e-3 / largest:,.0f} bytes for each of "
        f"{largest:,} symbols in 1 ms, of which a row of {len(columns)} takes {4 * len(columns)}"
    )
    report.table(
        f"A slice of many symbols, {len(columns)} features ({len(library().names())} less those of long warm-up), "
        "ns per symbol and bar, median",
        ("symbols", *(path.isa for path in libraries()), "times 1 symbol", "slice, best (us)", "KiB a symbol"),
        [
            (f"{size:,}", *times, min(times) / min(first), min(times) * size / 1e3, bytes_each[size] / 1024)
            for size, times in seconds.items()
        ],
    )


def _bytes_per_second() -> float:
    """What one core can read of memory that no cache holds, one line after the other: the floor of a large slice."""
    words = np.ones(2**25)
    times = []
    for _ in range(5):
        start = time.process_time()
        words.max()
        times.append(time.process_time() - start)
    return words.nbytes / min(times)


def _soon_warm(ours: OurLibrary) -> list[str]:
    """Features that are valid within `WARMUP_BARS_MAX` bars."""
    kept = []
    for name in ours.names():
        engine = Engine(ours, [name])
        if engine.warmup_bars <= WARMUP_BARS_MAX:
            kept.append(name)
        engine.close()
    return kept


def _slices(path: OurLibrary, columns: list[str], symbols: int, bars: History) -> tuple[float, float]:
    """Return nanoseconds per symbol and bar, and the bytes that a symbol takes once it is warm."""
    before = resident_bytes()
    engine = Engine(path, columns, symbols)
    start = engine.warmup_bars + 1
    engine.slices(bars, 0, start)
    held = resident_bytes() - before
    assert engine.ready_count == symbols, f"{engine.ready_count} of {symbols} symbols have a row after the warm-up"
    median = float(np.median(engine.slices(bars, start, GROUPS, max(1, GROUP_SYMBOL_BARS // symbols))))
    engine.close()
    return ns(median, symbols), held / symbols
