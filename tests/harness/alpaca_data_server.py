"""Alpaca's market data API on loopback: pages with tokens, keys, and whatever can go wrong with an answer.

The protocol is written from the client library's requests and from the vendor's public description of it.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import numpy as np
from vendor_bars import HeldBar, utc_ns

KEY, SECRET = "PKTESTKEY", "test-secret-3141592653"


@dataclass(frozen=True)
class Fault:
    """What becomes of one request: an error with headers, a body of its own, silence, or a cut connection."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    silent: bool = False
    cut_after: int | None = None
    twice: bool = False
    reverse: bool = False


class AlpacaDataServer:
    """Serves ``/v2/stocks/bars`` from bars held in memory.

    Parameters
    ----------
    bars : mapping of str to sequence of HeldBar
    page_bars : int
        The most that a page holds, whatever is asked for.
    """

    def __init__(self, bars: Mapping[str, Sequence[HeldBar]], *, page_bars: int = 10_000) -> None:
        self.bars = {symbol: sorted(held, key=lambda bar: bar.start_ns) for symbol, held in bars.items()}
        self.page_bars = page_bars
        self.requests: list[dict[str, str]] = []
        self.faults: deque[Fault | None] = deque()
        self.gate = threading.Event()
        self.gate.set()
        self._end = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end.set()
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, to: BaseHTTPRequestHandler) -> None:
        address = urlsplit(to.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.requests.append(asked)
        self.gate.wait(60)
        fault = self.faults.popleft() if self.faults else None
        if to.headers.get("APCA-API-KEY-ID") != KEY or to.headers.get("APCA-API-SECRET-KEY") != SECRET:
            # Some gateways repeat what they were sent; a client must not repeat it to its user.
            sent = to.headers.get("APCA-API-SECRET-KEY")
            _send(to, 401, {"code": 40110000, "message": f"request is not authorized: {sent}"})
        elif address.path != "/v2/stocks/bars":
            _send(to, 404, {"message": "endpoint not found"})
        elif fault is not None and fault.silent:
            self._end.wait(60)
        elif fault is not None and (fault.status != 200 or fault.body is not None):
            _send(to, fault.status, fault.body or {"message": "as asked"}, fault.headers)
        else:
            _send(to, 200, self._page(asked, fault), cut_after=None if fault is None else fault.cut_after)

    def _page(self, asked: Mapping[str, str], fault: Fault | None) -> dict[str, Any]:
        start, end = utc_ns(asked["start"].rstrip("Z")), utc_ns(asked["end"].rstrip("Z"))
        symbol = asked["symbols"]
        found = [bar for bar in self.bars.get(symbol, []) if start <= bar.start_ns <= end]
        first = int(base64.b64decode(asked["page_token"]).decode().split("|")[1]) if "page_token" in asked else 0
        last = first + min(self.page_bars, int(asked["limit"]))
        rows = [_row(bar) for bar in found[first:last]]
        if fault is not None and fault.twice:
            rows = rows + rows
        if fault is not None and fault.reverse:
            rows = rows[::-1]
        token = base64.b64encode(f"{symbol}|{last}".encode()).decode() if last < len(found) else None
        return {"bars": {symbol: rows} if rows else {}, "next_page_token": token}


def _row(bar: HeldBar) -> dict[str, Any]:
    time = f"{np.datetime64(bar.start_ns, 'ns').astype('datetime64[s]')}Z"
    ohlc = {"o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close}
    return {"t": time, **ohlc, "v": bar.volume, "n": bar.trades, "vw": bar.vwap}


def _send(
    to: BaseHTTPRequestHandler,
    status: int,
    body: bytes | dict[str, Any],
    headers: Mapping[str, str] | None = None,
    cut_after: int | None = None,
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    to.send_response(status)
    for name, value in (headers or {}).items():
        to.send_header(name, value)
    to.send_header("Content-Type", "application/json")
    to.send_header("Content-Length", str(len(data)))
    to.end_headers()
    to.wfile.write(data if cut_after is None else data[:cut_after])
    if cut_after is not None:
        to.close_connection = True
