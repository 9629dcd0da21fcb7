"""From stored bars to streamed ones, with no gap and no overlap.

::

    history   ========================|            whole up to history_to_ns
    stream                     .......==========>  whole after stream_from_ns
    joined    ========================|========>

A symbol may well have no bar for an hour, so missing bars say nothing. What counts is what either side vouches for:
history is whole up to a moment, a stream is whole after the moment at which its subscription was confirmed, and as
long as the first lies before the second, there is a gap, whether or not a bar fell into it.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["Handover", "History", "StreamedBar"]


@dataclass(frozen=True, slots=True, eq=False)
class StreamedBar:
    """One bar as it came from a stream.

    Attributes
    ----------
    close_ns : int
    ohlcv : ndarray of float64, shape (5,)
    """

    close_ns: int
    ohlcv: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Bars that close after the moment asked for, and the moment up to which none is missing."""

    bars: SymbolBars
    whole_to_ns: int


class Handover:
    """Joins the history of one symbol with its stream, from the first bar on and after every broken connection.

    The stream is subscribed first and its bars are kept; then `bars` reads history until this reaches the moment of the
    subscription, drops what both have, and goes on with the stream.

    Parameters
    ----------
    symbol : str
    history : callable
        Given a moment, reads what closes after it.
    after_ns : int
        The close of the last bar that the receiver has; bars after it are returned.
    buffer_bars_max : int
        Streamed bars that are kept while history is read.
    reads_max : int, default 20
        Reads of history for one join.
    pause : callable
        Called between two reads.
    """

    def __init__(
        self,
        symbol: str,
        history: Callable[[int], History],
        *,
        after_ns: int,
        buffer_bars_max: int,
        reads_max: int = 20,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self._symbol = symbol
        self._history = history
        self._last_ns = after_ns
        self._whole_to_ns = after_ns
        self._buffer_bars_max = buffer_bars_max
        self._reads_max = reads_max
        self._pause = pause
        self._buffer: list[StreamedBar] = []
        self._stream_from_ns: int | None = None
        self._overflowed = False
        self._lock = threading.Lock()
        self.overlaps = 0
        """Streamed bars that had been returned already."""
        self.late = 0
        """Streamed bars that came after a later one had been returned: the store is to be revised."""
        self._returned: deque[int] = deque(maxlen=buffer_bars_max)

    def subscribed(self, from_ns: int) -> None:
        """Note that every bar that closes after `from_ns` will be offered; what came before is history's to bring."""
        with self._lock:
            self._buffer = []
            self._overflowed = False
            self._stream_from_ns = from_ns

    def disconnected(self) -> None:
        """Note that the stream has ended: bars kept from it stay, and history brings what follows them."""
        with self._lock:
            self._stream_from_ns = None

    def offer(self, bar: StreamedBar) -> None:
        """Take a streamed bar; callable from the stream's thread, returns at once."""
        with self._lock:
            if len(self._buffer) >= self._buffer_bars_max:
                self._overflowed = True
            else:
                self._buffer.append(bar)

    def bars(self) -> list[StreamedBar]:
        """Return everything that is due now, by time; no bar is returned twice.

        Raises
        ------
        DataError
            If history does not come up to the stream: names the stretch that is missing. Nothing is lost by it, and the
            next call tries again.
        """
        with self._lock:
            stream_from_ns, overflowed = self._stream_from_ns, self._overflowed
        if stream_from_ns is None:
            return []
        if overflowed:
            raise DataError(
                f"{self._symbol}: more than {self._buffer_bars_max} streamed bars waited for history; subscribe again"
            )
        found = self._read_up_to(stream_from_ns) if self._whole_to_ns < stream_from_ns else []
        return [*found, *self._streamed()]

    def _read_up_to(self, stream_from_ns: int) -> list[StreamedBar]:
        whole_to_ns, last_ns, found = self._whole_to_ns, self._last_ns, []
        for read in range(self._reads_max):
            if read:
                self._pause()
            history = self._history(whole_to_ns)
            for close_ns, ohlcv in zip(history.bars.close_ns.tolist(), history.bars.ohlcv, strict=True):
                # Past the moment that history vouches for, a bar may still be growing.
                if last_ns < close_ns <= history.whole_to_ns:
                    last_ns = close_ns
                    found.append(StreamedBar(close_ns, ohlcv))
            whole_to_ns = max(whole_to_ns, history.whole_to_ns)
            if whole_to_ns >= stream_from_ns:
                self._whole_to_ns, self._last_ns = whole_to_ns, last_ns
                self._returned.extend(bar.close_ns for bar in found)
                return found
        gap = f"{np.datetime64(whole_to_ns, 'ns')} to {np.datetime64(stream_from_ns, 'ns')}"
        raise DataError(
            f"{self._symbol}: no history of {gap} after {self._reads_max} reads; the stream begins after it"
        )

    def _streamed(self) -> list[StreamedBar]:
        with self._lock:
            due, self._buffer = self._buffer, []
        found = []
        known = set(self._returned)
        for bar in sorted(due, key=lambda bar: bar.close_ns):
            if bar.close_ns <= max(self._last_ns, self._whole_to_ns):
                self.overlaps += bar.close_ns in known
                self.late += bar.close_ns not in known
                continue
            self._last_ns = bar.close_ns
            known.add(bar.close_ns)
            found.append(bar)
        self._returned.extend(bar.close_ns for bar in found)
        # What the stream has delivered is whole up to its last bar: after a break history is read from there.
        self._whole_to_ns = max(self._whole_to_ns, self._last_ns)
        return found
