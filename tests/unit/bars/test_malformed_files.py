"""Malformed files, more than fifty, each with an error that names the file and what is wrong; nothing is stored."""

import datetime as dt
import gzip
from pathlib import Path

import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarMarks, BarStore
from foxml.errors import DataError

HEADER = "timestamp,open,high,low,close,volume"
GOOD = "2024-01-02 10:00:00,10,11,9,10.5,100"
NEXT = "2024-01-02 11:00:00,10.5,12,10,11,200"


def _cell(place: int, text: str) -> bytes:
    cells = NEXT.split(",")
    cells[place] = text
    return "\n".join([HEADER, GOOD, ",".join(cells), ""]).encode()


def _lines(*lines: str) -> bytes:
    return "\n".join(lines).encode()


NOT_NUMBERS = ["", " ", "x", "1,5", "1.2.3", "--1", "1e", "0x10", "1_000", "$10", "10%", "one", "1 2", "\u0661"]
NOT_TIMES = ["", "yesterday", "2024-13-01 10:00:00", "2024-02-30 10:00:00", "02/01/2024 11:00", "2024-01-02 25:00:00",
             "2024-01-02 11:61:00", "1704205800", "2024-01-02 11:00:00 EST", "11:00:00", "NaT"]  # fmt: skip
CASES: list[tuple[str, bytes, str]] = [
    *((f"close is {text!r}", _cell(4, f'"{text}"'), ":3: close: expected a number") for text in NOT_NUMBERS),
    *((f"time is {text!r}", _cell(0, text), ":3: timestamp: expected a date and time") for text in NOT_TIMES),
    *((f"{n} is nan", _cell(at, "nan"), ":3: BAD: ") for at, n in enumerate(HEADER.split(",")[1:], 1)),
    *((f"{n} is infinite", _cell(at, "1e999"), ":3: BAD: ") for at, n in enumerate(HEADER.split(",")[1:], 1)),
    *((f"{n} is negative", _cell(at, "-1"), ":3: BAD: ") for at, n in enumerate(HEADER.split(",")[1:], 1)),
    *((f"no {n}", _lines(HEADER.replace(n, "spare"), GOOD), f"missing column '{n}'") for n in HEADER.split(",")),
    ("empty", b"", "not a CSV table"),
    ("blank line alone", b"\n", "not a CSV table"),
    ("header alone", _lines(HEADER, ""), "a header and no rows"),
    ("short row", _lines(HEADER, GOOD, "2024-01-02 11:00:00,1"), ":3: expected 6 columns, found 2"),
    ("long row", _lines(HEADER, GOOD, NEXT + ",7"), ":3: expected 6 columns, found 7"),
    ("cut row", _lines(HEADER, GOOD, NEXT)[:-9], ":3: expected 6 columns, found 4"),
    ("semicolons", _lines(HEADER, GOOD).replace(b",", b";"), "missing column 'timestamp'"),
    ("column twice", _lines(HEADER + ",open", GOOD + ",1"), "2 columns are named 'open'"),
    ("blank lines count", _lines(HEADER, GOOD, "", "", NEXT.replace(",11,", ",x,")), ":5: close: expected a number"),
    ("open quote", _lines(HEADER, GOOD, '"2024-01-02 11:00:00,1,1,1,1,1'), "not a CSV table"),
    ("binary", bytes(range(256)) * 4, "not a CSV table"),
    ("UTF-16", _lines(HEADER, GOOD).decode().encode("utf-16"), "not a CSV table"),
    ("mixed offsets", _lines(HEADER, GOOD, NEXT.replace(":00,", ":00Z,", 1)), ":3: timestamp: some times have"),
    ("zero price", _cell(3, "0"), ":3: BAD: "),
    ("backwards", _lines(HEADER, NEXT, GOOD), ":3: BAD: an earlier time"),
    ("twice", _lines(HEADER, GOOD, GOOD), ":3: BAD: the same time"),
    ("trades are halves", _lines(HEADER + ",trade_count", GOOD + ",1.5"), ":2: trade_count: expected a number of"),
    ("trades are negative", _lines(HEADER + ",trade_count", GOOD + ",-3"), ":2: trade_count: expected a number of"),
    ("vwap is a word", _lines(HEADER + ",vwap", GOOD + ",x"), ":2: vwap: expected a number, found 'x'"),
    ("no symbol in a row", _lines(HEADER + ",symbol", GOOD + ",BAD", NEXT + ","), ":3: symbol: expected a symbol"),
]


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


def _refused(path: Path, message: str, calendar: TradingCalendar, folder: Path) -> None:
    store = BarStore(folder / "store")
    with pytest.raises(DataError) as caught:
        import_files(
            [path],
            store=store,
            calendar=calendar,
            interval="1h",
            layout=CsvFormat("America/New_York"),
            marks=BarMarks("vendor", "sip", "utc"),
        )
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert list(store.list()) == []


def test_there_are_fifty() -> None:
    assert len({data for _, data, _ in CASES}) == len(CASES) >= 50


@pytest.mark.parametrize(("data", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_malformed_file_is_refused(data: bytes, message: str, calendar: TradingCalendar, tmp_path: Path) -> None:
    path = tmp_path / "BAD.csv"
    path.write_bytes(data)
    _refused(path, message, calendar, tmp_path)


@pytest.mark.parametrize("damage", ["cut", "flipped", "plain"])
def test_damaged_gzip_is_refused(damage: str, calendar: TradingCalendar, tmp_path: Path) -> None:
    """A history that was cut off anywhere, or does not match its own checksum, is not imported."""
    whole = gzip.compress(_lines(HEADER, GOOD, NEXT))
    flipped = bytearray(whole)
    flipped[-6] ^= 1
    path = tmp_path / "BAD.csv.gz"
    path.write_bytes({"cut": whole[:-12], "flipped": bytes(flipped), "plain": _lines(HEADER, GOOD)}[damage])
    _refused(path, "the file cannot be read to its end", calendar, tmp_path)


def test_what_is_well_formed_is_taken(calendar: TradingCalendar, tmp_path: Path) -> None:
    """The canary: the rows that the cases are made of are bars."""
    path = tmp_path / "GOOD.csv"
    path.write_bytes(_lines(HEADER, GOOD, NEXT))
    with pytest.raises(pytest.fail.Exception):
        _refused(path, "", calendar, tmp_path)
