"""The seam over IB's client libraries: a connection on a thread of its own, asked from any other.

ib_async and ib_insync have one interface and one event loop, which belongs to the thread that runs it.
"""

import asyncio
import datetime as dt
import importlib
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from foxml.errors import MissingExtra, VendorBusy, VendorError
from foxml.vendors.ibkr.errors import HistoryAnswer, read_error

__all__ = ["IbkrClient", "IbkrRow"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class IbkrRow:
    """One bar of an answer; `start` is seconds since 1970, or a date."""

    start: int | dt.date
    open: float
    high: float
    low: float
    close: float
    volume: float
    average: float
    count: int


class IbkrClient:
    """A connection to TWS or the Gateway that can read history and nothing else.

    Parameters
    ----------
    host : str
    port : int
        4001 and 4002 for the Gateway, 7496 and 7497 for TWS.
    client_id : int
        Of this connection alone: the server refuses a second one.
    timeout_s : float, default 60.0
        For the connection, and for each answer.

    Raises
    ------
    MissingExtra
        If neither library is installed.
    """

    def __init__(self, host: str, port: int, client_id: int, *, timeout_s: float = 60.0) -> None:
        self._library = _library()
        self._address = (host, port)
        self._client_id = client_id
        self._timeout_s = timeout_s
        self._loop = asyncio.new_event_loop()
        self._ib: Any = None
        self._refusal = ""
        self._connecting: asyncio.Lock | None = None
        self._thread = threading.Thread(target=self._run, name="foxml-ibkr", daemon=True)
        self._thread.start()

    def history(self, symbol: str, end: str, duration: str, size: str, regular_hours: bool) -> list[IbkrRow]:
        """Ask for the trades' bars of a stock that end at a moment.

        Parameters
        ----------
        symbol : str
        end : str
            ``yyyymmdd-hh:mm:ss`` in UTC.
        duration, size : str
            As TWS writes them: ``"1 W"``, ``"5 mins"``.
        regular_hours : bool

        Raises
        ------
        VendorError
        """
        return self._ask(self._history(symbol, end, duration, size, regular_hours))

    def close(self) -> None:
        """Disconnect and end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result(timeout=10.0)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _ask(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _history(self, symbol: str, end: str, duration: str, size: str, regular_hours: bool) -> list[IbkrRow]:
        ib = await self._connected()
        contract = self._library.Stock(symbol.replace(".", " "), "SMART", "USD")
        # The library's own time limit answers with an empty list, which would read as "no bars".
        work = ib.reqHistoricalDataAsync(
            contract, end, duration, size, "TRADES", regular_hours, formatDate=2, keepUpToDate=False, timeout=0
        )
        try:
            bars = await asyncio.wait_for(_unless_dropped(ib, work), self._timeout_s)
        except TimeoutError:
            raise VendorBusy(f"ibkr: {symbol}: no answer in {self._timeout_s:g} s") from None
        except self._library.wrapper.RequestError as error:
            found = read_error(error.code, error.message, symbol)
            if isinstance(found, HistoryAnswer):
                return []
            raise found from None
        except ConnectionError:
            raise VendorBusy(f"ibkr: {symbol}: the connection broke before the answer") from None
        return _rows(symbol, bars)

    async def _connected(self) -> Any:  # noqa: ANN401 - of one library or the other
        if self._connecting is None:
            self._connecting = asyncio.Lock()
        async with self._connecting:
            if self._ib is None or not self._ib.isConnected():
                await self._disconnect()
                self._ib = await self._connect()
            return self._ib

    async def _connect(self) -> Any:  # noqa: ANN401
        ib = self._library.IB()
        ib.RaiseRequestErrors = True
        self._refusal = ""
        ib.errorEvent += self._note_refusal
        host, port = self._address
        try:
            await ib.connectAsync(host, port, self._client_id, timeout=min(self._timeout_s, 15.0), readonly=True)
        except (TimeoutError, OSError) as error:
            reason = self._refusal or (f"{error}" if isinstance(error, OSError) else "no answer in time")
            raise VendorBusy(f"ibkr: {host}:{port}: no connection to TWS or the Gateway: {reason}") from None
        return ib

    def _note_refusal(self, request: int, code: int, message: str, *_: object) -> None:
        # A client id in use is reported as an error, and the connection then merely times out.
        if request == -1 and code in (326, 502, 507):
            self._refusal = f"error {code}: {message}"

    async def _disconnect(self) -> None:
        if self._ib is not None:
            self._ib.disconnect()
            self._ib = None
            await asyncio.sleep(0)


async def _unless_dropped(ib: Any, work: Any) -> Any:  # noqa: ANN401
    """Wait for an answer, or for the connection to end: the libraries leave some requests waiting for ever."""
    dropped = asyncio.get_running_loop().create_future()

    def note() -> None:
        if not dropped.done():
            dropped.set_result(None)

    ib.disconnectedEvent += note
    asked = asyncio.ensure_future(work)
    try:
        await asyncio.wait({asked, dropped}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            raise ConnectionError
        return asked.result()
    finally:
        ib.disconnectedEvent -= note
        asked.cancel()
        dropped.cancel()


def _rows(symbol: str, bars: Sequence[Any]) -> list[IbkrRow]:
    rows = []
    for bar in bars:
        start = bar.date
        if isinstance(start, dt.datetime):
            start = round(start.timestamp())
        elif not isinstance(start, dt.date):
            raise VendorError(f"ibkr: {symbol}: expected a time or a date, found {start!r}")
        rows.append(IbkrRow(start, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.average, bar.barCount))
    return rows


def _library() -> Any:  # noqa: ANN401
    for name in ("ib_async", "ib_insync"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise MissingExtra("bars of IB need ib_async: pip install 'foxml[ib-async]', or 'foxml[ib]'")
