"""One protocol for every source: found by name, from another package, and the same bars from every kind of file."""

import datetime as dt
import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from foxml.bars import sources
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import read_csv
from foxml.bars.frames import from_pandas, from_polars, to_pandas, to_polars
from foxml.bars.normalise import normalise
from foxml.bars.raw import RawBars
from foxml.bars.sources.files import FileSource, read_file
from foxml.bars.tables import Layout
from foxml.errors import DataError

MINUTE = 60 * 10**9
ROWS = [
    ("2024-01-02 09:30:00", 10.0, 11.0, 9.0, 10.5, 100, 10.25, 7),
    ("2024-01-02 09:31:00", 10.5, 12.0, 10.0, 11.0, 200, 11.5, 9),
    ("2024-07-02 09:30:00", 10.5, 12.0, 10.0, 11.0, 300, 11.0, 1),
]
NAMES = ["timestamp", "open", "high", "low", "close", "volume", "vwap", "trade_count"]
NEW_YORK = Layout("America/New_York")

PLUGIN = """
import numpy as np
from foxml.bars.raw import RawBars
from foxml.bars.store import BarMarks


class Moon:
    name = "moon"
    marks = BarMarks("moon", "crater", "utc")

    def __init__(self, base=10.0):
        self.base = base

    def symbols(self):
        return ["FOX"]

    def fetch(self, symbol, interval, start_ns=None, end_ns=None):
        ohlcv = np.full((1, 5), self.base)
        return RawBars(symbol, "moon", np.array([0]), ohlcv, np.array([0]))


def not_a_source():
    return 7
"""


def _frame() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=NAMES)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"])
    return frame


def _expected() -> RawBars:
    start = np.array(["2024-01-02T14:30", "2024-01-02T14:31", "2024-07-02T13:30"], dtype="datetime64[ns]")
    values = [list(row[1:6]) for row in ROWS]
    vwap, trades = np.array([row[6] for row in ROWS]), np.array([row[7] for row in ROWS])
    return RawBars("FOX", "", start.astype(np.int64), np.array(values), np.arange(3), vwap, trades)


def _same(raw: RawBars, expected: RawBars) -> None:
    assert raw.symbol == expected.symbol
    np.testing.assert_array_equal(raw.start_ns, expected.start_ns)
    np.testing.assert_array_equal(raw.ohlcv, expected.ohlcv)
    np.testing.assert_array_equal(raw.vwap, expected.vwap)
    np.testing.assert_array_equal(raw.trade_count, expected.trade_count)


def _written(folder: Path, kind: str) -> Path:
    path = folder / f"FOX.{kind}"
    frame = _frame()
    text = frame.to_csv(index=False)
    if kind == "csv":
        path.write_text(text)
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        h5py = pytest.importorskip("h5py", reason="the extra `hdf5` brings h5py")
        with h5py.File(path, "w") as file:
            for name in NAMES[1:]:
                file[f"bars/{name}"] = frame[name].to_numpy()
            file["bars/timestamp"] = [str(row[0]).encode() for row in ROWS]
    return path


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "h5"])
def test_every_kind_of_file_gives_the_same_bars(kind: str, tmp_path: Path) -> None:
    path = _written(tmp_path, kind)
    (raw,) = read_file(path, NEW_YORK, interval_ns=MINUTE)
    _same(raw, _expected())
    source = sources.open_source("files", paths=[tmp_path], layout=NEW_YORK)
    assert (source.name, list(source.symbols())) == ("files", ["FOX"])
    part = source.fetch("FOX", "1m", start_ns=int(raw.start_ns[1]), end_ns=int(raw.start_ns[2]))
    assert part.start_ns.tolist() == [raw.start_ns[1]]
    with pytest.raises(DataError, match="expected one file with bars of DOG, found none of 1 files"):
        source.fetch("DOG", "1m")


@pytest.mark.parametrize("kind", ["parquet", "h5"])
def test_a_damaged_file_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    path = _written(tmp_path, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=f"FOX.{kind}: not a"):
        read_file(path, NEW_YORK, interval_ns=MINUTE)
    path.unlink()
    with pytest.raises(DataError, match="no such file"):
        read_file(path, NEW_YORK, interval_ns=MINUTE)


def test_records_of_hdf5_are_a_table(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="the extra `hdf5` brings h5py")
    path = tmp_path / "FOX.hdf5"
    seconds = _expected().start_ns // 10**9
    kinds = [("timestamp", "i8"), *((name, "f8") for name in NAMES[1:])]
    with h5py.File(path, "w") as file:
        file["bars"] = np.array([(at, *row[1:]) for at, row in zip(seconds, ROWS, strict=True)], dtype=kinds)
    (raw,) = read_file(path, Layout("UTC", time_unit="s"), interval_ns=MINUTE)
    _same(raw, _expected())
    with h5py.File(path, "a") as file:
        file["more"] = np.array([(1, 2)], dtype=[("a", "i8"), ("b", "i8")])
    with pytest.raises(DataError, match="expected one table"):
        read_file(path, Layout("UTC", time_unit="s"), interval_ns=MINUTE)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("indexed", [False, True])
