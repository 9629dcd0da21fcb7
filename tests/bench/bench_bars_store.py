"""A symbol's year of minutes from the store, beside a bare pyarrow read of the same files; equal first."""

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path

import feature_report
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import foxml.bars.store_parquet as store_parquet
from foxml.bars.calendar import TradingCalendar
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import SymbolBars

MINUTE_NS = 60 * 10**9
COLUMNS = ("open", "high", "low", "close", "volume")


def _year() -> SymbolBars:
    """Every minute of the sessions of 2024, prices in cents."""
    calendar = TradingCalendar(dt.date(2025, 12, 31))
    random = np.random.default_rng(7)
    first, last = (int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp()) * 10**9 for year in (2024, 2025))
    inside = (calendar.open_ns >= first) & (calendar.open_ns < last)
    opens, closes = calendar.open_ns[inside], calendar.close_ns[inside]
    close_ns = np.concatenate([np.arange(o, c, MINUTE_NS) + MINUTE_NS for o, c in zip(opens, closes, strict=True)])
    at = np.searchsorted(closes, close_ns)
    cents = 10_000 + np.cumsum(random.integers(-3, 4, len(close_ns))) % 5_000
    four = [cents + 1, cents + 3, cents - 2, cents]
    volume = random.integers(1, 100_000, len(cents)).astype(float)
    ohlcv = np.column_stack([*(values / 100 for values in four), volume])
    return SymbolBars("FOX", MINUTE_NS, close_ns, opens[at], closes[at], ohlcv)


def bench_bars_store(report: feature_report.Report, tmp_path: Path) -> None:
    pa.set_cpu_count(1)
    bars, store = _year(), BarStore(tmp_path)
    store.write(bars, marks=BarMarks("made", "up", "session"))
    files = sorted((tmp_path / "1m" / "FOX").iterdir())
    time.sleep(0.2)  # from then on a file that has been hashed is known by its identity

    def bare() -> pa.Table:
        return pa.concat_tables([pq.read_table(file, use_threads=False) for file in files])

    def bare_dataset() -> pa.Table:
        return pq.read_table([str(file) for file in files], use_threads=False)

    def unknown() -> SymbolBars:
        store_parquet._known.clear()
        return store.read("FOX", "1m")

    day = int(bars.session_open_ns[50_000])
    reads: dict[str, Callable[[], object]] = {
        "store, as arrays": lambda: store.read("FOX", "1m"),
        "store, every file hashed": unknown,
        "pyarrow, file by file": bare,
        "pyarrow, list of files": bare_dataset,
        "store, one day": lambda: store.read("FOX", "1m", day, day + 24 * 3600 * 10**9),
    }
    table, other, read = bare(), bare_dataset(), store.read("FOX", "1m")
    for name in ("close_ns", "session_open_ns", "session_close_ns"):
        np.testing.assert_array_equal(getattr(read, name), table[name].to_numpy())
    for at, name in enumerate(COLUMNS):
        np.testing.assert_array_equal(read.ohlcv[:, at], table[name].to_numpy())
        np.testing.assert_array_equal(read.ohlcv[:, at], other[name].to_numpy())
    np.testing.assert_array_equal(read.ohlcv, bars.ohlcv)

    def timed(work: Callable[[], object]) -> float:
        begun = time.process_time()
        for _ in range(10):
            work()
        return (time.process_time() - begun) / 10

    seconds = report.medians({name: (lambda work=work: timed(work)) for name, work in reads.items()})
    size = sum(os.path.getsize(file) for file in files)
    rows = [[name, 1e3 * value, 1e9 * value / len(bars)] for name, value in seconds.items()]
    report.table(f"a year of {len(bars):,} minutes in {len(files)} files, {size:,} bytes", ["", "ms", "ns a bar"], rows)
    fastest = min(seconds["pyarrow, file by file"], seconds["pyarrow, list of files"])
    for name in ("store, as arrays", "store, every file hashed"):
        report.note(f"{name}: {seconds[name] / fastest:.2f} times the fastest bare read")
