"""Many files at once: the same bars whatever the number of threads, gone on with after an interruption."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars import importing
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.staging import Bounds, in_order
from foxml.bars.store import BarMarks, BarStore, Recorded
from foxml.errors import DataError

HEADER = "timestamp,open,high,low,close,volume"
NAMES = [f"FOX{letter}" for letter in "ABCDEFGH"]


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bars"
    folder.mkdir()
    for price, name in enumerate(NAMES, 1):
        lines = [f"2024-01-02 {hour}:00:00,{price},{price},{price},{price},100" for hour in range(10, 16)]
        (folder / f"{name}.csv").write_text("\n".join([HEADER, *lines]))
    return folder


def _import(folder: Path, store: BarStore, calendar: TradingCalendar, **given: object) -> list[str]:
    reports = importing.import_files(
        [folder],
        store=store,
        calendar=calendar,
        interval="1h",
        layout=CsvFormat("America/New_York"),
        marks=BarMarks("vendor", "sip", "utc"),
        **given,  # type: ignore[arg-type]
    )
    return [report.symbol for report in reports]


@pytest.mark.parametrize("memory_bytes", [1, 1 << 30])
def test_threads_change_nothing(folder: Path, calendar: TradingCalendar, tmp_path: Path, memory_bytes: int) -> None:
    """Reports come in the order of files, and a budget too small for two files still lets one be read."""
    told: list[tuple[str, int, int]] = []
    store = BarStore(tmp_path / "store")
    bounds = Bounds(workers=3, memory_bytes=memory_bytes)
    assert _import(folder, store, calendar, bounds=bounds, counted=lambda *at: told.append(at)) == NAMES
    assert told == [(f"{name}.csv", at, len(NAMES)) for at, name in enumerate(NAMES, 1)]
    assert [store.read(name, "1h").ohlcv[0, 0] for name in NAMES] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_an_interrupted_import_goes_on(folder: Path, calendar: TradingCalendar, tmp_path: Path) -> None:
    """Nothing is stored before all are read; files that were read are not read again, changed ones are."""
    store, staging = BarStore(tmp_path / "store"), tmp_path / "staging"

    def interrupted(_: str, done: int, __: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _import(folder, store, calendar, staging=staging, counted=interrupted)
    assert list(store.list()) == []
    assert len(list(staging.glob("*.npz"))) == 5
    changed = folder / "FOXB.csv"
    changed.write_text(changed.read_text().replace(",2,2,2,2,", ",9,9,9,9,"))
    marked = sorted(staging.glob("*.npz"))[0]
    marked.write_bytes(marked.read_bytes()[:50])
    before = {path: path.stat().st_mtime_ns for path in staging.glob("*.npz")}

    def halfway(_: str, done: int, total: int) -> None:
        if done == total:
            again = {path for path in before if path.stat().st_mtime_ns != before[path]}
            assert again <= {marked}
            assert len(list(staging.glob("*.npz"))) == len(NAMES) + 1

    assert _import(folder, store, calendar, staging=staging, counted=halfway) == NAMES
    assert [store.read(name, "1h").ohlcv[0, 0] for name in NAMES] == [1, 9, 3, 4, 5, 6, 7, 8]
    assert not staging.exists()


def test_vwap_and_counts_survive_being_laid_aside(calendar: TradingCalendar, tmp_path: Path) -> None:
    path = tmp_path / "FOX.csv"
    path.write_text(
        f"{HEADER},vwap,trade_count\n2024-01-02 10:00:00,1,1,1,1,5,1.5,3\n2024-01-02 11:00:00,1,1,1,1,0,,0\n"
    )
    kept: list[object] = []

    class Store(BarStore):
        def write(self, bars: object, *, marks: BarMarks) -> None:
            kept.append(bars)

    _import(path, Store(tmp_path / "store"), calendar, staging=tmp_path / "staging")
    (bars,) = kept
    np.testing.assert_array_equal(bars.vwap, [1.5, np.nan])  # type: ignore[attr-defined]
    assert bars.trade_count.tolist() == [3, 0]  # type: ignore[attr-defined]


def test_a_second_import_is_laid_beside_the_first(folder: Path, calendar: TradingCalendar, tmp_path: Path) -> None:
    """A corrected file leaves what it corrects readable; one of later bars leaves the earlier ones where they are."""
    store, told = BarStore(tmp_path / "store"), dict[str, Recorded]()
    given = {"recorded": told.__setitem__}
    _import(folder, store, calendar, revised_ns=100, **given)
    assert {name: (each.appended, each.revision) for name, each in told.items()} == dict.fromkeys(NAMES, (6, None))
    first, second = folder / "FOXA.csv", folder / "FOXB.csv"
    first.write_text(first.read_text().replace("12:00:00,1,1,1,1,100", "12:00:00,1,1,1,1,105"))
    second.write_text(f"{HEADER}\n2024-01-02 15:00:00,2,2,2,2,100\n2024-01-03 10:00:00,2,2,2,2,100\n")
    _import(folder, store, calendar, revised_ns=200, **given)
    assert told["FOXA"].revision is not None
    assert (told["FOXA"].revision.changed, told["FOXA"].appended) == (1, 0)
    assert (told["FOXB"].revision, told["FOXB"].appended, len(store.read("FOXB", "1h"))) == (None, 1, 7)
    assert store.read("FOXA", "1h", as_of_ns=199).ohlcv[2, 4] == 100
    _import(folder, store, calendar)
    assert (len(store.read("FOXB", "1h")), store.revisions("FOXA", "1h")) == (2, ())


def test_files_of_another_vendor_are_refused_before_anything_is_stored(
    folder: Path, calendar: TradingCalendar, tmp_path: Path
) -> None:
    """The last of eight symbols is stored already, from elsewhere: the other seven must not arrive."""
    store = BarStore(tmp_path / "store")
    _import(folder / "FOXH.csv", store, calendar)
    bars = store.read("FOXH", "1h")
    store.write(bars, marks=BarMarks("other", "sip", "utc"))
    with pytest.raises(DataError, match=r"FOXH\.json: expected bars of .*other.* found .*vendor"):
        _import(folder, store, calendar, revised_ns=100)
    assert [stored.symbol for stored in store.list()] == ["FOXH"]


def test_the_first_bad_file_is_named(folder: Path, calendar: TradingCalendar, tmp_path: Path) -> None:
    """Whichever thread meets an error first, the one told is the first in the order of files; nothing is stored."""
    for name in ("FOXG", "FOXC"):
        (folder / f"{name}.csv").write_text(f"{HEADER}\n2024-01-02 10:00:00,1,1,1,x,5\n")
    store = BarStore(tmp_path / "store")
    with pytest.raises(DataError, match=r"FOXC\.csv:2: close: expected a number, found 'x'"):
        _import(folder, store, calendar, bounds=Bounds(workers=4))
    assert list(store.list()) == []


def test_no_more_is_read_ahead_than_is_allowed(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in NAMES]
    for file in files:
        file.write_bytes(b"x" * 1000)
    begun: list[Path] = []
    one = iter(in_order(files, lambda path: begun.append(path) or [], Bounds(workers=4, memory_bytes=13_000)))
    next(one)
    assert len(begun) <= 2
    assert [file for file, _ in one] == files[1:]
