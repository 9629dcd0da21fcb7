"""What lies where in a bar store, and the description of a symbol's bars that says which files they are.

A description is replaced last, as a whole: whoever reads it sees all of a change or nothing of it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from foxml.errors import DataError

__all__ = [
    "SCHEMA",
    "BarMarks",
    "Description",
    "Recorded",
    "Revision",
    "Segment",
    "description_path",
    "held_symbols",
    "load_json",
]

SCHEMA = 2
"""Schema 1 held a symbol's whole history in one file; it is read, and becomes schema 2 when it is next written."""
_SYMBOL = re.compile(r"^[A-Z][A-Z0-9.\-]{0,14}$")
_WHOLE = "all"
_FIRST = ("bars", "file", "first_close_ns", "interval", "last_close_ns", "marks", "sha256", "symbol")
_SECOND = ("check", "columns", "history_from_ns", "interval", "marks", "revisions", "segments", "symbol")


@dataclass(frozen=True, slots=True)
class BarMarks:
    """Where bars come from; travels into every model that is trained on them.

    Attributes
    ----------
    vendor, feed : str
        E.g. ``"alpaca"`` and ``"iex"``.
    anchor : str
        What the grid of intervals is anchored at: ``"utc"`` or ``"session"``.
    adjusted : bool, default False
        True for prices that the vendor had already adjusted for splits or dividends.
    filled : bool, default False
        True where intervals without a trade were given a bar, of no volume; never so in a live feed.
    """

    vendor: str
    feed: str
    anchor: str
    adjusted: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of bars: those of a month, or of a year where a year is few bars.

    Attributes
    ----------
    period : str
        E.g. ``"2024-03"``, of the closes in UTC.
    file : str
        Relative to the interval's folder.
    bars, first_close_ns, last_close_ns : int
    sha256 : str
        Of the file.
    content : str
        SHA-256 of the bars themselves, the same whatever wrote the file.
    """

    period: str
    file: str
    bars: int
    first_close_ns: int
    last_close_ns: int
    sha256: str
    content: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of bars that were stored already; what they were before is kept in a file.

    Attributes
    ----------
    revised_ns : int
        When, as told by whoever revised.
    changed, added, removed : int
        Bars.
    file, sha256 : str
        Of the file that holds the bars as they were.
    """

    revised_ns: int
    changed: int
    added: int
    removed: int
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of bars that were laid beside stored ones.

    Attributes
    ----------
    appended : int
        Bars that lie behind those that were stored.
    revision : Revision or None
        How stored bars changed; None if those that came again are the same.
    """

    appended: int
    revision: Revision | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """Everything that a store knows of a symbol's bars, but for the bars.

    Attributes
    ----------
    symbol, interval : str
    marks : BarMarks
    columns : tuple of str
        Those of ``vwap`` and ``trade_count`` that the bars have.
    segments : tuple of Segment
        By time.
    revisions : tuple of Revision, by time
    history_from_ns : int or None
        The earliest moment that the bars can still be read as of; None where no revision was forgotten.
    schema : int
    """

    symbol: str
    interval: str
    marks: BarMarks
    columns: tuple[str, ...]
    segments: tuple[Segment, ...]
    revisions: tuple[Revision, ...] = ()
    history_from_ns: int | None = None
    schema: int = SCHEMA

    @property
    def bars(self) -> int:
        """How many there are."""
        return sum(segment.bars for segment in self.segments)

    @property
    def first_close_ns(self) -> int:
        """Close of the oldest bar."""
        return self.segments[0].first_close_ns

    @property
    def last_close_ns(self) -> int:
        """Close of the newest bar."""
        return self.segments[-1].last_close_ns

    @property
    def digest(self) -> str:
        """SHA-256 of the bars."""
        if self.schema == 1:
            return self.segments[0].sha256
        return hashlib.sha256("\n".join(f"{s.period} {s.content}" for s in self.segments).encode()).hexdigest()

    @property
    def files(self) -> set[str]:
        """Every file that holds bars of it, relative to the interval's folder."""
        return {s.file for s in self.segments} | {r.file for r in self.revisions}

    def within(self, start_ns: int | None, end_ns: int | None) -> list[Segment]:
        """Return the segments with bars whose close may lie in ``(start_ns, end_ns]``."""
        return [
            s
            for s in self.segments
            if (start_ns is None or s.last_close_ns > start_ns) and (end_ns is None or s.first_close_ns <= end_ns)
        ]

    def to_json(self) -> bytes:
        """Serialise; what was read is the same again."""
        found = asdict(self)
        return json.dumps({**found, "check": _check(found)}, indent=1).encode()

    @staticmethod
    def load(path: Path) -> "Description":
        """Read a description.

        Raises
        ------
        DataError
            Names the file, what was found and what was expected.
        """
        found = load_json(path, (1, SCHEMA))
        expected = f"{path}: expected the description of {path.stem} that the store wrote"
        missing = sorted(set(_FIRST if found["schema"] == 1 else _SECOND) - found.keys())
        if missing:
            raise DataError(f"{expected}, found {', '.join(missing)} missing")
        try:
            made = _first(found) if found["schema"] == 1 else _second(found)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise DataError(f"{expected}, found {error}") from None
        strange = [file for file in made.files if not _fits(file, made)]
        if made.symbol != path.stem or not made.segments or strange:
            where = strange[0] if strange else f"{len(made.segments)} files"
            raise DataError(f"{expected}, found {made.symbol} in {where}")
        return made


