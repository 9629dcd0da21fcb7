"""Whatever is wrong with a file: an error that names it, and a store that is as it was."""

import datetime as dt
import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.normalise import QualityReport
from foxml.bars.store import BarMarks, BarStore
from foxml.bars.timeframes import interval_name, parse_interval
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

HEADER = "timestamp,open,high,low,close,volume"
GOOD = ["2024-01-02 10:00:00,10,11,9,10.5,100", "2024-01-02 11:00:00,10.5,12,10,11,200"]


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


def _import(path: Path, store: BarStore, calendar: TradingCalendar, timezone: str = "America/New_York") -> None:
    import_files(
        [path],
        store=store,
        calendar=calendar,
        interval="1h",
        layout=CsvFormat(timezone),
        marks=BarMarks("vendor", "sip", "utc"),
    )


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "not a CSV table"),
        ([HEADER], "the file has a header and no rows"),
        ([HEADER.replace(",volume", ""), "2024-01-02 10:00:00,10,11,9,10.5"], "missing column 'volume'"),
        ([HEADER, GOOD[1], GOOD[0]], ":3: BAD: an earlier time than the row before it"),
        ([HEADER, GOOD[0], GOOD[0]], ":3: BAD: the same time as the row before it"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,-1,12,-1,11,200"], ":3: BAD: a price is not positive"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,10,9,11,10,200"], ":3: BAD: high is below low"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,13,12,10,11,200"], ":3: BAD: high is below open or close"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,10,12,10.5,11,200"], ":3: BAD: low is above open or close"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,nan,12,10,11,200"], ":3: BAD: a value is missing or not finite"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,10,12,10,11,-5"], ":3: BAD: volume is negative"),
        ([HEADER, GOOD[0], "2024-01-02 11:00:00,10,12,10,,5"], ":3: close: expected a number, found ''"),
        ([HEADER, "yesterday,10,11,9,10.5,100"], ":2: timestamp: expected a date and time, found 'yesterday'"),
        ([HEADER, "2024-03-10 02:30:00,10,11,9,10.5,100"], "does not exist, or exists twice, in America/New_York"),
        ([HEADER, "1970-01-02 10:00:00,10,11,9,10.5,100"], "lies outside the calendar"),
        ([HEADER, "2024-01-01 10:00:00,10,11,9,10.5,100"], "none of 1 rows lies in a regular session"),
    ],
)
def test_bad_file_is_refused_and_nothing_stored(
    lines: list[str], message: str, calendar: TradingCalendar, tmp_path: Path
) -> None:
    store = BarStore(tmp_path / "store")
    good = tmp_path / "GOOD.csv"
    good.write_text("\n".join([HEADER, *GOOD]))
    _import(good, store, calendar)
    before = _contents(tmp_path / "store")
    bad = tmp_path / "BAD.csv"
    bad.write_text("\n".join(lines))
    with pytest.raises(DataError) as caught:
        _import(bad, store, calendar)
    assert str(bad) in str(caught.value)
    assert message in str(caught.value)
    assert _contents(tmp_path / "store") == before


def test_sorting_and_dropping_repeats_must_be_asked_for(calendar: TradingCalendar, tmp_path: Path) -> None:
    # What is done to a user's rows is counted; two different bars of one time are refused all the same.
    path = tmp_path / "MESS.csv"
    path.write_text("\n".join([HEADER, GOOD[1], GOOD[0], GOOD[1]]))
    store = BarStore(tmp_path / "store")

    def tidied(symbols: list[str] | None = None) -> QualityReport:
        (report,) = import_files(
            [path],
            store=store,
            calendar=calendar,
            interval="1h",
            layout=CsvFormat("America/New_York"),
            marks=BarMarks("vendor", "sip", "utc"),
            symbols=symbols,
            sort=True,
            drop_duplicates=True,
        )
        return report

    report = tidied()
    assert (report.rows_read, report.bars_kept, report.dropped) == (3, 2, {"repeated rows": 1})
    assert store.read("MESS", "1h").ohlcv[:, 0].tolist() == [10.0, 10.5]
    with pytest.raises(DataError, match="no file holds TIDY"):
        tidied(["TIDY"])
    path.write_text("\n".join([HEADER, GOOD[0], GOOD[1], GOOD[1].replace(",200", ",201")]))
    with pytest.raises(DataError, match=r"MESS\.csv:4: MESS: the same time"):
        tidied()


