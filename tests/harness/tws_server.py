"""TWS's socket protocol on loopback, as far as connecting and asking for history goes.

Frames are four bytes of length and fields that each end in a zero byte. Written from what the client libraries decode;
a server of version 176 is what they all speak to.
"""

import asyncio
import datetime as dt
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from vendor_bars import HeldBar

_VERSION = 176
_START_API, _POSITIONS, _EXECUTIONS, _ACCOUNT, _ACCOUNT_MULTI = "71", "61", "7", "6", "76"
_OPEN_ORDERS, _COMPLETED, _HISTORY = "5", "99", "20"


@dataclass(frozen=True)
class TwsFault:
    """What becomes of one request for history: an error, a dropped connection, or silence."""

    code: int = 0
    message: str = ""
    drop: bool = False
    silent: bool = False


@dataclass(frozen=True)
class HistoryRequest:
    """A request for history, as it arrived."""

    symbol: str
    end: str
    size: str
    duration: str
    regular_hours: bool


class TwsServer:
    """Serves bars held in memory; runs on a thread of its own.

    Parameters
    ----------
    bars : mapping of str to sequence of HeldBar
        Any other symbol is unknown to it.
    """

    def __init__(self, bars: Mapping[str, Sequence[HeldBar]]) -> None:
        self.bars = bars
        self.requests: list[HistoryRequest] = []
        self.connections = 0
        self.faults: deque[TwsFault | None] = deque()
        self.port = 0
        self.client_in_use = False
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for writer in self._writers:
            writer.transport.abort()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        try:
            assert await reader.readexactly(4) == b"API\0"
            hello = (await _read(reader))[0]
            assert hello.startswith("v"), hello
            _send(writer, _VERSION, "20240108 09:30:00 UTC")
            while True:
                self._handle(await _read(reader), writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _handle(self, fields: list[str], writer: asyncio.StreamWriter) -> None:
        kind = fields[0]
        if kind == _START_API and self.client_in_use:
            _error(writer, -1, 326, "Unable to connect as the client id is already in use.")
            writer.close()
        elif kind == _START_API:
            _send(writer, 15, 1, "DU1")
            _send(writer, 9, 1, 1)
        elif kind == _POSITIONS:
            _send(writer, 62, 1)
        elif kind == _OPEN_ORDERS:
            _send(writer, 53, 1)
        elif kind == _COMPLETED:
            _send(writer, 102)
        elif kind == _ACCOUNT:
            _send(writer, 54, 1, "DU1")
        elif kind == _ACCOUNT_MULTI:
            _send(writer, 74, 1, fields[2])
        elif kind == _EXECUTIONS:
            _send(writer, 55, 1, fields[2])
        elif kind == _HISTORY:
            self._history(fields, writer)

    def _history(self, fields: list[str], writer: asyncio.StreamWriter) -> None:
        # 20, request, twelve fields of the contract, expired, end, size, duration, hours, what, format, live, options
        number, symbol = int(fields[1]), fields[3]
        request = HistoryRequest(symbol, fields[15], fields[16], fields[17], fields[18] == "1")
        assert fields[19:21] == ["TRADES", "2"], fields
        self.requests.append(request)
        fault = self.faults.popleft() if self.faults else None
        if fault is not None and fault.drop:
            writer.transport.abort()
        elif fault is not None and fault.silent:
            return
        elif fault is not None:
            _error(writer, number, fault.code, fault.message)
        elif symbol not in self.bars:
            _error(writer, number, 200, "No security definition has been found for the request")
        else:
            self._bars(number, request, writer)

    def _bars(self, number: int, request: HistoryRequest, writer: asyncio.StreamWriter) -> None:
        end = dt.datetime.strptime(request.end, "%Y%m%d-%H:%M:%S").replace(tzinfo=dt.UTC).timestamp()
        start = end - _seconds(request.duration)
        found = [bar for bar in self.bars[request.symbol] if start <= bar.start_ns / 1e9 < end]
        if not found:
            _error(writer, number, 162, "Historical Market Data Service error message:HMDS query returned no data: X")
            return
        rows: list[object] = []
        for bar in found:
            at = dt.datetime.fromtimestamp(bar.start_ns / 1e9, tz=dt.UTC)
            label = at.strftime("%Y%m%d") if request.size == "1 day" else str(bar.start_ns // 10**9)
            rows += [label, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap, bar.trades]
        _send(writer, 17, number, "from", "to", len(found), *rows)


def _seconds(duration: str) -> int:
    count, unit = duration.split()
    return int(count) * {"S": 1, "D": 86_400, "W": 7 * 86_400, "Y": 365 * 86_400}[unit]


async def _read(reader: asyncio.StreamReader) -> list[str]:
    length = int.from_bytes(await reader.readexactly(4), "big")
    return (await reader.readexactly(length)).decode().split("\0")


def _send(writer: asyncio.StreamWriter, *fields: object) -> None:
    data = "".join(f"{field}\0" for field in fields).encode()
    writer.write(len(data).to_bytes(4, "big") + data)


def _error(writer: asyncio.StreamWriter, request: int, code: int, message: str) -> None:
    _send(writer, 4, 2, request, code, message, "")
