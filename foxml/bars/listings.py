"""Symbol changes and delistings: which bars belong to one share, as it was known at a moment."""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import numpy as np

from foxml.bars.calendar import TradingCalendar
from foxml.bars.store_changes import rows_of
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

__all__ = [
    "ListingChange",
    "ListingKind",
    "holds_listings",
    "is_listed",
    "joined_as",
    "listings_from_rows",
    "listings_to_rows",
    "names_of",
    "read_listings",
    "stitched",
]

_HEADER: Final = ["symbol", "date", "kind", "successor"]


class ListingKind(Enum):
    """What becomes of a symbol."""

    RENAMED = "renamed"
    DELISTED = "delisted"


@dataclass(frozen=True, slots=True)
class ListingChange:
    """The end of a symbol, at the open of the first session without it.

    Attributes
    ----------
    symbol : str
    kind : ListingKind
    occurred_ns, received_ns : int
    successor : str or None
        The symbol under which a renamed share trades on.
    """

    symbol: str
    kind: ListingKind
    occurred_ns: int
    received_ns: int
    successor: str | None = None

    def __post_init__(self) -> None:
        if (self.kind is ListingKind.RENAMED) != (self.successor is not None) or self.successor == self.symbol:
            raise ValueError(f"{self.symbol} {self.kind.value}: expected a successor exactly if it was renamed")


def read_listings(path: Path, calendar: TradingCalendar) -> list[ListingChange]:
    """Read a table of ``symbol,date,kind,successor``, sorted by time.

    Parameters
    ----------
    path : Path
        CSV. `date` is that of the first session without the symbol; kind is ``renamed`` or ``delisted``.
    calendar : TradingCalendar

    Raises
    ------
    DataError
        Names the file and line, what was found and what was expected.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if not rows or rows[0] != _HEADER:
        found = ",".join(rows[0]) if rows else "an empty file"
        raise DataError(f"{path}:1: expected the header {','.join(_HEADER)}, found {found}")
    changes = []
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(_HEADER):
            raise DataError(f"{path}:{number}: expected {len(_HEADER)} fields, found {len(row)}")
        try:
            open_ns = calendar.session_on_or_after(dt.date.fromisoformat(row[1])).open_ns
            changes.append(ListingChange(row[0], ListingKind(row[2]), open_ns, open_ns, row[3] or None))
        except ValueError as error:
            raise DataError(f"{path}:{number}: {error}") from None
    return sorted(changes, key=lambda change: (change.occurred_ns, change.symbol))


def holds_listings(path: Path) -> bool:
    """Whether a file begins as a table of symbol changes does: it may lie among files of bars."""
    try:
        with path.open("rb") as file:
            return file.readline(200).rstrip().split(b",") == [word.encode() for word in _HEADER]
    except OSError:
        return False


def listings_to_rows(changes: Iterable[ListingChange]) -> list[list[str | int | None]]:
    """Write changes as the store keeps them."""
    return [[c.symbol, c.kind.value, c.occurred_ns, c.received_ns, c.successor] for c in changes]


def listings_from_rows(rows: Iterable[Sequence[Any]]) -> list[ListingChange]:
    """Read what `listings_to_rows` writes; raises ValueError or TypeError on anything else."""
    return [ListingChange(s, ListingKind(k), int(o), int(r), successor) for s, k, o, r, successor in rows]


def names_of(symbol: str, changes: Sequence[ListingChange], as_of_ns: int) -> list[tuple[str, int, int]]:
    """Return the names of the share that bears a symbol at a moment, oldest first, each with its span.

    Parameters
    ----------
    symbol : str
        As of `as_of_ns`.
    changes : sequence of ListingChange
        Those not received, or not effective, by then are unknown.
    as_of_ns : int

    Returns
    -------
    list of (symbol, start_ns, end_ns)
        Bars of each that closed in ``(start_ns, end_ns]`` are the share's. An earlier share that bore the symbol,
        before it was renamed away or delisted, is another one.
    """
    known = [c for c in changes if c.occurred_ns <= as_of_ns and c.received_ns <= as_of_ns]
    spans: list[tuple[str, int, int]] = []
    name, end_ns = symbol, as_of_ns
    while True:
        earlier = [c for c in known if c.occurred_ns < end_ns or not spans]
        came = max((c.occurred_ns for c in earlier if c.successor == name), default=None)
        gone = max((c.occurred_ns for c in earlier if c.symbol == name and c.occurred_ns < end_ns), default=None)
        if came is None or (gone is not None and gone > came):
            spans.append((name, 0 if gone is None else gone, end_ns))
            return spans[::-1]
        spans.append((name, came, end_ns))
        name, end_ns = next(c.symbol for c in earlier if c.successor == name and c.occurred_ns == came), came


def stitched(
    histories: Mapping[str, SymbolBars], symbol: str, changes: Sequence[ListingChange], as_of_ns: int
) -> SymbolBars:
    """Join the raw bars of all names of a share under the one that it bears at a moment; nothing later is seen.

    Raises
    ------
    DataError
        If there are no bars of one of its names, or they are of different intervals.
    """
    parts: list[SymbolBars] = []
    for name, start_ns, end_ns in names_of(symbol, changes, as_of_ns):
        bars = histories.get(name)
        if bars is None:
            raise DataError(f"{symbol} was once {name}, of which there are no bars")
        first, last = np.searchsorted(bars.close_ns, [start_ns, end_ns], side="right")
        parts.append(rows_of(bars, slice(int(first), int(last))))
    return joined_as(symbol, parts)


def joined_as(symbol: str, parts: Sequence[SymbolBars]) -> SymbolBars:
    """Join histories that follow one another under one symbol; a column that one of them lacks is left out.

    Raises
    ------
    DataError
        If they are of different intervals.
    """
    strange = [part.symbol for part in parts if part.interval_ns != parts[0].interval_ns]
    if strange:
        raise DataError(f"{symbol}: bars of {strange[0]} are of another interval")
    names = ["close_ns", "session_open_ns", "session_close_ns", "ohlcv"]
    names += [name for name in ("vwap", "trade_count") if all(getattr(part, name) is not None for part in parts)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return SymbolBars(symbol, parts[0].interval_ns, **columns)


def is_listed(symbol: str, changes: Sequence[ListingChange], as_of_ns: int) -> bool:
    """Whether a symbol may be traded at a moment, as far as was known then.

    A symbol that was given up and has since become another share's is listed again.
    """
    known = [c for c in changes if c.occurred_ns <= as_of_ns and c.received_ns <= as_of_ns]
    gone = max((c.occurred_ns for c in known if c.symbol == symbol), default=None)
    came = max((c.occurred_ns for c in known if c.successor == symbol), default=None)
    return gone is None or (came is not None and came >= gone)
