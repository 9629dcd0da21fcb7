"""The compiled kernels as Python calls them: they are used, refuse what does not fit, and grow where they must."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml import _core
from foxml.bars import csv, kernel, normalise, plain_csv
from foxml.bars.calendar import TradingCalendar
from foxml.bars.raw import RawBars
from foxml.bars.sources import files
from foxml.bars.tables import Layout

MINUTE_NS = 60 * 10**9
HEADER = '"timestamp",open,high,low,close,volume'
LINES = [f"2024-01-02 10:{minute:02}:00,{minute + 1},{minute + 3},0.5,{minute + 2}.25,100" for minute in range(60)]
LAYOUT = Layout("America/New_York")


def _never(*_: object, **__: object) -> None:
    raise AssertionError("a plain table was left to a slower reader")


def test_plain_files_take_the_quick_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise all else could be right, and an import several times slower."""
    import pyarrow.csv
    import pyarrow.parquet

    path = tmp_path / "FOX.csv"
    path.write_text("\n".join([HEADER, *LINES]))
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(path), tmp_path / "FOX.parquet")
    monkeypatch.setattr(csv, "_read_fast", _never)
    monkeypatch.setattr(files, "_parquet_table", _never)
    monkeypatch.setattr(normalise, "_placed_by_policy", _never)
    calendar = TradingCalendar(dt.date(2025, 12, 31))
    for name, first_row in (("FOX.csv", 2), ("FOX.parquet", 1)):
        (raw,) = files.read_file(tmp_path / name, LAYOUT, interval_ns=MINUTE_NS)
        assert (raw.row[0], raw.row[-1]) == (first_row, first_row + 59)
        bars, _ = normalise.normalise(raw, calendar, MINUTE_NS)
        assert bars.ohlcv[59].tolist() == [60.0, 62.0, 0.5, 61.25, 100.0]


def test_a_table_of_more_rows_than_estimated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The estimate comes from the first lines; the others may be shorter."""
    path = tmp_path / "FOX.csv"
    path.write_text("\n".join([HEADER + ",vwap,trade_count", *(f"{line},1.5,3" for line in LINES)]))
    monkeypatch.setattr(plain_csv, "_rows_within", lambda *_: 1)
    (raw,) = csv.read_csv(path, LAYOUT, interval_ns=MINUTE_NS)
    assert raw.ohlcv[:, 0].tolist() == list(range(1, 61))
    assert raw.vwap is not None
    assert raw.trade_count is not None
    assert (raw.vwap.tolist(), raw.trade_count.tolist()) == ([1.5] * 60, [3] * 60)


def test_no_more_rows_are_read_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "FOX.csv"
    path.write_text("\n".join([HEADER, *LINES, "what is behind them is not looked at"]))
    (raw,) = csv.read_csv(path, LAYOUT, interval_ns=MINUTE_NS, rows=7)
    assert raw.ohlcv[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_line_longer_than_a_block_is_left_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "FOX.csv"
    path.write_text("\n".join([HEADER + ",spare", *(f"{line},{'x' * 100}" for line in LINES)]))
    monkeypatch.setattr(plain_csv, "_BLOCK_BYTES", 64)
    (raw,) = csv.read_csv(path, LAYOUT, interval_ns=MINUTE_NS)
    assert len(raw) == 60


def test_arrays_that_do_not_fit_are_refused() -> None:
    """A wrong shape or type is an error; nothing is written past an array's end, or into a copy of it."""
    text = np.frombuffer(b"1,1,1,1,1,1\n", np.uint8)
    columns = list(range(1, 7))
    time_ns, ohlcv = np.empty(1, np.int64), np.empty((1, 5))
    assert _core.csv_rows(text, 12, columns, 2, 0, time_ns, ohlcv, None, None, None, []) == (1, 12, True, [])
    for changed in (
        {"ohlcv": np.empty((1, 4))},
        {"columns": [1, 2, 3, 4, 5, 5]},
        {"columns": [1, 2, 3, 4, 5, 10]},
        {"columns": [*columns, 9]},
        {"columns": [*columns, 7]},
        {"first_row": 2},
        {"text_bytes": 13},
        {"form": 3},
        {"vwap": np.empty(1)},
    ):
        given = {
            "text": text, "text_bytes": 12, "columns": columns, "form": 2, "first_row": 0, "time_ns": time_ns,
            "ohlcv": ohlcv, "vwap": None, "trade_count": None, "symbol": None, "symbols": [],
        }  # fmt: skip
        with pytest.raises(ValueError, match=r".+"):
            _core.csv_rows(**{**given, **changed})  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        _core.csv_rows(text, 12, columns, 2, 0, time_ns.astype(np.int32), ohlcv, None, None, None, [])  # type: ignore[arg-type]
    bars, first = np.ones((3, 5)), np.array([0, 2])
    assert kernel.group_bars(bars, None, None, first)[0][:, 4].tolist() == [2.0, 1.0]
    for wrong in ([1, 2], [0, 0], [0, 3], [], [0, -1]):
        with pytest.raises(ValueError, match="first"):
            kernel.group_bars(bars, None, None, np.array(wrong, np.int64))
    with pytest.raises(ValueError, match="vwap"):
        kernel.group_bars(bars, np.ones(2), None, first)
    with pytest.raises(ValueError, match="interval_ns"):
        _core.place_rows(time_ns, ohlcv, None, None, first, first, 0, 1, 86_400 * 10**9)


def test_rows_are_left_as_they_were() -> None:
    """What is kept is a copy: whoever holds the rows still has all of them, and may change them."""
    start_ns = np.array([0, 60, 120], np.int64)
    raw = RawBars("FOX", "FOX.csv", start_ns, np.ones((3, 5)), np.arange(3))
    placed = kernel.place_rows(
        raw.start_ns, raw.ohlcv, None, None,
        open_ns=np.array([60], np.int64), close_ns=np.array([180], np.int64), covered_ns=(60, 180), interval_ns=60,
    )  # fmt: skip
    assert placed is not None
    assert (placed.close_ns.tolist(), placed.outside) == ([120, 180], 1)
    placed.ohlcv[:] = 7.0
    assert (raw.ohlcv == 1.0).all()