def test_frames_of_pandas_in_every_unit(unit: str, indexed: bool) -> None:
    """pandas 2 keeps times in nanoseconds and pandas 3 in microseconds: the moments are the same."""
    frame = _frame()
    frame["timestamp"] = frame["timestamp"].astype(f"datetime64[{unit}]")
    if indexed:
        frame = frame.set_index("timestamp")
    (raw,) = from_pandas(frame, interval_ns=MINUTE, symbol="FOX", layout=NEW_YORK)
    _same(raw, _expected())
    if indexed:
        aware = frame.tz_localize("America/New_York")
        assert aware.index.dtype == f"datetime64[{unit}, America/New_York]"
        (raw,) = from_pandas(aware, interval_ns=MINUTE, symbol="FOX")
        _same(raw, _expected())


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_frames_of_polars_in_every_unit(unit: str) -> None:
    polars = pytest.importorskip("polars", reason="the extra `test` brings polars")
    times = _expected().start_ns.astype("datetime64[ns]").astype(f"datetime64[{unit}]")
    frame = polars.DataFrame({**{n: [r[k] for r in ROWS] for k, n in enumerate(NAMES)}, "timestamp": times})
    frame = frame.with_columns(symbol=polars.lit("FOX"))
    (raw,) = from_polars(frame, interval_ns=MINUTE)
    _same(raw, _expected())


def test_back_to_frames(tmp_path: Path) -> None:
    """What goes back is what came, with the moment at which each bar closed."""
    bars, _ = normalise(_expected(), TradingCalendar(dt.date(2024, 12, 31)), MINUTE)
    frame = to_pandas(bars)
    assert frame.index.astype("datetime64[ns, UTC]").astype("int64").tolist() == bars.close_ns.tolist()
    np.testing.assert_array_equal(frame[["open", "high", "low", "close", "volume"]].to_numpy(), bars.ohlcv)
    polars = pytest.importorskip("polars", reason="the extra `test` brings polars")
    other = to_polars(bars)
    assert other["close_time"].dt.timestamp("ns").to_list() == bars.close_ns.tolist()
    assert other["vwap"].to_list() == [10.25, 11.5, 11.0]
    assert other.schema["trade_count"] == polars.Int64
    (again,) = from_polars(other.rename({"close_time": "timestamp"}), interval_ns=MINUTE, layout=Layout("UTC", "end"))
    _same(again, _expected())


def test_units_are_turned_into_dollars_and_shares(tmp_path: Path) -> None:
    """16742 cents are exactly the double 167.42, and three lots are 300 shares."""
    path = tmp_path / "FOX.csv"
    path.write_text("t,open,high,low,close,volume\n1704205800000,16742,16743,16741,16742,3\n")
    layout = Layout("UTC", columns={"timestamp": "t"}, time_unit="ms", price_per_dollar=100, volume_shares=100)
    (raw,) = read_csv(path, layout, interval_ns=MINUTE)
    assert raw.ohlcv.tolist() == [[167.42, 167.43, 167.41, 167.42, 300.0]]
    assert raw.start_ns.tolist() == [1_704_205_800_000_000_000]
    for wrong, message in [
        ({"price_per_dollar": 0.0}, "price_per_dollar: expected a positive number, found 0"),
        ({"time_unit": "weeks"}, "time unit 'weeks'"),
        ({"columns": {"price": "p"}}, "unknown column 'price'"),
    ]:
        with pytest.raises(DataError, match=message):
            Layout("UTC", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="low"), "frame: missing column 'low'"),
        (lambda f: f.assign(low=["a", "b", "c"]), "frame: low: expected numbers, found"),
        (lambda f: f.assign(low=[1.0, None, 2.0]), "frame:1: low: expected a number, found nothing"),
        (lambda f: f.assign(timestamp=[1, 2, 3]), "frame: timestamp: expected dates and times, found int64"),
        (lambda f: f.assign(trade_count=[1, -2, 3]), "frame:1: trade_count: expected a number of trades, found -2"),
        (lambda f: f.assign(timestamp=pd.to_datetime(["2024-01-02", None, "2024-01-04"])), "frame:1: timestamp"),
        (lambda f: f.assign(low=[1, "x", None]), "frame: a column holds values of several kinds"),
        (lambda f: f.iloc[:0], "no rows"),
    ],
)
def test_a_bad_frame_is_refused(change: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        from_pandas(change(_frame()), interval_ns=MINUTE, symbol="FOX")  # type: ignore[operator]
    with pytest.raises(DataError, match="no symbol"):
        from_pandas(_frame(), interval_ns=MINUTE)


def _installed(folder: Path, **sources_of: str) -> None:
    """Lay out a package as an installer does."""
    (folder / "moonbars.py").write_text(PLUGIN)
    info = folder / "moonbars-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: moonbars\nVersion: 1.0\n")
    points = "".join(f"{name} = {value}\n" for name, value in sources_of.items())
    (info / "entry_points.txt").write_text(f"[foxml.sources]\n{points}")


def test_a_source_of_ones_own_is_found(tmp_path: Path) -> None:
    """A real entry point of an installed package, in a process of its own."""
    _installed(tmp_path, moon="moonbars:Moon")
    script = (
        f"import sys; sys.path.append({str(tmp_path)!r})\n"
        "from foxml.bars.sources import open_source, source_names\n"
        "source = open_source('moon', base=3.0)\n"
        "print(source_names(), source.marks.vendor, source.symbols(), source.fetch('FOX', '1m').ohlcv[0, 0])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "'files', 'moon'" in done.stdout
    assert done.stdout.endswith("moon ['FOX'] 3.0\n")


def test_what_is_no_source_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(
        tmp_path, moon="moonbars:Moon", seven="moonbars:not_a_source", gone="nowhere:Source", files="moonbars:Moon"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name, options, message in [
        ("mars", {}, "unknown source 'mars'; expected one of .*files"),
        ("seven", {}, "gives no source"),
        ("gone", {}, "nowhere:Source cannot be loaded"),
        ("moon", {"height": 3}, "source 'moon': .*height"),
    ]:
        with pytest.raises(DataError, match=message):
            sources.open_source(name, **options)
    # Ours cannot be taken by another package.
    assert isinstance(sources.open_source("files", paths=[]), FileSource)
