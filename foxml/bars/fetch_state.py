"""What has been fetched already: chunks of bars on disk, and the stretches of time that need not be asked for again."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from foxml.bars.files import replace_file
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = ["FetchState", "merged", "without"]

_SCHEMA = 1
_TIMES = ("close_ns", "session_open_ns", "session_close_ns")


class FetchState:
    """Progress of one symbol: each chunk is a file, replaced as a whole, until its bars are in the store.

    A kill at any moment leaves a chunk whole or absent; one that was stored and not yet struck off is merged again,
    which changes nothing.

    Parameters
    ----------
    folder : Path
    symbol : str
    interval_ns : int
    """

    def __init__(self, folder: Path, symbol: str, interval_ns: int) -> None:
        self._folder = folder
        self._symbol = symbol
        self._interval_ns = interval_ns
        self._index = folder / "covered.json"

    def covered(self) -> list[tuple[int, int]]:
        """Stretches of time that are in the store or in a chunk, ascending."""
        found = [*self._stored(), *(_span(path) for path in self._chunks())]
        return _joined(found)

    def add(self, start_ns: int, end_ns: int, bars: SymbolBars) -> None:
        """Keep the bars of a stretch of time; that there are none is kept too."""
        data = io.BytesIO()
        columns = {name: getattr(bars, name) for name in (*_TIMES, "ohlcv")}
        if bars.vwap is not None:
            columns["vwap"] = bars.vwap
        if bars.trade_count is not None:
            columns["trade_count"] = bars.trade_count
        np.savez(data, **columns)
        replace_file(self._folder / f"{start_ns}-{end_ns}.npz", data.getvalue())

    def pending(self) -> list[SymbolBars]:
        """Bars of the chunks that have not been struck off, oldest first."""
        return [self._load(path) for path in self._chunks()]

    def settle(self) -> None:
        """Strike off all chunks: their bars are in the store."""
        chunks = self._chunks()
        covered = _joined([*self._stored(), *(_span(path) for path in chunks)])
        replace_file(self._index, json.dumps({"schema": _SCHEMA, "covered": covered}).encode())
        for path in chunks:
            path.unlink()

    def _chunks(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*-[0-9]*.npz"), key=_span)

    def _stored(self) -> list[tuple[int, int]]:
        try:
            fields = json.loads(self._index.read_bytes())
            if fields["schema"] != _SCHEMA:
                raise ValueError
            return [(int(start), int(end)) for start, end in fields["covered"]]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            raise DataError(
                f"{self._index}: expected what has been fetched of {self._symbol}; delete it to fetch all again"
            ) from None

    def _load(self, path: Path) -> SymbolBars:
        try:
            with np.load(path, allow_pickle=False) as held:
                columns = {name: held[name] for name in held.files}
            return SymbolBars(self._symbol, self._interval_ns, **columns)
        except (OSError, ValueError, TypeError) as error:
            raise DataError(f"{path}: not a chunk of fetched bars ({error}); delete it to fetch it again") from None


def merged(parts: Sequence[SymbolBars]) -> SymbolBars:
    """Return the bars of all parts by time; of two bars of one time, that of the later part.

    VWAP and number of trades stay if every part with a bar has them.
    """
    parts = [part for part in parts if len(part)] or parts
    first = parts[0]
    close_ns = np.concatenate([part.close_ns for part in parts])
    # Looked for from the back, the first of a time is the one that came last.
    _, back = np.unique(close_ns[::-1], return_index=True)
    kept = len(close_ns) - 1 - back
    vwaps = [part.vwap for part in parts if part.vwap is not None]
    counts = [part.trade_count for part in parts if part.trade_count is not None]
    return SymbolBars(
        first.symbol,
        first.interval_ns,
        close_ns[kept],
        np.concatenate([part.session_open_ns for part in parts])[kept],
        np.concatenate([part.session_close_ns for part in parts])[kept],
        np.ascontiguousarray(np.concatenate([part.ohlcv for part in parts])[kept]),
        np.concatenate(vwaps)[kept] if len(vwaps) == len(parts) else None,
        np.concatenate(counts)[kept] if len(counts) == len(parts) else None,
    )


def without(start_ns: int, end_ns: int, covered: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is left of ``[start_ns, end_ns)`` outside of some ascending stretches.

    Examples
    --------
    >>> without(0, 10, [(2, 3), (5, 20)])
    [(0, 2), (3, 5)]
    """
    left = []
    for first, last in covered:
        if first > start_ns:
            left.append((start_ns, min(first, end_ns)))
        start_ns = max(start_ns, last)
        if start_ns >= end_ns:
            break
    return [(a, b) for a, b in [*left, (start_ns, end_ns)] if a < b]


def _span(path: Path) -> tuple[int, int]:
    start, _, end = path.stem.partition("-")
    return int(start), int(end)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
