"""Import of 10,000,000 one-minute bars beside pandas, and seconds to minutes beside polars; equal first."""

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path

import feature_report
import numpy as np
import pytest

from foxml.bars.aggregate import aggregate
from foxml.bars.calendar import TradingCalendar
from foxml.domain.bars import SymbolBars

MINUTE_NS = 60 * 10**9
FILES = 20
PEAK_BYTES_MAX = 2 << 30

# Each importer runs in a process of its own, so that the peak of memory is its own. Both read CSV, put times into UTC,
# check the rows, keep those of regular sessions, and give each bar its close and its session.
IMPORTER = """
import datetime as dt, json, sys, time
from pathlib import Path
import numpy as np
from foxml.bars.calendar import TradingCalendar
which, folder = sys.argv[1], Path(sys.argv[2])
calendar = TradingCalendar(dt.date(2025, 12, 31))
minute = 60 * 10**9


def ours(path):
    from foxml.bars.csv import CsvFormat, read_csv
    from foxml.bars.normalise import normalise
    (raw,) = read_csv(path, CsvFormat("America/New_York"), interval_ns=minute)
    bars, _ = normalise(raw, calendar, minute)
    return bars.close_ns, bars.session_open_ns, bars.ohlcv


def pandas(path):
    import pandas as pd
    frame = pd.read_csv(path, parse_dates=["timestamp"])
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
    frame["close_time"] = (frame["start"] + pd.Timedelta(minutes=1)).clip(upper=frame["session_close"])
    frame = frame[frame["start"].dt.second == 0]
    values = frame[["open", "high", "low", "close", "volume"]].to_numpy("float64")
    return frame["close_time"].astype("int64").to_numpy(), frame["session_open"].astype("int64").to_numpy(), values


work = {"ours": ours, "pandas": pandas}[which]
files = sorted(folder.glob("*.csv"))
work(files[0])
seconds, rows, sums = 0.0, 0, []
for path in files:
    made = []
    begun = time.process_time()
    close_ns, open_ns, ohlcv = work(path)
    rows += len(close_ns)
    made.append((close_ns, open_ns, ohlcv))
    seconds += time.process_time() - begun
    # Outside of the time: whole numbers of cents, so that no order of a sum and no last bit of a parser counts.
    (close_ns, open_ns, ohlcv), = made
    cents = np.rint(ohlcv * 100).astype(np.int64)
    assert np.abs(ohlcv * 100 - cents).max() < 1e-6 * cents.max()
    place = np.arange(len(cents))[:, None]
    placed = (cents * place).sum(axis=0).tolist()
    sums.append([int(close_ns.sum()), int(open_ns.sum()), cents.sum(axis=0).tolist(), placed])
    del made, close_ns, open_ns, ohlcv, cents, place
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
print(json.dumps({"seconds": seconds, "rows": rows, "peak": peak, "sums": sums}))
"""


def _write_files(folder: Path, bars: int) -> None:
    """Minutes of regular and extended hours in New York, on a cent grid, all different."""
    import pyarrow as pa
    import pyarrow.csv

    per_file = bars // FILES
    days = np.arange(np.datetime64("2019-01-01"), np.datetime64("2026-01-01"))
    days = days[np.is_busday(days)].astype("datetime64[m]")
    minutes = (days[:, None] + np.arange(9 * 60, 17 * 60)).ravel()[:per_file]
    for file in range(FILES):
        random = np.random.default_rng(file)
        close = 10_000 + np.cumsum(random.integers(-3, 4, len(minutes))) % 9_000
        opened = close + random.integers(-5, 6, len(close))
        high = np.maximum(close, opened) + random.integers(0, 5, len(close))
        low = np.minimum(close, opened) - random.integers(0, 5, len(close))
        prices = {n: c / 100 for n, c in zip(("open", "high", "low", "close"), (opened, high, low, close), strict=True)}
        text = [f"{t[:10]} {t[11:]}:00" for t in np.datetime_as_string(minutes).tolist()]
        table = pa.table({"timestamp": text, **prices, "volume": random.integers(1, 100_000, len(close))})
        pyarrow.csv.write_csv(
            table, folder / f"FOX{chr(65 + file)}.csv", pyarrow.csv.WriteOptions(quoting_style="none")
        )


