"""Fetching into the store, from Alpaca's client and a server of its protocol: resumed, interrupted, refused."""

import dataclasses
import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from alpaca_data_server import KEY, SECRET, AlpacaDataServer, Fault
from vendor_bars import session_minutes, utc_ns

from foxml.bars.calendar import TradingCalendar
from foxml.bars.fetching import Fetcher
from foxml.bars.sources.alpaca import AlpacaSource
from foxml.bars.sources.chunked import VendorSetting
from foxml.bars.store import BarMarks, BarStore
from foxml.errors import DataError, VendorRefused
from foxml.vendors.credentials import Credentials
from foxml.vendors.retry import RetryPolicy
from foxml.vendors.waiting import StoppableSleep

HELD = session_minutes("2024-01-08", 90, extended=True, step_ns=10 * 60 * 10**9)
START, END = utc_ns("2024-01-08"), utc_ns("2024-04-01")
NOW = utc_ns("2024-03-05T18:00")


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2025, 12, 31))


@pytest.fixture
def server() -> Iterator[AlpacaDataServer]:
    with AlpacaDataServer({"SPY": HELD, "AAPL": HELD}, page_bars=300) as served:
        yield served


def _fetcher(
    server: AlpacaDataServer, root: Path, calendar: TradingCalendar, *, secret: str = SECRET, now_ns: int = NOW
) -> Fetcher:
    stop = threading.Event()
    ticks = iter(range(10**9))
    setting = VendorSetting(
        lambda: now_ns,
        lambda: next(ticks) * 10**12,
        lambda _: StoppableSleep(stop)(0.0),
        lambda: 0.0,
        RetryPolicy(attempts_max=2),
    )
    source = AlpacaSource(credentials=Credentials(KEY, secret), setting=setting, url=server.url)
    return Fetcher(
        source=source,
        store=BarStore(root / "data"),
        progress_root=root / "data.fetch",
        calendar=calendar,
        interval="1m",
        now_ns=now_ns,
        stop=stop,
    )


def _expected(calendar: TradingCalendar, until_ns: int) -> list[int]:
    starts = np.array([bar.start_ns for bar in HELD if bar.start_ns + 60 * 10**9 <= until_ns])
    return (starts[calendar.locate(starts) >= 0] + 60 * 10**9).tolist()


def test_everything_arrives_once_and_only_bars_that_have_ended(
    server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar
) -> None:
    shown: list[tuple[str, int, int]] = []
    reports, finished = _fetcher(server, tmp_path, calendar).fetch(
        ["SPY", "AAPL"], START, END, jobs=2, progress=lambda *step: shown.append(step)
    )
    assert finished
    assert [(r.symbol, r.error, r.known) for r in reports] == [("SPY", None, 0), ("AAPL", None, 0)]
    for symbol in ("SPY", "AAPL"):
        assert BarStore(tmp_path / "data").read(symbol, "1m").close_ns.tolist() == _expected(calendar, NOW)
    assert shown[-1][1] == shown[-1][2] == sum(r.chunks for r in reports)
    assert {step[1] for step in shown} == set(range(1, shown[-1][2] + 1))


def test_what_is_there_is_not_asked_for_again(
    server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar
) -> None:
    # The second time only what has happened since; the third time nothing at all.
    _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END)
    before = len(server.requests)
    later = NOW + 3 * 86_400 * 10**9
    (report,), _ = _fetcher(server, tmp_path, calendar, now_ns=later).fetch(["SPY"], START, END)
    assert report.chunks == 1
    assert min(r["start"] for r in server.requests[before:]) >= "2024-03-05"
    assert BarStore(tmp_path / "data").read("SPY", "1m").close_ns.tolist() == _expected(calendar, later)
    before = len(server.requests)
    (report,), _ = _fetcher(server, tmp_path, calendar, now_ns=later).fetch(["SPY"], START, END)
    assert len(server.requests) == before
    assert report.chunks == 0


def test_earlier_history_goes_before_what_is_stored(
    server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar
) -> None:
    middle = utc_ns("2024-02-10")
    _fetcher(server, tmp_path, calendar).fetch(["SPY"], middle, END)
    _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END)
    assert BarStore(tmp_path / "data").read("SPY", "1m").close_ns.tolist() == _expected(calendar, NOW)


