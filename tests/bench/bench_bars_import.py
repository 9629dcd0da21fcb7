"""Import of 10,000,000 one-minute bars beside pandas, and seconds to minutes beside polars; equal first."""

import datetime as dt
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import feature_report
import numpy as np
import pytest

from foxml.bars.aggregate import aggregate
from foxml.bars.calendar import TradingCalendar
from foxml.bars.timeframes import DAY_NS, parse_interval
from foxml.domain.bars import SymbolBars

if TYPE_CHECKING:
    import polars as pl

PEAK_BYTES_MAX = 2 << 30


@dataclass(frozen=True)
class Case:
    """Files to import, and what imports them beside us."""

    files: int
    suffix: str
    first_day: str = "2019-01-01"
    hours: tuple[int, int] = (9, 17)
    importers: tuple[str, ...] = ("ours", "pandas")


CASES = {
    "20 CSV files": Case(20, "csv", importers=("ours", "pandas", "pandas with pyarrow's reader")),
    "20 Parquet files": Case(20, "parquet"),
    "one CSV file": Case(1, "csv", first_day="1991-01-01", hours=(4, 23)),
}

# Each importer runs in a process of its own, so that the peak of memory is its own. All read a file, put times into
# UTC, check the rows, keep those of regular sessions that lie on the grid, give each bar its close and its session, and
# count what was left out and why.
IMPORTER = """
import datetime as dt, json, sys, time
from pathlib import Path
import numpy as np
from foxml.bars.calendar import TradingCalendar
which, folder, suffix = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
calendar = TradingCalendar(dt.date(2025, 12, 31))
minute = 60 * 10**9


def ours(path):
    from foxml.bars.normalise import normalise
    from foxml.bars.sources.files import read_file
    from foxml.bars.tables import Layout
    (raw,) = read_file(path, Layout("America/New_York"), interval_ns=minute)
    bars, report = normalise(raw, calendar, minute)
    counts = [report.rows_read, report.bars_kept, report.bars_expected]
    counts += [report.dropped.get("outside regular hours", 0), report.dropped.get("off the grid", 0)]
    return bars.close_ns, bars.session_open_ns, bars.ohlcv, [*counts, report.marked.get("zero volume", 0)]


def pandas(path):
    import pandas as pd
    engine = {} if which == "pandas" else {"engine": "pyarrow"}
    frame = pd.read_parquet(path) if suffix == "parquet" else pd.read_csv(path, parse_dates=["timestamp"], **engine)
    rows_read = len(frame)
    frame["start"] = frame["timestamp"].dt.tz_localize("America/New_York").dt.tz_convert("UTC")
    prices = frame[["open", "high", "low", "close"]]
    ok = prices.notna().all(axis=1) & (prices > 0).all(axis=1) & (frame["volume"] >= 0)
    ok &= (frame["high"] >= prices.max(axis=1)) & (frame["low"] <= prices.min(axis=1))
    assert ok.all() and frame["start"].is_monotonic_increasing and not frame["start"].duplicated().any()
    utc = "datetime64[ns, UTC]"
    sessions = pd.DataFrame({
        "session_open": pd.to_datetime(calendar.open_ns, utc=True).astype(utc),
        "session_close": pd.to_datetime(calendar.close_ns, utc=True).astype(utc),
    })
    frame["start"] = frame["start"].astype(utc)
    frame = pd.merge_asof(frame, sessions, left_on="start", right_on="session_open")
    frame = frame[frame["start"] < frame["session_close"]].copy()
    inside = len(frame)
    frame["close_time"] = (frame["start"] + pd.Timedelta(minutes=1)).clip(upper=frame["session_close"])
    frame = frame[frame["start"].dt.second == 0]
    values = frame[["open", "high", "low", "close", "volume"]].to_numpy("float64")
    first, last = frame["session_open"].iloc[0], frame["session_open"].iloc[-1]
    between = sessions[(sessions["session_open"] >= first) & (sessions["session_open"] <= last)]
    expected = int(((between["session_close"] - between["session_open"]) / pd.Timedelta(minutes=1)).sum())
    left_out = [rows_read - inside, inside - len(frame)]
    counts = [rows_read, len(frame), expected, *left_out, int((frame["volume"] == 0).sum())]
    close_ns, open_ns = (frame[name].astype("int64").to_numpy() for name in ("close_time", "session_open"))
    return close_ns, open_ns, values, counts


work = ours if which == "ours" else pandas
files = sorted(folder.glob("*." + suffix))
work(files[0])
seconds, rows, sums = 0.0, 0, []
for path in files:
    made = []
    begun = time.process_time()
    made.append(work(path))
    seconds += time.process_time() - begun
    # Outside of the time: whole numbers of cents, so that no order of a sum and no last bit of a parser counts.
    (close_ns, open_ns, ohlcv, counts), = made
    rows += len(close_ns)
    cents = np.rint(ohlcv * 100).astype(np.int64)
    assert np.abs(ohlcv * 100 - cents).max() < 1e-6 * cents.max()
    place = np.arange(len(cents))[:, None]
    placed = (cents * place).sum(axis=0).tolist()
    sums.append([int(close_ns.sum()), int(open_ns.sum()), cents.sum(axis=0).tolist(), placed, counts])
    del made, close_ns, open_ns, ohlcv, cents, place
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps({"seconds": seconds, "rows": rows, "peak": peak, "sums": sums}))
"""


