"""The bar store: Parquet by symbol, timeframe and month, changed as a whole or not at all, with its history."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foxml.bars.files import replace_file
from foxml.bars.listings import ListingChange, listings_from_rows, listings_to_rows
from foxml.bars.store_changes import in_order
from foxml.bars.store_commit import refusing
from foxml.bars.store_layout import BarMarks, Description, Recorded, Revision, description_path, load_json
from foxml.bars.store_lock import WriterLock, reading
from foxml.bars.store_parquet import extras_of
from foxml.bars.store_query import open_dataset, query
from foxml.bars.store_reading import describe, read_as_of, read_bars, read_parts
from foxml.bars.store_writing import (
    append_bars,
    check_fit,
    compact_bars,
    record_bars,
    replace_bars,
    replace_keeping,
    revise_bars,
)
from foxml.bars.timeframes import interval_name
from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

__all__ = ["BarMarks", "BarStore", "Recorded", "Revision", "StoredBars"]

_ACTIONS_SCHEMA = 1
_LISTINGS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class StoredBars:
    """What the store holds of one symbol and interval."""

    symbol: str
    interval: str
    bars: int
    first_close_ns: int
    last_close_ns: int
    marks: BarMarks


class BarStore:
    """Bars and corporate actions in a folder.

    Any number of processes may read while one writes: a read sees all of a change or nothing of it. A change is whole
    on disk when its method returns; a kill before that leaves the old bars.

    Parameters
    ----------
    root : Path
        Made when something is first written. Layout: ``<interval>/<SYMBOL>.json`` (marks, files, checksums,
        revisions), ``<interval>/<SYMBOL>/<period>-<hash>.parquet``, ``actions.json``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = WriterLock(root)

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes from writing through several changes; each change does so for itself.

        Raises
        ------
        DataError
            At once, if another process is writing: names it.
        """
        with refusing(self._root):
            held = self._lock.held()
            held.__enter__()
        try:
            yield
        finally:
            held.__exit__(None, None, None)

    def write(self, bars: SymbolBars, *, marks: BarMarks, revised_ns: int | None = None) -> None:
        """Store a symbol's bars, in place of what was there.

        Parameters
        ----------
        bars : SymbolBars
        marks : BarMarks
        revised_ns : int, optional
            Keeps what was there, as `revise` does, and its revisions. Without it they are forgotten.

        Raises
        ------
        DataError
            If there are no bars, they are not in order, the symbol cannot be a file name, or they cannot be written:
            what was stored is as it was.
        """
        in_order(bars)
        path = self._path(bars.symbol, interval_name(bars.interval_ns))
        with self.writing():
            if revised_ns is None or not path.exists():
                replace_bars(path, bars, marks)
            else:
                replace_keeping(path, bars, marks, revised_ns)

    def append(self, bars: SymbolBars, *, marks: BarMarks) -> int:
        """Store bars behind those that are stored; ones that are stored already, and the same, change nothing.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        DataError
            If a bar is stored already and another, lies between stored bars, or comes from another vendor or feed:
            names it; nothing is stored then.
        """
        in_order(bars)
        path = self._path(bars.symbol, interval_name(bars.interval_ns))
        with self.writing():
            if path.exists():
                return append_bars(path, bars, marks)
            replace_bars(path, bars, marks)
            return len(bars)

    def revise(self, bars: SymbolBars, *, revised_ns: int, removed: Iterable[int] = ()) -> Revision | None:
        """Change stored bars, put others among them or take some away; what was stored stays readable.

        Parameters
        ----------
        bars : SymbolBars
            Each takes the place of the one with its close, or is put in its place in time; may be empty.
        revised_ns : int
            When this became known; later than the revision before. `read` as of an earlier time gives the old bars.
        removed : iterable of int
            Closes of stored bars to take away.

        Returns
        -------
        Revision or None
            None if all bars are stored already, and the same.

        Raises
        ------
        DataError
            Names what cannot be; nothing is changed then.
        """
        gone = np.array(sorted(set(removed)), np.int64)
        if len(bars) or not len(gone):
            in_order(bars)
        path = self._path(bars.symbol, interval_name(bars.interval_ns))
        with self.writing():
            return revise_bars(path, bars, revised_ns, gone)

    def record(self, bars: SymbolBars, *, marks: BarMarks, revised_ns: int, whole: bool = False) -> Recorded:
        """Store what a source says now: bars behind the stored ones are appended, others become a revision.

        Stopped in between, the same call does the rest.

        Parameters
        ----------
        bars : SymbolBars
        marks : BarMarks
        revised_ns : int
            When this became known.
        whole : bool, default False
            The source leaves no bar out from the first to the last: stored ones there that it has not are removed.

        Raises
        ------
        DataError
            As `append` and `revise`.
        """
        in_order(bars)
        path = self._path(bars.symbol, interval_name(bars.interval_ns))
        with self.writing():
            if path.exists():
                return record_bars(path, bars, marks, revised_ns, whole=whole)
            replace_bars(path, bars, marks)
            return Recorded(len(bars))

    def check_record(self, bars: SymbolBars, marks: BarMarks) -> None:
        """Check that bars can become part of what is stored of their symbol, if anything is.

        Raises
        ------
        DataError
            If those that are stored come from elsewhere, or have other columns.
        """
        path = self._path(bars.symbol, interval_name(bars.interval_ns))
        if path.exists():
            check_fit(path, describe(path), bars, marks)

    def compact(self, symbol: str, interval: str, *, forget_to_ns: int | None = None) -> int:
        """Bring a symbol's bars to the present schema and forget old revisions; the bars stay as they are.

        Parameters
        ----------
        symbol, interval : str
        forget_to_ns : int, optional
            Revisions up to and including this time are forgotten: the bars can then be read as of this time and later.

        Returns
        -------
        int
            Bytes that were set free.
        """
        path = self._path(symbol, interval)
        with self.writing():
            return compact_bars(path, forget_to_ns)

    def read(
        self,
        symbol: str,
        interval: str,
        start_ns: int | None = None,
        end_ns: int | None = None,
        *,
        as_of_ns: int | None = None,
    ) -> SymbolBars:
        """Read bars whose close lies in ``(start_ns, end_ns]``.

        Parameters
        ----------
        symbol, interval : str
        start_ns, end_ns : int, optional
        as_of_ns : int, optional
            The bars as they were before the revisions after this time.

        Raises
        ------
        DataError
            If there are none of that symbol, or a file is not the one that was written; names the file.
        """
        with self._reading(symbol, interval) as (path, held):
            if as_of_ns is None:
                return read_bars(path, held, start_ns, end_ns)
            return read_as_of(path, held, start_ns, end_ns, as_of_ns)

    def parts(
        self, symbol: str, interval: str, part_bars: int, start_ns: int | None = None, end_ns: int | None = None
    ) -> Iterator[SymbolBars]:
        """Read bars whose close lies in ``(start_ns, end_ns]`` in parts of `part_bars` (the last: of fewer).

        The memory that it takes does not grow with the history. Together the parts are what `read` gave at the moment
        of the first one: a change meanwhile is not seen.

        Raises
        ------
        DataError
            As `read`, before the first part.
        """
        with self._reading(symbol, interval) as (path, held):
            yield from read_parts(path, held, part_bars, start_ns, end_ns)

    @contextmanager
    def dataset(self, interval: str, symbols: Iterable[str] | None = None) -> "Iterator[ds.Dataset]":
        """Return the bars of some symbols, by default of all, as an Arrow dataset; its files stay while it is open.

        Columns: symbol, close_ns, session_open_ns, session_close_ns, open, high, low, close, volume; vwap and
        trade_count where any symbol has them, null where one has not.

        Raises
        ------
        DataError
            As `read`.
        """
        with open_dataset(self._root, symbols, interval) as made:
            yield made

    def sql(self, question: str, interval: str, symbols: Iterable[str] | None = None) -> "pa.Table":
        """Ask DuckDB (``pip install 'foxml[sql]'``); the bars are the table ``bars``, with the columns of `dataset`.

        Raises
        ------
        DataError
            As `read`, and if DuckDB refuses the question.
        MissingExtra
            Without DuckDB.

        Examples
        --------
        ``store.sql("SELECT symbol, max(high) FROM bars GROUP BY symbol", "1d")``
        """
        return query(self._root, question, interval, symbols)

    def digest(self, symbol: str, interval: str) -> str:
        """SHA-256 of a symbol's bars: the same for the same bars, another for others."""
        return describe(self._path(symbol, interval)).digest

    def list(self) -> Sequence[StoredBars]:
        """Everything the store holds, by interval and symbol."""
        found = []
        for path in sorted(self._root.glob("*/[A-Z]*.json")):
            held = describe(path)
            spread = (held.bars, held.first_close_ns, held.last_close_ns)
            found.append(StoredBars(held.symbol, held.interval, *spread, held.marks))
        return found

    def marks(self, symbol: str, interval: str) -> BarMarks:
        """Where the bars of a symbol come from."""
        return describe(self._path(symbol, interval)).marks

    def revisions(self, symbol: str, interval: str) -> Sequence[Revision]:
        """Return the changes of a symbol's stored bars, by time."""
        return describe(self._path(symbol, interval)).revisions

    def fingerprint(
        self, symbols: Iterable[str], interval: str, start_ns: int | None = None, end_ns: int | None = None
    ) -> str:
        """SHA-256 of the bars of some symbols whose close lies in ``(start_ns, end_ns]``, and of their actions.

        Actions after `end_ns` do not count: what happens later leaves the fingerprint of a past period as it was.
        """
        names = sorted(symbols)
        digest = hashlib.sha256(interval.encode())
        for name in names:
            bars = self.read(name, interval, start_ns, end_ns)
            arrays = [bars.close_ns, bars.session_open_ns, bars.session_close_ns, bars.ohlcv]
            for array in (*arrays, *(getattr(bars, extra) for extra in extras_of(bars))):
                digest.update(f"{name}:{array.shape}".encode())
                digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
        for action in self.actions(names):
            if end_ns is None or action.occurred_ns <= end_ns:
                digest.update(f"{action.symbol}:{action.kind.value}:{action.occurred_ns}:{action.value}\n".encode())
        return digest.hexdigest()

    def write_actions(self, actions: Iterable[CorporateAction]) -> None:
        """Store corporate actions, in place of all that were there."""
        rows = [[a.symbol, a.kind.value, a.occurred_ns, a.received_ns, a.value] for a in actions]
        data = json.dumps({"schema": _ACTIONS_SCHEMA, "actions": rows}, indent=0).encode()
        with self.writing(), refusing(self._root):
            replace_file(self._root / "actions.json", data)

    def actions(self, symbols: Iterable[str]) -> Sequence[CorporateAction]:
        """Corporate actions of some symbols, by time."""
        path = self._root / "actions.json"
        if not path.exists():
            return []
        wanted = set(symbols)
        rows = load_json(path, (_ACTIONS_SCHEMA,))["actions"]
        return [CorporateAction(s, ActionKind(k), o, r, v) for s, k, o, r, v in rows if s in wanted]

    def write_listings(self, changes: Iterable[ListingChange]) -> None:
        """Store symbol changes and delistings, in place of all that were there."""
        rows = listings_to_rows(changes)
        data = json.dumps({"schema": _LISTINGS_SCHEMA, "listings": rows}, indent=0).encode()
        with self.writing(), refusing(self._root):
            replace_file(self._root / "listings.json", data)

    def listings(self) -> Sequence[ListingChange]:
        """Symbol changes and delistings, by time.

        Raises
        ------
        DataError
            If the file is not what `write_listings` wrote.
        """
        path = self._root / "listings.json"
        if not path.exists():
            return []
        try:
            return listings_from_rows(load_json(path, (_LISTINGS_SCHEMA,))["listings"])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}: expected symbol changes that the store wrote, found {error}") from None

    def _path(self, symbol: str, interval: str) -> Path:
        return description_path(self._root, symbol, interval)

    @contextmanager
    def _reading(self, symbol: str, interval: str) -> Iterator[tuple[Path, Description]]:
        path = self._path(symbol, interval)
        with reading(path.parent / symbol):
            yield path, describe(path)
