"""The seam over Alpaca's client libraries: one request, one decoded answer, one place where errors are told apart.

Neither library has a timeout, and each asks again by itself after a fixed sleep: both are put right here, so that
pacing and retries are ours alone.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from foxml.errors import MissingExtra, UnknownSymbol, VendorBusy, VendorError, VendorRefused
from foxml.vendors.credentials import Credentials
from foxml.vendors.retry import retry_after_s

__all__ = ["AlpacaClient", "open_client"]

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class AlpacaClient(Protocol):
    """One request of market data."""

    def get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the decoded answer, or raise a `VendorError`."""
        ...


def open_client(
    credentials: Credentials, *, now_ns: Callable[[], int], url: str | None = None, timeout_s: float = 30.0
) -> AlpacaClient:
    """Open a client with whichever library is installed, alpaca-py first.

    Parameters
    ----------
    credentials : Credentials
    now_ns : callable
        Wall time, for answers that name the moment from which one may ask again.
    url : str, optional
        Another server than Alpaca's.
    timeout_s : float, default 30.0
        For a connection and for each wait for data.

    Raises
    ------
    MissingExtra
        If neither library is installed.
    """
    for opener in (_alpaca_py, _alpaca_trade_api):
        try:
            send, session = opener(credentials, url)
        except ImportError:
            continue
        # A silent server would block its thread for ever.
        session.request = functools.partial(session.request, timeout=(min(timeout_s, 10.0), timeout_s))
        return _Client(send, credentials, now_ns)
    raise MissingExtra("bars of Alpaca need alpaca-py: pip install 'foxml[alpaca-py]', or 'foxml[alpaca]'")


_Send = Callable[[str, dict[str, str]], Any]


def _alpaca_py(credentials: Credentials, url: str | None) -> tuple[_Send, Any]:
    from alpaca.data.historical import StockHistoricalDataClient

    client = StockHistoricalDataClient(credentials.key, credentials.secret, url_override=url)
    client._retry = 0
    return client.get, client._session


def _alpaca_trade_api(credentials: Credentials, url: str | None) -> tuple[_Send, Any]:
    from alpaca_trade_api import REST
    from alpaca_trade_api.common import get_data_url

    client = REST(credentials.key, credentials.secret, base_url="https://api.alpaca.markets")
    client._retry = 0
    base = url or get_data_url()

    def send(path: str, parameters: dict[str, str]) -> Any:  # noqa: ANN401
        return client._request("GET", path, parameters, base_url=base, api_version="v2")

    return send, client._session


class _Client:
    def __init__(self, send: _Send, credentials: Credentials, now_ns: Callable[[], int]) -> None:
        self._send = send
        self._credentials = credentials
        self._now_ns = now_ns

    def get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        import requests

        # Errors are raised outside of the handlers, so that no traceback leads to a request with its headers.
        error: VendorError
        try:
            answer = self._send(path, dict(parameters))
        except requests.exceptions.JSONDecodeError:
            error = VendorBusy("alpaca: the answer is not JSON")
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as failed:
            error = VendorBusy(f"alpaca: {_cause(failed)}")
        except requests.exceptions.ChunkedEncodingError:
            error = VendorBusy("alpaca: the connection broke in the middle of an answer")
        except Exception as failed:
            response = _response(failed)
            if response is None:
                raise
            error = self._told_apart(response)
        else:
            if isinstance(answer, dict):
                return answer
            error = VendorBusy(f"alpaca: expected a JSON object, found {type(answer).__name__}")
        raise error

    def _told_apart(self, response: Any) -> VendorError:  # noqa: ANN401
        """Map an HTTP status to an error: the only place that does."""
        said = self._credentials.scrubbed(_said(response))
        status = response.status_code
        text = f"alpaca: HTTP {status}: {said}"
        if status in _BUSY:
            return VendorBusy(text, retry_after_s(response.headers, self._now_ns()))
        if status == 401:
            return VendorRefused(f"{text}; check APCA_API_KEY_ID and APCA_API_SECRET_KEY")
        if status == 403:
            return VendorRefused(
                f"{text}; the key is wrong, or its plan does not reach so far: try another feed, or older bars"
            )
        if status in (400, 422) and "symbol" in said.lower():
            return UnknownSymbol(text)
        return VendorError(text)


def _response(failed: Exception) -> Any:  # noqa: ANN401
    """Return the HTTP response that either library's error carries, or None."""
    response = getattr(failed, "response", None)
    return response if hasattr(response, "status_code") else None


def _said(response: Any) -> str:  # noqa: ANN401
    try:
        body = response.json()
    except ValueError:
        return str(response.reason or "no reason given")
    return str(body["message"])[:300] if isinstance(body, dict) and "message" in body else str(response.reason)


def _cause(failed: Exception) -> str:
    return "no answer in time" if "timed out" in str(failed).lower() else f"no connection ({type(failed).__name__})"
