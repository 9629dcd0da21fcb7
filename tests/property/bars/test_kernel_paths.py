"""Plain rows take a quick way into the store's arrays; it gives what the way for any rows gives, to the bit."""

import contextlib
import datetime as dt
import gzip
from collections.abc import Iterator
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foxml.bars import csv, normalise, plain_csv
from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import RESEARCH, STRICT, Cleaning
from foxml.bars.raw import RawBars
from foxml.bars.sources import files
from foxml.bars.tables import Layout
from foxml.bars.timeframes import parse_interval
from foxml.errors import DataError

MINUTE = parse_interval("1m")
# The week of a half-day (2023-11-24) and the weekend on which the clocks change (2025-03-09).
ANCHORS = [int(np.datetime64(day, "ns").astype(np.int64)) for day in ("2023-11-22", "2025-03-06")]
CLEANINGS = [
    STRICT,
    RESEARCH,
    Cleaning(hours="extended"),
    Cleaning(off_grid="floor", conflicts="last"),
    Cleaning(off_grid="error", zero_volume="drop"),
    Cleaning(missing="fill", stale="drop", stale_repeats_min=1),
]
FILES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


@contextlib.contextmanager
def without(module: object, name: str) -> Iterator[None]:
    """Take the quick way away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, lambda *_, **__: None)
        yield


def same(one: object, other: object) -> None:
    """Every field of two results is the same, arrays to the bit."""
    assert type(one) is type(other)
    for field in fields(one):  # type: ignore[arg-type]
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
            assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), field.name
        else:
            assert a == b, field.name


def outcome(work: object) -> tuple[object, str]:
    """What comes of a call: a result, or what an error says."""
    try:
        return work(), ""  # type: ignore[operator]
    except DataError as error:
        return None, str(error)


@st.composite
def rows(draw: st.DrawFn) -> tuple[RawBars, int]:
    """Rows that are mostly as they should be; steps of half an interval lie off the grid, now and then one repeats."""
    interval_ns = draw(st.sampled_from([parse_interval(name) for name in ("1m", "5m", "30m", "1h")]))
    least = draw(st.sampled_from([0, 1]))
    steps = draw(st.lists(st.integers(least, 40), min_size=1, max_size=50))
    unit_ns = interval_ns // draw(st.sampled_from([1, 1, 1, 2]))
    begin_ns = draw(st.sampled_from(ANCHORS)) + draw(st.integers(0, 2000)) * MINUTE
    start_ns = begin_ns + np.cumsum(np.array(steps, dtype=np.int64)) * unit_ns
    cents = st.integers(1, 500)
    found = []
    for _ in steps:
        four = [draw(cents) / 100 for _ in range(4)]
        found.append([four[0], max(four), min(four), four[3], draw(st.integers(0, 3))])
    ohlcv = np.array(found, dtype=np.float64)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1]))):
        value = draw(st.sampled_from([np.nan, np.inf, 0.0, -1.0, 1e6]))
        ohlcv[draw(st.integers(0, len(steps) - 1)), draw(st.integers(0, 4))] = value
    vwap, count = (ohlcv[:, 0], np.arange(len(steps))) if draw(st.booleans()) else (None, None)
    return RawBars("FOX", "FOX.csv", start_ns, ohlcv, np.arange(2, len(steps) + 2), vwap, count), interval_ns


@given(rows(), st.sampled_from(CLEANINGS))
@settings(max_examples=250, deadline=None)
def test_rows_are_placed_alike(case: tuple[RawBars, int], cleaning: Cleaning) -> None:
    """Bars, marks, counts by reason and errors, whichever way rows go."""
    raw, interval_ns = case
    found, error = outcome(lambda: normalise.clean(raw, calendar(), interval_ns, cleaning))
    with without(normalise, "place_rows"):
        expected, expected_error = outcome(lambda: normalise.clean(raw, calendar(), interval_ns, cleaning))
    assert error == expected_error
    if isinstance(found, normalise.Normalised):
        assert isinstance(expected, normalise.Normalised)
        same(found.bars, expected.bars)
        assert found.marks.tobytes() == expected.marks.tobytes()
        assert asdict(found.report) == asdict(expected.report)
        assert list(found.report.dropped) == list(expected.report.dropped)


NUMBERS = st.one_of(
    st.integers(1, 10**6).map(lambda cents: f"{cents / 100:.2f}"),
    st.floats(1e-6, 1e12).map(repr),
    st.decimals(0, 10**6, places=17, allow_nan=False).map(str),
    st.integers(0, 10**20).map(str),
    st.sampled_from(["5.", ".5", "007", "1e3", "2.5E-2", "123456789012345", "1234567.12345678", "0.1"]),
)
ODD = ["", " 1", "1 ", "+1", "nan", "x", '"1"', "1.2.3", "1,1", "-1", "1e999", "\u0661", "1e-400", "0x1p3"]
TIMES = {
    "iso": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f"],
    "offset": ["%Y-%m-%d %H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d %H:%M:%S.%f-0500", "%Y-%m-%dT%H:%M:%S-05"],
    "s": ["%s"],
}
ODD_TIMES = [
    "",
    "2024-02-30 10:00:00",
    "2024-01-02",
    "1850-01-01 10:00",
    "2024-01-02 10:00:00Z",
    "2024-01-02 25:00",
    "x",
]
ODD_SYMBOLS = ["", " FOX", "FOX ", '"FOX"', "F\u00c4X", "a b", "'"]


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, Layout]:
    """Text of a CSV table, nearly always well formed, with its columns in any order."""
    kind = draw(st.sampled_from(sorted(TIMES)))
    form = draw(st.sampled_from(TIMES[kind]))
    names = ["timestamp", "open", "high", "low", "close", "volume"]
    names += draw(st.lists(st.sampled_from(["vwap", "trade_count", "spare", "symbol"]), unique=True))
    names = draw(st.permutations(names))
    moment, lines = dt.datetime(2024, 1, 2, 9, 30), []
    for _ in range(draw(st.integers(0, 12))):
        moment += dt.timedelta(minutes=draw(st.integers(1, 2000)))
        label = form.replace("%s", str(int((moment - dt.datetime(1970, 1, 1)).total_seconds())))
        cells = {name: draw(NUMBERS) for name in names}
        cells |= {
            "timestamp": moment.strftime(label),
            "trade_count": str(draw(st.integers(0, 99))),
            "spare": "some text",
        }
        if draw(st.integers(0, 3)) == 0:
            cells["vwap"] = ""
        lines.append([cells[name] for name in names])
    if lines and draw(st.integers(0, 3)) == 0:
        column = draw(st.integers(0, len(names) - 1))
        odd = {"timestamp": ODD_TIMES, "symbol": ODD_SYMBOLS}.get(names[column], ODD)
        lines[draw(st.integers(0, len(lines) - 1))][column] = draw(st.sampled_from(odd))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    header = ",".join(f'"{name}"' if draw(st.booleans()) else name for name in names)
    text = end.join([header, *(",".join(cells) for cells in lines)]) + draw(st.sampled_from(["", end, end, end + end]))
    layout = Layout(
        draw(st.sampled_from(["America/New_York", "UTC"])),
        label=draw(st.sampled_from(["start", "end"])),
        time_unit="s" if kind == "s" else "iso",
        price_per_dollar=draw(st.sampled_from([1.0, 100.0])),
        volume_shares=draw(st.sampled_from([1.0, 100.0])),
    )
    return text.encode(), layout


@given(tables(), st.sampled_from([200, 1 << 20]), st.booleans())
@FILES
def test_lines_are_read_alike(tmp_path: Path, table: tuple[bytes, Layout], block_bytes: int, is_gzip: bool) -> None:
    """Wherever a block of the file ends, and whatever stands in it: the same bars or the same error."""
    text, layout = table
    symbol = "GIVEN" if len(text) % 3 == 0 else None
    path = tmp_path / ("FOX.csv.gz" if is_gzip else "FOX.csv")
    path.write_bytes(gzip.compress(text, 1) if is_gzip else text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_csv, "_BLOCK_BYTES", block_bytes)
        found, error = outcome(lambda: csv.read_csv(path, layout, interval_ns=MINUTE, symbol=symbol))
    with without(csv, "read_plain"):
        expected, expected_error = outcome(lambda: csv.read_csv(path, layout, interval_ns=MINUTE, symbol=symbol))
    assert error == expected_error
    if isinstance(found, list):
        assert isinstance(expected, list)
        for one, other in zip(found, expected, strict=True):
            same(one, other)


@given(tables())
@FILES
def test_parquet_is_read_alike(tmp_path: Path, table: tuple[bytes, Layout]) -> None:
    """Columns of whole and of broken numbers, with and without anything missing, times of every unit."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    text, layout = table
    path = tmp_path / "FOX.parquet"
    try:
        arrow = pa.csv.read_csv(pa.BufferReader(text))
    except pa.ArrowException:
        return
    unit = ["s", "ms", "us", "ns"][len(text) % 4]
    place = arrow.column_names.index("timestamp") if "timestamp" in arrow.column_names else -1
    if place >= 0 and pa.types.is_timestamp(arrow["timestamp"].type):
        kind = pa.timestamp(unit, arrow["timestamp"].type.tz)
        arrow = arrow.set_column(place, "timestamp", arrow["timestamp"].cast(kind, safe=False))
    pa.parquet.write_table(arrow, path, row_group_size=5)
    found, error = outcome(lambda: files.read_file(path, layout, interval_ns=MINUTE))
    with without(files, "read_plain_parquet"):
        expected, expected_error = outcome(lambda: files.read_file(path, layout, interval_ns=MINUTE))
    assert error == expected_error
    if isinstance(found, list):
        assert isinstance(expected, list)
        for one, other in zip(found, expected, strict=True):
            same(one, other)


def test_the_last_bit_counts() -> None:
    """The canary: a comparison that lets one bit pass would let a wrong kernel pass."""
    ohlcv = np.full((1, 5), 0.1)
    raw = RawBars("FOX", "FOX.csv", np.array([0]), ohlcv, np.array([2]))
    same(raw, RawBars("FOX", "FOX.csv", np.array([0]), ohlcv.copy(), np.array([2])))
    with pytest.raises(AssertionError, match="ohlcv"):
        same(raw, RawBars("FOX", "FOX.csv", np.array([0]), np.nextafter(ohlcv, 1.0), np.array([2])))
