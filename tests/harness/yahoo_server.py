"""Yahoo's chart API on loopback, and a session that sends every request of yfinance there."""

import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter
from vendor_bars import HeldBar

_TIMEZONE = "America/New_York"


class YahooServer:
    """Serves ``/v8/finance/chart/SYMBOL`` from bars held in memory.

    `faults` are answers, (status, body), given in place of charts of bars, one for each request.
    """

    def __init__(self, bars: Mapping[str, Sequence[HeldBar]]) -> None:
        self.bars = bars
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.faults: deque[tuple[int, bytes]] = deque()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, data = outer._answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def session(self) -> requests.Session:
        """Return a session that knows no other host."""
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Loopback(self._server.server_address[1]))
        return session

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str) -> tuple[int, bytes]:
        address = urlsplit(path)
        if "getcrumb" in address.path:
            return 200, b"crumb"
        if not address.path.startswith("/v8/finance/chart/"):
            return 404, b"{}"
        symbol = address.path.rsplit("/", 1)[1]
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if "period1" in asked:
            self.requests.append((symbol, asked))
            if self.faults:
                return self.faults.popleft()
        if symbol not in self.bars:
            return 404, _error("Not Found", "No data found, symbol may be delisted")
        return 200, json.dumps({"chart": {"result": [self._chart(symbol, asked)], "error": None}}).encode()

    def _chart(self, symbol: str, asked: Mapping[str, str]) -> dict[str, Any]:
        start, end = (int(asked.get(name, 0)) * 10**9 for name in ("period1", "period2"))
        found = [bar for bar in self.bars[symbol] if start <= bar.start_ns < end]
        columns = {name: [getattr(bar, name) for bar in found] for name in ("open", "high", "low", "close", "volume")}
        session = {"timezone": "EST", "start": 1704724200, "end": 1704747600, "gmtoffset": -18000}
        meta = {
            "currency": "USD",
            "symbol": symbol,
            "instrumentType": "EQUITY",
            "exchangeTimezoneName": _TIMEZONE,
            "gmtoffset": -18000,
            "regularMarketTime": 1704747600,
            "priceHint": 2,
            "dataGranularity": asked["interval"],
            "validRanges": ["1d", "max"],
            "currentTradingPeriod": dict.fromkeys(("pre", "regular", "post"), session),
        }
        if not found:
            return {"meta": meta, "indicators": {"quote": [{}], "adjclose": [{}]}}
        if asked["interval"].endswith(("m", "h")):
            days = sorted({bar.start_ns // (86_400 * 10**9) for bar in found})
            meta["tradingPeriods"] = [
                [{**session, "start": day * 86_400 + 52_200, "end": day * 86_400 + 75_600}] for day in days
            ]
        times = [bar.start_ns // 10**9 for bar in found]
        return {"meta": meta, "timestamp": times, "indicators": {"quote": [columns]}}


class _Loopback(HTTPAdapter):
    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url is not None
        address = urlsplit(request.url)
        query = f"?{address.query}" if address.query else ""
        request.url = f"http://127.0.0.1:{self._port}{address.path}{query}"
        return super().send(request, *args, **kwargs)


def _error(code: str, description: str) -> bytes:
    return json.dumps({"chart": {"result": None, "error": {"code": code, "description": description}}}).encode()
