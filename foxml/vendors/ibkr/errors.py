"""What the error codes of a request for history mean: the one place that tells them apart."""

from enum import Enum

from foxml.errors import UnknownSymbol, VendorBusy, VendorError, VendorRefused

__all__ = ["HistoryAnswer", "read_error"]

_PACING_WAIT_S = 15.0
_REFUSED = frozenset({354, 10089, 10090, 10168, 10187, 10197})
_LOST = frozenset({322, 366, 504, 1100, 10182})


class HistoryAnswer(Enum):
    """An error that is an answer."""

    NO_BARS = "no bars"


def read_error(code: int, message: str, symbol: str) -> HistoryAnswer | VendorError:
    """Tell what an error of a request for history means.

    Parameters
    ----------
    code : int
        162 says several things, which its text alone tells apart; 200: no such contract; 366: the query was lost;
        420: too many requests.
    message, symbol : str

    Examples
    --------
    >>> read_error(162, "Historical Market Data Service error message:HMDS query returned no data", "SPY")
    <HistoryAnswer.NO_BARS: 'no bars'>
    >>> read_error(162, "Historical data request pacing violation", "SPY").retry_after_s
    15.0
    """
    text = f"ibkr: {symbol}: error {code}: {message}"
    said = message.lower()
    if code == 162 and "no data" in said:
        return HistoryAnswer.NO_BARS
    if code == 420 or (code == 162 and "pacing" in said):
        return VendorBusy(text, _PACING_WAIT_S)
    if code in (200, 203) or (code == 162 and "no market data permissions" in said):
        return UnknownSymbol(text)
    if code in _REFUSED or (code == 162 and "different ip" in said):
        return VendorRefused(text)
    if code == 162 and "cancelled" in said:
        return VendorBusy(text)
    return VendorBusy(text) if code in _LOST else VendorError(text)