def test_a_bar_off_the_grid_is_left_out_and_counted(calendar: TradingCalendar, tmp_path: Path) -> None:
    # 10:07 to 11:07 overlaps its neighbours; hours from the open (10:30) are another grid that vendors use.
    path = tmp_path / "ODD.csv"
    path.write_text("\n".join([HEADER, "2024-01-02 10:07:00,10,11,9,10.5,1", "2024-01-02 11:30:00,10,11,9,10.5,1"]))
    (report,) = import_files(
        [path],
        store=BarStore(tmp_path / "store"),
        calendar=calendar,
        interval="1h",
        layout=CsvFormat("America/New_York"),
        marks=BarMarks("vendor", "sip", "session"),
    )
    assert (report.bars_kept, report.dropped) == (1, {"off the grid": 1})


def test_truncated_gzip_is_refused(calendar: TradingCalendar, tmp_path: Path) -> None:
    # A download that was cut off must not become a short history.
    path = tmp_path / "CUT.csv.gz"
    whole = gzip.compress(("\n".join([HEADER, *GOOD * 1])).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"CUT\.csv\.gz: the file cannot be read to its end"):
        _import(path, BarStore(tmp_path), calendar)


def test_unknown_names_are_refused(calendar: TradingCalendar, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("\n".join([HEADER, *GOOD]))
    with pytest.raises(DataError, match="no symbol column"):
        _import(path, BarStore(tmp_path), calendar)
    path = path.rename(tmp_path / "SPY.csv")
    with pytest.raises(DataError, match="unknown time zone 'Mars/Olympus'"):
        _import(path, BarStore(tmp_path), calendar, timezone="Mars/Olympus")
    with pytest.raises(DataError, match="no such file"):
        _import(tmp_path / "NONE.csv", BarStore(tmp_path), calendar)
    with pytest.raises(DataError, match="unknown calendar 'XXXX'"):
        TradingCalendar(dt.date(2025, 1, 1), "XXXX")
    with pytest.raises(DataError, match="unknown interval '7m'"):
        parse_interval("7m")
    with pytest.raises(DataError, match="no interval is 7 ns long"):
        interval_name(7)


@pytest.fixture
def one_symbol(calendar: TradingCalendar, tmp_path: Path) -> tuple[BarStore, Path]:
    path = tmp_path / "SPY.csv"
    path.write_text("\n".join([HEADER, *GOOD]))
    store = BarStore(tmp_path / "store")
    _import(path, store, calendar)
    (file,) = (tmp_path / "store" / "1h").glob("SPY/*.parquet")
    return store, file


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_damaged_parquet_is_refused(one_symbol: tuple[BarStore, Path], damage: str) -> None:
    # A store that was changed behind our back is not the data that a model was trained on.
    store, file = one_symbol
    data = bytearray(file.read_bytes())
    if damage == "truncate":
        file.write_bytes(data[:-10])
    elif damage == "flip":
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    else:
        file.unlink()
    with pytest.raises(DataError, match=file.name):
        store.read("SPY", "1h")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not the JSON that the store writes"),
        ('{"schema": 3}', "expected schema 1 or 2 of the bar store, found 3"),
        (
            '{"schema": 2, "symbol": "SPY"}',
            "check, columns, history_from_ns, interval, marks, revisions, segments missing",
        ),
        (
            '{"schema": 1, "symbol": "SPY"}',
            "bars, file, first_close_ns, interval, last_close_ns, marks, sha256 missing",
        ),
    ],
)
def test_damaged_description_is_refused(one_symbol: tuple[BarStore, Path], text: str, message: str) -> None:
    # Whatever is wrong with it, the file is named, in a read as in a list.
    store, file = one_symbol
    description = file.parent.with_suffix(".json")
    description.write_text(text)
    for reading in (lambda: store.read("SPY", "1h"), store.list):
        with pytest.raises(DataError) as caught:
            reading()
        assert str(description) in str(caught.value)
        assert message in str(caught.value)


def test_missing_symbol_names_what_there_is(one_symbol: tuple[BarStore, Path]) -> None:
    store, _ = one_symbol
    with pytest.raises(DataError, match="no 1h bars of QQQ; the store holds SPY"):
        store.read("QQQ", "1h")
    with pytest.raises(DataError, match="is not a symbol"):
        store.read("../SPY", "1h")


