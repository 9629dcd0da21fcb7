"""Bars of Alpaca through its own client library, against a server that speaks its protocol and fails in every way."""

import traceback

import pytest
from alpaca_data_server import KEY, SECRET, AlpacaDataServer, Fault
from vendor_bars import MINUTE_NS, HeldBar, session_minutes, utc_ns

from foxml.errors import FoxmlError, UnknownSymbol, VendorError, VendorRefused
from foxml.vendors.alpaca import AlpacaBars, open_client
from foxml.vendors.credentials import Credentials
from foxml.vendors.pacing import Pacer, Rule, Scope
from foxml.vendors.pages import BarPage
from foxml.vendors.retry import RetryPolicy

HELD = session_minutes("2024-01-08", 2)
START, END = utc_ns("2024-01-08T00:00"), utc_ns("2024-01-10T00:00")


class Asking:
    """A client of a server, and the seconds that it slept."""

    def __init__(self, server: AlpacaDataServer, *, secret: str = SECRET, attempts_max: int = 4) -> None:
        self.slept: list[float] = []
        client = open_client(
            Credentials(KEY, secret), now_ns=lambda: 1_700_000_000 * 10**9, url=server.url, timeout_s=0.5
        )
        self.now_ns = 0
        self.bars = AlpacaBars(
            client,
            pacer=Pacer((Rule(Scope.ALL, 10_000, 1.0),), clock_ns=lambda: self.now_ns, sleep=self._sleep),
            policy=RetryPolicy(attempts_max, base_s=1.0, cap_s=4.0),
            sleep=self._sleep,
            fraction=lambda: 0.0,
            page_bars=100,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ns += round(seconds * 1e9)

    def all(self, symbol: str = "SPY", start: int = START, end: int = END) -> BarPage:
        return BarPage.joined(list(self.bars.pages(symbol, "1m", start, end)))


def _assert_equal(page: BarPage, held: list[HeldBar]) -> None:
    assert page.start_ns.tolist() == [bar.start_ns for bar in held]
    assert page.ohlcv.tolist() == [bar.values for bar in held]
    assert page.vwap is not None
    assert page.trade_count is not None
    assert page.vwap.tolist() == [bar.vwap for bar in held]
    assert page.trade_count.tolist() == [bar.trades for bar in held]


def test_all_pages_raw_with_vwap_and_trades() -> None:
    with AlpacaDataServer({"SPY": HELD}) as server:
        _assert_equal(Asking(server).all(), HELD)
        assert len(server.requests) == 8
        assert {r["adjustment"] for r in server.requests} == {"raw"}
        assert {r["feed"] for r in server.requests} == {"iex"}
        assert [("page_token" in r) for r in server.requests] == [False] + [True] * 7


def test_the_end_is_excluded_and_the_start_is_not() -> None:
    # The server includes both: neighbouring chunks would share a bar.
    with AlpacaDataServer({"SPY": HELD}) as server:
        page = Asking(server).all(start=HELD[3].start_ns, end=HELD[7].start_ns)
    _assert_equal(page, HELD[3:7])


@pytest.mark.parametrize(
    ("fault", "slept"),
    [
        (Fault(429, {"X-RateLimit-Reset": "1700000042"}), [42.0]),
        (Fault(429, {"Retry-After": "9"}), [9.0]),
        (Fault(429), [0.5]),
        (Fault(500, body=b"<html>oops</html>"), [0.5]),
        (Fault(503), [0.5]),
        (Fault(504), [0.5]),
        (Fault(body=b'{"bars": {"SPY": [{"t": "2024'), [0.5]),
        (Fault(body=b"[]"), [0.5]),
        (Fault(body=b'{"next_page_token": null}'), [0.5]),
        (Fault(body=b'{"bars": {"SPY": [{"t": "yesterdayZ", "o": 1}]}, "next_page_token": null}'), [0.5]),
        (Fault(silent=True), [0.5]),
        (Fault(cut_after=50), [0.5]),
    ],
    ids=["reset", "after", "429", "html", "503", "504", "json", "list", "no bars", "no bar", "silence", "cut"],
)
def test_one_failure_in_the_middle_costs_no_bar(fault: Fault, slept: list[float]) -> None:
    # The third of eight pages fails once: it is asked for again, with its token, after the wait that is due.
    with AlpacaDataServer({"SPY": HELD}) as server:
        server.faults.extend([None, None, fault])
        asking = Asking(server)
        _assert_equal(asking.all(), HELD)
        assert asking.slept == slept
        assert len(server.requests) == 9
        assert server.requests[2] == server.requests[3]


def test_failures_without_end_are_given_up() -> None:
    with AlpacaDataServer({"SPY": HELD}) as server:
        server.faults.extend([Fault(503)] * 10)
        with pytest.raises(VendorError, match="HTTP 503: as asked; given up after 4 attempts"):
            Asking(server).all()
        assert len(server.requests) == 4


def test_a_wrong_key_is_said_and_not_shown() -> None:
    # The server repeats the secret; neither the message nor the traceback with what led to it may.
    with AlpacaDataServer({"SPY": HELD}) as server:
        wrong = "wrong-secret-271828"
        with pytest.raises(VendorRefused, match=r"HTTP 401: request is not authorized: .hidden.; check APCA") as caught:
            Asking(server, secret=wrong).all()
        shown = "".join(traceback.format_exception(caught.value))
        assert wrong not in shown
        assert KEY not in shown
        assert caught.value.__context__ is None
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "match"),
    [
        (Fault(403, body=b'{"message": "subscription does not permit"}'), VendorRefused, "another feed, or older"),
        (Fault(422, body=b'{"message": "invalid symbol: XX!"}'), UnknownSymbol, "invalid symbol"),
        (Fault(400, body=b'{"message": "bad start"}'), VendorError, "HTTP 400: bad start"),
    ],
)
def test_refusals_are_told_apart_and_not_repeated(fault: Fault, kind: type[FoxmlError], match: str) -> None:
    with AlpacaDataServer({"SPY": HELD}) as server:
        server.faults.append(fault)
        with pytest.raises(kind, match=match):
            Asking(server).all()
        assert len(server.requests) == 1


def test_no_bars_are_no_error() -> None:
    # A symbol that did not trade, and a night.
    with AlpacaDataServer({"SPY": HELD}) as server:
        assert len(Asking(server).all("QQQ")) == 0
        assert len(Asking(server).all(start=START, end=START + 60 * MINUTE_NS)) == 0


def test_a_token_that_leads_back_is_refused() -> None:
    # It would be followed for ever.
    with AlpacaDataServer({"SPY": HELD}) as server:
        server.faults.extend([Fault(body=b'{"bars": {}, "next_page_token": "x"}')] * 3)
        with pytest.raises(VendorError, match="a page refers back"):
            Asking(server).all()


def test_nobody_is_there() -> None:
    with AlpacaDataServer({"SPY": HELD}) as server:
        gone = Asking(server, attempts_max=2)
    with pytest.raises(VendorError, match=r"no connection .*given up after 2"):
        gone.all()
