"""Bars of Yahoo through yfinance, whose every request goes to a server on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from vendor_bars import HeldBar, session_minutes, utc_ns
from yahoo_server import YahooServer
from yfinance.data import YfData

from foxml.bars.sources.yahoo import YahooSource
from foxml.errors import UnknownSymbol, VendorError
from foxml.vendors.pacing import YAHOO_RULES, Pacer
from foxml.vendors.retry import RetryPolicy
from foxml.vendors.yahoo import LIMITS, YahooBars

HELD = session_minutes("2024-01-08", 10)
START, END = utc_ns("2024-01-08"), utc_ns("2024-01-18")


@pytest.fixture
def server() -> Iterator[YahooServer]:
    with YahooServer({"SPY": HELD, "BRK-B": HELD[:5]}) as served:
        YfData().cache_get.cache_clear()  # kept by the process, from one test to the next
        yield served


class Asking:
    def __init__(self, server: YahooServer, folder: Path) -> None:
        self.slept: list[float] = []
        self.now_ns = 0
        self.source = YahooSource(
            bars=YahooBars(
                pacer=Pacer(YAHOO_RULES, clock_ns=lambda: self.now_ns, sleep=self._sleep),
                policy=RetryPolicy(3, base_s=1.0),
                sleep=self._sleep,
                fraction=lambda: 0.0,
                cache=folder,
                session=server.session(),
            )
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ns += round(seconds * 1e9)

    def starts(self, symbol: str = "SPY", interval: str = "1m", start: int = START, end: int = END) -> list[int]:
        return self.source.fetch(symbol, interval, start, end).start_ns.tolist()


def _starts(held: list[HeldBar]) -> list[int]:
    return [bar.start_ns for bar in held]


def test_minutes_come_a_week_at_a_time_as_they_are(server: YahooServer, tmp_path: Path) -> None:
    # pandas 3 counts these times in seconds: what is stored must be nanoseconds all the same.
    raw = Asking(server, tmp_path).source.fetch("SPY", "1m", START, END)
    assert raw.start_ns.tolist() == _starts(HELD)
    assert raw.ohlcv.tolist() == [bar.values for bar in HELD]
    assert raw.vwap is None
    spans = [int(asked["period2"]) - int(asked["period1"]) for _, asked in server.requests]
    assert len(spans) >= 2
    assert max(spans) <= 7 * 86_400


def test_days_are_midnights_in_new_york(server: YahooServer, tmp_path: Path) -> None:
    server.bars = {"SPY": [HELD[0], HELD[390]]}
    assert Asking(server, tmp_path).starts(interval="1d") == [utc_ns("2024-01-08T05:00"), utc_ns("2024-01-09T05:00")]


def test_every_interval_has_its_limits(server: YahooServer, tmp_path: Path) -> None:
    source, now = Asking(server, tmp_path).source, utc_ns("2024-06-01")
    day = 86_400 * 10**9
    reach = {interval: source.earliest_ns(interval, now) for interval in LIMITS}
    assert reach["1m"] == now - 30 * day
    assert reach["15m"] == now - 60 * day
    assert reach["1h"] == now - 730 * day
    assert reach["1d"] is None
    assert source.chunk_ns("1m") <= 8 * day
    with pytest.raises(VendorError, match="no bars of 1s; it has 1m"):
        source.fetch("SPY", "1s", START, START + 1)


def test_no_bars_are_no_error(server: YahooServer, tmp_path: Path) -> None:
    assert Asking(server, tmp_path).starts(start=utc_ns("2024-01-06"), end=utc_ns("2024-01-07")) == []


def test_a_class_of_shares_has_a_hyphen_in_its_name(server: YahooServer, tmp_path: Path) -> None:
    assert Asking(server, tmp_path).starts("BRK.B") == _starts(HELD[:5])


@pytest.mark.parametrize(
    "fault",
    [(500, b"<html>oops</html>"), (200, b'{"chart": {"result": [{"meta"'), (502, b"")],
    ids=["500", "cut", "502"],
)
def test_one_failure_in_the_middle_costs_no_bar(server: YahooServer, tmp_path: Path, fault: tuple[int, bytes]) -> None:
    # yfinance asks once more by itself after an error status, and keeps broken answers about the past.
    server.faults.extend([fault] * 2)
    asking = Asking(server, tmp_path)
    assert asking.starts() == _starts(HELD)
    assert 0.5 in asking.slept


def test_too_many_requests_wait(server: YahooServer, tmp_path: Path) -> None:
    server.faults.extend([(429, b"Too Many Requests")] * 2)
    asking = Asking(server, tmp_path)
    assert asking.starts() == _starts(HELD)
    assert 30.0 in asking.slept


def test_a_reason_that_is_no_absence_is_an_error(server: YahooServer, tmp_path: Path) -> None:
    # Taken for "none" it would never be asked for again.
    said = "1m data not available for startTime=1 and endTime=2. The requested range must be within the last 30 days."
    body = (
        b'{"chart": {"result": null, "error": {"code": "Unprocessable Entity", "description": "%s"}}}' % said.encode()
    )
    server.faults.extend([(422, body)] * 2)
    with pytest.raises(VendorError, match="must be within the last 30 days"):
        Asking(server, tmp_path).starts()


def test_an_unknown_symbol_is_named(server: YahooServer, tmp_path: Path) -> None:
    with pytest.raises(UnknownSymbol, match="NOPE"):
        Asking(server, tmp_path).starts("NOPE")
