"""Bars of IB through its client library, against a server that speaks TWS's protocol and fails in every way."""

from collections.abc import Iterator

import pytest
from tws_server import TwsFault, TwsServer
from vendor_bars import HeldBar, session_minutes, utc_ns

from foxml.bars.sources.chunked import VendorSetting
from foxml.bars.sources.ibkr import IbkrSource
from foxml.errors import FoxmlError, UnknownSymbol, VendorBusy, VendorError, VendorRefused
from foxml.vendors.ibkr import HistoryAnswer, IbkrClient, read_error
from foxml.vendors.retry import RetryPolicy

HELD = session_minutes("2024-01-08", 3)
START, END = utc_ns("2024-01-08"), utc_ns("2024-01-11")


@pytest.fixture
def server() -> Iterator[TwsServer]:
    with TwsServer({"SPY": HELD, "BRK B": HELD[:5]}) as served:
        yield served


class Asking:
    """A source over a connection of its own."""

    def __init__(self, server: TwsServer, *, timeout_s: float = 5.0) -> None:
        self.slept: list[float] = []
        self.now_ns = 0
        self.client = IbkrClient("127.0.0.1", server.port, 7, timeout_s=timeout_s)
        setting = VendorSetting(lambda: 0, lambda: self.now_ns, self._sleep, lambda: 0.0, RetryPolicy(3, base_s=1.0))
        self.source = IbkrSource(client=self.client, setting=setting)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ns += round(seconds * 1e9)

    def starts(self, symbol: str = "SPY", interval: str = "1m", start: int = START, end: int = END) -> list[int]:
        with self.client:
            return self.source.fetch(symbol, interval, start, end).start_ns.tolist()


def _starts(held: list[HeldBar]) -> list[int]:
    return [bar.start_ns for bar in held]


def test_a_day_at_a_time_with_vwap_and_trades(server: TwsServer) -> None:
    asking = Asking(server)
    with asking.client:
        raw = asking.source.fetch("SPY", "1m", START, END)
    assert raw.start_ns.tolist() == _starts(HELD)
    assert raw.ohlcv.tolist() == [bar.values for bar in HELD]
    assert raw.vwap is not None
    assert raw.trade_count is not None
    assert raw.vwap.tolist() == [bar.vwap for bar in HELD]
    assert raw.trade_count.tolist() == [bar.trades for bar in HELD]
    assert [(r.end, r.size, r.duration) for r in server.requests] == [
        (f"202401{day:02}-00:00:00", "1 min", "1 D") for day in (9, 10, 11)
    ]
    assert server.connections == 1


def test_a_part_of_a_day_is_cut_from_what_the_server_sends(server: TwsServer) -> None:
    assert Asking(server).starts(start=HELD[10].start_ns, end=HELD[20].start_ns) == _starts(HELD[10:20])


def test_days_are_dates(server: TwsServer) -> None:
    server.bars = {"SPY": [HELD[0], HELD[390]]}
    assert Asking(server).starts(interval="1d") == [START, utc_ns("2024-01-09")]


def test_no_bars_are_no_error(server: TwsServer) -> None:
    assert Asking(server).starts(start=utc_ns("2024-01-06"), end=utc_ns("2024-01-07")) == []


def test_a_class_of_shares_has_a_space_in_its_name(server: TwsServer) -> None:
    assert Asking(server).starts("BRK.B") == _starts(HELD[:5])


@pytest.mark.parametrize(
    "fault",
    [
        TwsFault(162, "Historical Market Data Service error message:Historical data request pacing violation"),
        TwsFault(420, "Invalid Real-time Query: pacing violation"),
        TwsFault(366, "No historical data query found for ticker id"),
        TwsFault(drop=True),
        TwsFault(silent=True),
    ],
    ids=["162", "420", "366", "drop", "silence"],
)
def test_one_failure_in_the_middle_costs_no_bar(server: TwsServer, fault: TwsFault) -> None:
    # An identical request within 15 seconds would itself be a violation: the second attempt waits for that.
    server.faults.extend([None, fault])
    asking = Asking(server, timeout_s=1.0)
    assert asking.starts() == _starts(HELD)
    assert len(server.requests) == 4
    assert asking.now_ns >= 15 * 10**9
    assert server.connections == (2 if fault.drop else 1)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (TwsFault(354, "Requested market data is not subscribed"), VendorRefused),
        (TwsFault(162, "Trading TWS session is connected from a different IP address"), VendorRefused),
        (TwsFault(162, "No market data permissions for NYSE STK"), UnknownSymbol),
        (TwsFault(10339, "something new"), VendorError),
    ],
)
def test_refusals_are_not_repeated(server: TwsServer, fault: TwsFault, kind: type[FoxmlError]) -> None:
    server.faults.append(fault)
    with pytest.raises(kind, match=f"ibkr: SPY: error {fault.code}: {fault.message}") as caught:
        Asking(server).starts()
    assert type(caught.value) is kind
    assert len(server.requests) == 1


def test_an_unknown_symbol_is_named(server: TwsServer) -> None:
    with pytest.raises(UnknownSymbol, match="NOPE: error 200"):
        Asking(server).starts("NOPE")


def test_a_client_id_in_use_is_said(server: TwsServer) -> None:
    # The library itself says only that the time is up.
    server.client_in_use = True
    with pytest.raises(VendorError, match="error 326: Unable to connect as the client id"):
        Asking(server, timeout_s=1.0).starts()


def test_nobody_is_there() -> None:
    with TwsServer({}) as server:
        pass
    with pytest.raises(VendorError, match=r"no connection to TWS or the Gateway.*given up after 3"):
        Asking(server).starts()


def test_what_162_means_is_in_its_text() -> None:
    assert read_error(162, "HMDS query returned no data: SPY", "SPY") is HistoryAnswer.NO_BARS
    assert isinstance(read_error(162, "pacing violation", "SPY"), VendorBusy)
    assert not isinstance(read_error(162, "anything else", "SPY"), VendorBusy | HistoryAnswer)