def bench_bars_import(report: feature_report.Report, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    bars = 10 * request.config.getoption("--bars")
    _write_files(tmp_path, bars)
    found: dict[str, list[dict[str, object]]] = {"ours": [], "pandas": []}
    for _ in range(min(report.rounds, 3)):
        for which, results in found.items():
            done = subprocess.run(
                [sys.executable, "-c", IMPORTER, which, str(tmp_path)], capture_output=True, text=True, check=True
            )
            results.append(json.loads(done.stdout))
            assert results[-1]["sums"] == found["ours"][0]["sums"], which
    seconds = {
        which: sorted(float(str(r["seconds"])) for r in results)[len(results) // 2] for which, results in found.items()
    }
    peaks = {which: max(int(str(r["peak"])) for r in results) for which, results in found.items()}
    rows = [[which, seconds[which], 1e9 * seconds[which] / bars, peaks[which] / 2**20] for which in found]
    report.table(f"import and normalise {bars:,} bars of a minute", ["", "s", "ns a bar", "peak MiB"], rows)
    report.note(f"pandas takes {seconds['pandas'] / seconds['ours']:.1f} times as long")
    assert peaks["ours"] <= PEAK_BYTES_MAX


def _seconds(sessions: int) -> SymbolBars:
    """Every second of some sessions but one in ten."""
    calendar = TradingCalendar(dt.date(2025, 12, 31))
    random = np.random.default_rng(7)
    opens, closes = calendar.open_ns[-sessions:], calendar.close_ns[-sessions:]
    close_ns = np.concatenate([np.arange(o + 10**9, c + 1, 10**9) for o, c in zip(opens, closes, strict=True)])
    close_ns = close_ns[random.random(len(close_ns)) > 0.1]
    at = np.searchsorted(closes, close_ns)
    close = 10_000 + np.cumsum(random.integers(-1, 2, len(close_ns))) % 5_000
    four = [close + 1, close + 3, close - 2, close]
    ohlcv = np.column_stack([*(cents / 100 for cents in four), random.integers(1, 10_000, len(close)).astype(float)])
    return SymbolBars("FOX", 10**9, close_ns, opens[at], closes[at], ohlcv)


def bench_bars_aggregate(report: feature_report.Report) -> None:
    polars = pytest.importorskip("polars", reason="the extra `test` brings polars")
    bars = _seconds(200)
    frame = polars.DataFrame(
        {"t": (bars.close_ns - 10**9).astype("datetime64[ns]"), **dict(zip("ohlcv", bars.ohlcv.T, strict=True))}
    )
    frame = frame.rechunk()

    def theirs() -> object:
        return frame.group_by_dynamic("t", every="1m").agg(
            polars.first("o"), polars.max("h"), polars.min("l"), polars.last("c"), polars.sum("v")
        )

    made = aggregate(bars, MINUTE_NS)
    other = theirs()
    np.testing.assert_array_equal(other.select("o", "h", "l", "c", "v").to_numpy(), made.ohlcv)  # type: ignore[attr-defined]
    assert (other["t"].to_numpy().astype(np.int64) + MINUTE_NS).tolist() == made.close_ns.tolist()  # type: ignore[index]

    def timed(work: object) -> float:
        begun = time.process_time()
        work()  # type: ignore[operator]
        return time.process_time() - begun

    seconds = report.medians(
        {"ours": lambda: timed(lambda: aggregate(bars, MINUTE_NS)), "polars": lambda: timed(theirs)}
    )
    rows = [[name, value, 1e9 * value / len(bars)] for name, value in seconds.items()]
    report.table(f"{len(bars):,} seconds to {len(made):,} minutes", ["", "s", "ns a bar"], rows)
    report.note(f"polars takes {seconds['polars'] / seconds['ours']:.2f} times as long")
