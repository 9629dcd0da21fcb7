"""From a vendor to the store, chunk by chunk: what ``foxml data fetch`` does."""

import fcntl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.fetch_state import FetchState, merged, without
from foxml.bars.normalise import deduplicated, normalise, time_ordered
from foxml.bars.sources.chunked import ChunkedSource, chunks
from foxml.bars.store import BarStore
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError, FoxmlError, VendorRefused
from foxml.vendors.waiting import Stopped

__all__ = ["FetchReport", "Fetcher"]


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What became of one symbol.

    Attributes
    ----------
    chunks, known : int
        Chunks fetched now, and those that were there already.
    empty : int
        Chunks with sessions in them for which the vendor had no bar.
    rows, bars : int
        Rows read now, and bars that are stored in all.
    revised : int
        Stored bars that came again and differ, or were put among others; what was there before stays readable.
    dropped : dict of str to int
        Rows left out, by reason.
    error : str, optional
        Why it ended early; what was fetched before is stored.
    """

    symbol: str
    chunks: int = 0
    known: int = 0
    empty: int = 0
    rows: int = 0
    bars: int = 0
    revised: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    error: str | None = None


class Fetcher:
    """Fetches many symbols from one source, several at a time.

    Parameters
    ----------
    source : ChunkedSource
    store : BarStore
    progress_root : Path
        Folder beside the store in which progress is kept.
    calendar : TradingCalendar
        Chunks without a session are not asked for.
    interval : str
    now_ns : int
        Bars that had not ended by then are not asked for.
    stop : threading.Event
        Once it is set, the work ends within one answer of the vendor.
    """

    def __init__(
        self,
        *,
        source: ChunkedSource,
        store: BarStore,
        progress_root: Path,
        calendar: TradingCalendar,
        interval: str,
        now_ns: int,
        stop: threading.Event,
    ) -> None:
        self._source = source
        self._store = store
        self._root = progress_root
        self._calendar = calendar
        self._interval = interval
        self._interval_ns = parse_interval(interval)
        self._now_ns = now_ns
        self._stop = stop
        self._storing = threading.Lock()

    def fetch(
        self,
        symbols: Sequence[str],
        start_ns: int,
        end_ns: int,
        *,
        jobs: int = 4,
        progress: Callable[[str, int, int], None] = lambda text, done, total: None,
    ) -> tuple[list[FetchReport], bool]:
        """Fetch bars that start in ``[start_ns, end_ns)`` and store them.

        An interruption (KeyboardInterrupt) stores what has been fetched; the same call goes on from there.

        Returns
        -------
        reports : list of FetchReport
            In the order of the symbols; one that failed says why.
        finished : bool
            False if it was interrupted.

        Raises
        ------
        DataError
            If the vendor does not reach back so far, the store holds bars of another vendor, or a fetch is under way.
        VendorRefused
            At the first symbol: no other would fare better.
        """
        end_ns = min(end_ns, self._now_ns - self._interval_ns + 1)
        self._check(symbols, start_ns, end_ns)
        with _locked(self._root / "lock"):
            states = {symbol: self._state(symbol) for symbol in dict.fromkeys(symbols)}
            plans = {symbol: self._plan(state, start_ns, end_ns) for symbol, state in states.items()}
            steps = _Steps(sum(map(len, plans.values())), progress)
            reports: dict[str, FetchReport] = {}
            finished, refused = True, None
            with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="fetch") as pool:
                futures = {
                    pool.submit(self._symbol, s, states[s], plans[s], start_ns, end_ns, steps): s for s in states
                }
                try:
                    for future in as_completed(futures):
                        reports[futures[future]] = future.result()
                except KeyboardInterrupt:
                    finished = False
                except VendorRefused as error:
                    refused = error
                finally:
                    # Those that are under way store what they have.
                    self._stop.set()
                    for future in futures:
                        future.cancel()
            if refused is not None:
                raise refused
            for future, symbol in futures.items():
                if symbol not in reports:
                    reports[symbol] = FetchReport(symbol) if future.cancelled() else future.result()
            return [reports[symbol] for symbol in states], finished

    def _check(self, symbols: Sequence[str], start_ns: int, end_ns: int) -> None:
        earliest = self._source.earliest_ns(self._interval, self._now_ns)
        if start_ns >= end_ns:
            raise DataError(f"no bar of {self._interval} both begins after {_text(start_ns)} and has ended")
        if earliest is not None and start_ns < earliest:
            raise DataError(
                f"{self._source.name} has bars of {self._interval} from {_text(earliest)} on;"
                f" asked from {_text(start_ns)}"
            )
        held = {stored.symbol: stored.marks for stored in self._store.list() if stored.interval == self._interval}
        for symbol in symbols:
            if symbol in held and held[symbol] != self._source.marks:
                raise DataError(
                    f"{symbol}: the store has its {self._interval} bars from {held[symbol]}, and one history is not"
                    f" made of two vendors' bars; fetch into another store: --set paths.store=..."
                )

    def _state(self, symbol: str) -> FetchState:
        marks = self._source.marks
        return FetchState(
            self._root / f"{marks.vendor}-{marks.feed}" / self._interval / symbol, symbol, self._interval_ns
        )

    def _plan(self, state: FetchState, start_ns: int, end_ns: int) -> list[tuple[int, int]]:
        left = without(start_ns, end_ns, state.covered())
        size_ns = self._source.chunk_ns(self._interval)
        return [span for part in left for span in chunks(*part, size_ns) if self._has_session(*span)]

    def _has_session(self, start_ns: int, end_ns: int) -> bool:
        # A daily label is a midnight, hours before its session.
        reach_ns = max(self._interval_ns, 1)
        first = int(np.searchsorted(self._calendar.close_ns, start_ns, side="right"))
        return first < len(self._calendar.open_ns) and int(self._calendar.open_ns[first]) < end_ns + reach_ns

    def _symbol(
        self,
        symbol: str,
        state: FetchState,
        plan: Sequence[tuple[int, int]],
        start_ns: int,
        end_ns: int,
        steps: "_Steps",
    ) -> FetchReport:
        whole = sum(
            1 for span in chunks(start_ns, end_ns, self._source.chunk_ns(self._interval)) if self._has_session(*span)
        )
        report = FetchReport(symbol, known=max(0, whole - len(plan)))
        try:
            for span in plan:
                if self._stop.is_set():
                    break
                bars, rows, dropped = self._chunk(symbol, *span)
                state.add(*span, bars)
                counts = {k: report.dropped.get(k, 0) + dropped.get(k, 0) for k in {**report.dropped, **dropped}}
                report = replace(
                    report,
                    chunks=report.chunks + 1,
                    empty=report.empty + (rows == 0),
                    rows=report.rows + rows,
                    dropped=counts,
                )
                steps.done(symbol)
        except Stopped:
            pass
        except VendorRefused:
            raise
        except FoxmlError as error:
            report = replace(report, error=str(error))
        finally:
            stored, revised = self._settle(symbol, state)
        return replace(report, bars=stored, revised=revised)

    def _chunk(self, symbol: str, start_ns: int, end_ns: int) -> tuple[SymbolBars, int, dict[str, int]]:
        raw = self._source.fetch(symbol, self._interval, start_ns, end_ns)
        kept, repeats = deduplicated(time_ordered(raw))
        bars, quality = normalise(kept, self._calendar, self._interval_ns)
        dropped = {**quality.dropped, **({"repeated rows": repeats} if repeats else {})}
        return bars, len(raw), dropped

    def _settle(self, symbol: str, state: FetchState) -> tuple[int, int]:
        """Move the bars of all chunks to the store; return how many it then holds, and how many were revised."""
        with self._storing:
            parts, revised = state.pending(), 0
            if parts:
                bars = merged(parts)
                if len(bars):
                    found = self._store.record(bars, marks=self._source.marks, revised_ns=self._now_ns)
                    revised = found.revision.changed + found.revision.added if found.revision else 0
                state.settle()
            held = [s for s in self._store.list() if (s.symbol, s.interval) == (symbol, self._interval)]
            return held[0].bars if held else 0, revised


class _Steps:
    """Counts chunks of all threads."""

    def __init__(self, total: int, progress: Callable[[str, int, int], None]) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._lock = threading.Lock()

    def done(self, symbol: str) -> None:
        with self._lock:
            self._done += 1
            self._progress(symbol, self._done, self._total)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(f"{path.parent}: another fetch into this store is under way") from None
        yield


def _text(ns: int) -> str:
    return str(np.datetime64(ns, "ns").astype("datetime64[m]"))