def description_path(root: Path, symbol: str, interval: str) -> Path:
    """Return where the description of a symbol's bars lies.

    Raises
    ------
    DataError
        If the symbol cannot be a file's name.
    """
    if not _SYMBOL.match(symbol):
        raise DataError(f"{symbol!r} is not a symbol: expected capital letters, digits, dots and hyphens")
    return root / interval / f"{symbol}.json"


def held_symbols(folder: Path) -> list[str]:
    """Return the symbols that an interval's folder describes."""
    return [path.stem for path in sorted(folder.glob("[A-Z]*.json"))]


def load_json(path: Path, schemas: tuple[int, ...]) -> dict[str, Any]:
    """Read an object of one of these schemas.

    Raises
    ------
    DataError
        Names the file.
    """
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise DataError(f"{path}: not the JSON that the store writes: {error}") from None
    if not isinstance(found, dict) or found.get("schema") not in schemas:
        told = found.get("schema") if isinstance(found, dict) else type(found).__name__
        wanted = " or ".join(str(schema) for schema in schemas)
        raise DataError(f"{path}: expected schema {wanted} of the bar store, found {told}")
    return found


def _first(found: Mapping[str, Any]) -> Description:
    """Read schema 1: one file, which lies beside its description."""
    spread = (found["bars"], found["first_close_ns"], found["last_close_ns"])
    segment = Segment(_WHOLE, found["file"], *spread, found["sha256"], found["sha256"])
    return Description(found["symbol"], found["interval"], BarMarks(**found["marks"]), (), (segment,), schema=1)


def _second(found: Mapping[str, Any]) -> Description:
    known = {name: value for name, value in found.items() if name in {field.name for field in fields(Description)}}
    expected = _check(known)
    if found["check"] != expected:
        raise ValueError(f"the check {found['check']} where its contents give {expected}")
    return Description(
        **{
            **known,
            "marks": BarMarks(**found["marks"]),
            "columns": tuple(found["columns"]),
            "segments": tuple(Segment(**each) for each in found["segments"]),
            "revisions": tuple(Revision(**each) for each in found["revisions"]),
        }
    )


def _check(found: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]


def _fits(file: str, made: Description) -> bool:
    parts = Path(file).parts
    return parts[-1] not in ("", "..") and (parts[:-1] == (() if made.schema == 1 else (made.symbol,)))