def test_pages_twice_and_backwards_make_no_bar_twice(
    server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar
) -> None:
    server.faults.extend([Fault(twice=True), Fault(reverse=True), Fault(twice=True, reverse=True)])
    (report,), _ = _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END, jobs=1)
    assert BarStore(tmp_path / "data").read("SPY", "1m").close_ns.tolist() == _expected(calendar, NOW)
    assert report.dropped["repeated rows"] == 600


def test_an_interruption_keeps_what_there_is_and_goes_on(
    server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar
) -> None:
    # The second chunk of the first symbol fails for good; the chunks before it stay.
    pages = -(-sum(START <= b.start_ns < utc_ns("2024-02-03") for b in HELD) // 300)
    server.faults.extend([None] * pages + [Fault(500)] * 2)
    (report,), finished = _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END, jobs=1)
    assert finished
    assert report.error is not None
    assert "HTTP 500" in report.error
    assert 0 < report.bars < len(_expected(calendar, NOW))
    asked = len(server.requests)
    (report,), _ = _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END, jobs=1)
    assert report.error is None
    assert report.known > 0
    assert all(r["start"] > "2024-01-09" for r in server.requests[asked:])
    assert BarStore(tmp_path / "data").read("SPY", "1m").close_ns.tolist() == _expected(calendar, NOW)


def test_a_vendor_that_says_something_else_is_a_revision(
    server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar
) -> None:
    # What models were trained on stays readable when a vendor corrects its bars.
    (first,), _ = _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END)
    store = BarStore(tmp_path / "data")
    before = store.read("SPY", "1m")
    shutil.rmtree(tmp_path / "data.fetch")
    (again,), _ = _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END)
    assert (first.revised, again.revised) == (0, 0)
    assert store.revisions("SPY", "1m") == ()
    shutil.rmtree(tmp_path / "data.fetch")
    at = HELD.index(next(bar for bar in HELD if bar.start_ns + 60 * 10**9 == before.close_ns[7]))
    corrected = [*HELD[:at], dataclasses.replace(HELD[at], volume=HELD[at].volume + 5), *HELD[at + 1 :]]
    with AlpacaDataServer({"SPY": corrected}, page_bars=300) as other:
        (report,), _ = _fetcher(other, tmp_path, calendar).fetch(["SPY"], START, END)
    assert (report.revised, report.bars) == (1, len(before))
    (revision,) = store.revisions("SPY", "1m")
    assert (revision.revised_ns, revision.changed, revision.added, revision.removed) == (NOW, 1, 0, 0)
    assert store.read("SPY", "1m").ohlcv[7, 4] == before.ohlcv[7, 4] + 5
    np.testing.assert_array_equal(store.read("SPY", "1m", as_of_ns=NOW - 1).ohlcv, before.ohlcv)


def test_a_wrong_key_ends_it_at_once(server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar) -> None:
    with pytest.raises(VendorRefused, match="HTTP 401") as caught:
        _fetcher(server, tmp_path, calendar, secret="wrong-one").fetch(["SPY", "AAPL"], START, END, jobs=1)
    assert "wrong-one" not in str(caught.value)
    assert len(server.requests) <= 2


def test_two_vendors_make_no_history(server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar) -> None:
    _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END)
    store = BarStore(tmp_path / "data")
    store.write(store.read("SPY", "1m"), marks=BarMarks("csv", "sip", "utc"))
    with pytest.raises(DataError, match=r"SPY: the store has its 1m bars from .*csv"):
        _fetcher(server, tmp_path, calendar).fetch(["SPY"], START, END)


def test_a_future_is_refused(server: AlpacaDataServer, tmp_path: Path, calendar: TradingCalendar) -> None:
    with pytest.raises(DataError, match="no bar of 1m both begins after 2024-03-06T00:00 and has ended"):
        _fetcher(server, tmp_path, calendar).fetch(["SPY"], utc_ns("2024-03-06"), END)