def test_rewrite_keeps_the_old_bars_until_the_new_are_whole(
    one_symbol: tuple[BarStore, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A kill between the two renames: the description still names the old file, which is still there.
    store, _ = one_symbol
    old = store.read("SPY", "1h")
    new = SymbolBars("SPY", old.interval_ns, old.close_ns, old.session_open_ns, old.session_close_ns, old.ohlcv * 2.0)
    replace = Path.replace
    done: list[Path] = []

    def killed_at_the_second(self: Path, target: Path) -> Path:
        if done:
            raise KeyboardInterrupt
        done.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        store.write(new, marks=store.marks("SPY", "1h"))
    monkeypatch.undo()
    np.testing.assert_array_equal(store.read("SPY", "1h").ohlcv, old.ohlcv)
    store.write(new, marks=store.marks("SPY", "1h"))
    np.testing.assert_array_equal(store.read("SPY", "1h").ohlcv, new.ohlcv)


def test_fingerprint_follows_the_bars(one_symbol: tuple[BarStore, Path]) -> None:
    # Two different histories must never pass for one in a model's lineage.
    store, _ = one_symbol
    before = store.fingerprint(["SPY"], "1h")
    bars = store.read("SPY", "1h")
    bars.ohlcv[0, 0] = np.nextafter(bars.ohlcv[0, 0], 100.0)
    store.write(bars, marks=store.marks("SPY", "1h"))
    assert store.fingerprint(["SPY"], "1h") != before
    (entry,) = store.list()
    assert (entry.symbol, entry.interval, entry.bars) == ("SPY", "1h", 2)


ACTIONS = "symbol,ex_date,kind,value\n"


def test_actions_among_bars_are_no_bars(calendar: TradingCalendar, tmp_path: Path) -> None:
    """A folder as vendors give it: the table of splits and dividends in it is used as such, and said to be."""
    folder = tmp_path / "bars"
    folder.mkdir()
    (folder / "AAPL.csv").write_text("\n".join([HEADER, *GOOD]))
    (folder / "corporate_actions.csv").write_text(f"{ACTIONS}AAPL,2024-01-03,split,2\n")
    store, told = BarStore(tmp_path / "store"), list[str]()
    given = {"store": store, "calendar": calendar, "interval": "1h", "marks": BarMarks("vendor", "sip", "utc")}
    (report,) = import_files([folder], layout=CsvFormat("America/New_York"), progress=told.append, **given)
    assert report.symbol == "AAPL"
    assert told == ["corporate_actions.csv: corporate actions", "AAPL.csv"]
    assert [(action.symbol, action.value) for action in store.actions(["AAPL"])] == [("AAPL", 2_000_000_000)]
    # One that is named is the one that holds.
    other = tmp_path / "other.csv"
    other.write_text(f"{ACTIONS}AAPL,2024-01-03,split,4\n")
    import_files([folder], layout=CsvFormat("America/New_York"), actions_path=other, **given)
    assert [action.value for action in store.actions(["AAPL"])] == [4_000_000_000]


def test_actions_alone_or_twice_are_refused(calendar: TradingCalendar, tmp_path: Path) -> None:
    """Nothing to import, and no telling which table holds: the store is as it was."""
    (tmp_path / "one.csv").write_text(ACTIONS)
    store = BarStore(tmp_path / "store")
    with pytest.raises(DataError, match=r"one\.csv: corporate actions, and no file of bars beside them"):
        _import(tmp_path, store, calendar)
    (tmp_path / "AAPL.csv").write_text("\n".join([HEADER, *GOOD]))
    (tmp_path / "two.csv").write_text(ACTIONS)
    with pytest.raises(DataError, match=r"two\.csv: corporate actions, as in .*one\.csv; name the one that holds"):
        _import(tmp_path, store, calendar)
    assert list(store.list()) == []


def test_bad_actions_name_the_line(calendar: TradingCalendar, tmp_path: Path) -> None:
    from foxml.bars.actions import read_actions

    path = tmp_path / "actions.csv"
    for line, message in [
        ("AAPL,2020-08-31,merger,4", "'merger' is not a valid ActionKind"),
        ("AAPL,2020-31-08,split,4", "month must be in 1..12"),
        ("AAPL,2020-08-31,split,four", "not a decimal number: 'four'"),
        ("AAPL,2020-08-31,split,-4", "must be positive"),
        ("AAPL,2020-08-31,split", "expected 4 fields, found 3"),
    ]:
        path.write_text("symbol,ex_date,kind,value\n" + line + os.linesep)
        with pytest.raises(DataError) as caught:
            read_actions(path, calendar)
        assert f"{path}:2: " in str(caught.value)
        assert message in str(caught.value)