def _write_files(folder: Path, case: Case, bars: int) -> None:
    """Minutes of regular and extended hours in New York, on a cent grid, all different."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    days = np.arange(np.datetime64(case.first_day), np.datetime64("2026-01-01"))
    days = days[np.is_busday(days)].astype("datetime64[m]")
    minutes = (days[:, None] + np.arange(60 * case.hours[0], 60 * case.hours[1])).ravel()[: bars // case.files]
    assert len(minutes) == bars // case.files
    for file in range(case.files):
        random = np.random.default_rng(file)
        close = 10_000 + np.cumsum(random.integers(-3, 4, len(minutes))) % 9_000
        opened = close + random.integers(-5, 6, len(close))
        high = np.maximum(close, opened) + random.integers(0, 5, len(close))
        low = np.minimum(close, opened) - random.integers(0, 5, len(close))
        four = zip(("open", "high", "low", "close"), (opened, high, low, close), strict=True)
        numbers = {**{name: cents / 100 for name, cents in four}, "volume": random.integers(1, 100_000, len(close))}
        path = folder / f"FOX{chr(65 + file)}.{case.suffix}"
        if case.suffix == "parquet":
            pyarrow.parquet.write_table(pa.table({"timestamp": minutes.astype("datetime64[us]"), **numbers}), path)
        else:
            stamps = pa.array(minutes.astype("datetime64[s]"))  # written as 2019-01-01 09:30:00
            options = pyarrow.csv.WriteOptions(quoting_style="none")
            pyarrow.csv.write_csv(pa.table({"timestamp": stamps, **numbers}), path, options)


@pytest.mark.parametrize("name", CASES)
def bench_bars_import(report: feature_report.Report, request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    case, bars = CASES[name], 10 * request.config.getoption("--bars")
    _write_files(tmp_path, case, bars)
    found: dict[str, list[dict[str, object]]] = {which: [] for which in case.importers}
    for _ in range(min(report.rounds, 3)):
        for which, results in found.items():
            command = [sys.executable, "-c", IMPORTER, which, str(tmp_path), case.suffix]
            results.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
            assert results[-1]["sums"] == found["ours"][0]["sums"], which
    seconds = {which: statistics.median(float(str(r["seconds"])) for r in results) for which, results in found.items()}
    peaks = {which: max(int(str(r["peak"])) for r in results) for which, results in found.items()}
    rows = [[which, seconds[which], 1e9 * seconds[which] / bars, peaks[which] / 2**20] for which in found]
    report.table(f"import and normalise {bars:,} bars of a minute: {name}", ["", "s", "ns a bar", "peak MiB"], rows)
    for which in case.importers[1:]:
        report.note(f"{which} takes {seconds[which] / seconds['ours']:.1f} times as long")
    assert peaks["ours"] <= PEAK_BYTES_MAX


def _bars(interval: str, sessions: int, *, extras: bool) -> SymbolBars:
    """Every bar of some sessions but one in ten."""
    calendar, length_ns = TradingCalendar(dt.date(2025, 12, 31)), parse_interval(interval)
    random = np.random.default_rng(7)
    opens, closes = calendar.open_ns[-sessions:], calendar.close_ns[-sessions:]
    close_ns = np.concatenate([np.arange(o, c, length_ns) + length_ns for o, c in zip(opens, closes, strict=True)])
    close_ns = close_ns[random.random(len(close_ns)) > 0.1]
    at = np.searchsorted(closes, close_ns)
    close = 10_000 + np.cumsum(random.integers(-1, 2, len(close_ns))) % 5_000
    four = [close + 1, close + 3, close - 2, close]
    ohlcv = np.column_stack([*(cents / 100 for cents in four), random.integers(1, 10_000, len(close)).astype(float)])
    vwap, trades = (ohlcv[:, 0] + 0.005, random.integers(1, 100, len(close))) if extras else (None, None)
    return SymbolBars("FOX", length_ns, close_ns, opens[at], closes[at], ohlcv, vwap, trades)


def _frame(bars: SymbolBars) -> "pl.DataFrame":
    import polars as pl

    columns = dict(zip("ohlcv", np.ascontiguousarray(bars.ohlcv.T), strict=True))
    if bars.vwap is not None and bars.trade_count is not None:
        columns |= {"w": bars.vwap, "n": bars.trade_count}
    return pl.DataFrame({"t": (bars.close_ns - bars.interval_ns).astype("datetime64[ns]"), **columns}).rechunk()


def _by_polars(frame: "pl.DataFrame", every: str) -> "pl.DataFrame":
    import polars as pl

    asked = [pl.first("o"), pl.max("h"), pl.min("l"), pl.last("c"), pl.sum("v")]
    if "w" in frame.columns:
        asked += [((pl.col("w") * pl.col("v")).sum() / pl.col("v").sum()).alias("w"), pl.sum("n")]
    return frame.group_by_dynamic("t", every=every).agg(asked)


# On the grid of UTC, which is polars' own; of intervals that begin with the session it has no notion.
AGGREGATES = {
    "1s to 1m": ("1s", "1m", 200, False),
    "1s to 1m with VWAP and trades": ("1s", "1m", 200, True),
    "1s to 1h": ("1s", "1h", 200, False),
    "1m to 5m": ("1m", "5m", 5_000, False),
    "1m to 1h": ("1m", "1h", 5_000, False),
    "1m to 1d": ("1m", "1d", 5_000, False),
    "1m to 1w": ("1m", "1w", 5_000, False),
}


@pytest.mark.parametrize("name", AGGREGATES)
def bench_bars_aggregate(report: feature_report.Report, name: str) -> None:
    pytest.importorskip("polars", reason="the extra `test` brings polars")
    lower, higher, sessions, extras = AGGREGATES[name]
    bars, interval_ns = _bars(lower, sessions, extras=extras), parse_interval(higher)
    frame, calendar = _frame(bars), TradingCalendar(dt.date(2025, 12, 31))

    def ours() -> SymbolBars:
        return aggregate(bars, interval_ns, anchor="utc", calendar=calendar, until_ns=2**62)

    made, other = ours(), _by_polars(frame, higher)
    np.testing.assert_array_equal(other.select("o", "h", "l", "c", "v").to_numpy(), made.ohlcv)
    if interval_ns < DAY_NS:
        starts = other["t"].to_numpy().astype(np.int64)
        np.testing.assert_array_equal(np.minimum(starts + interval_ns, made.session_close_ns), made.close_ns)
    if made.vwap is not None and made.trade_count is not None:
        np.testing.assert_allclose(made.vwap, other["w"].to_numpy(), rtol=1e-12)
        np.testing.assert_array_equal(made.trade_count, other["n"].to_numpy())

    def timed(work: Callable[[], object]) -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    seconds = report.medians({"ours": lambda: timed(ours), "polars": lambda: timed(lambda: _by_polars(frame, higher))})
    rows = [[which, 1e3 * value, 1e9 * value / len(bars)] for which, value in seconds.items()]
    report.table(f"{name}: {len(bars):,} bars to {len(made):,}", ["", "ms", "ns a bar"], rows)
    report.note(f"polars takes {seconds['polars'] / seconds['ours']:.2f} times as long")
