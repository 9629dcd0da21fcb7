"""Reading a journal, also while another process writes it."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foxml.domain.commands import Output
from foxml.domain.events import Event
from foxml.errors import JournalError, JournalMismatch
from foxml.journal.codec import SCHEMA_VERSION, decode
from foxml.journal.writer import APPLICATION_ID, checksum

__all__ = ["EncodedOutput", "Entry", "JournalReader", "Record", "journal_identity"]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One event with the engine's outputs."""

    seq: int
    event: Event
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class EncodedOutput:
    """An output as it was written: equal outputs have equal payloads."""

    kind: str
    payload: bytes

    def decode(self) -> Output:
        """Return the output itself."""
        output: Output = decode(self.kind, self.payload)
        return output


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One event, with the engine's outputs as they were written."""

    seq: int
    event: Event
    outputs: tuple[EncodedOutput, ...]


class JournalReader:
    """A read-only connection to a journal. Use it as a context manager, or call `close`.

    Raises
    ------
    JournalError
        If there is no such file, or it is no journal.
    JournalMismatch
        If it is of another schema version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise JournalError(f"{path}: no such journal")
        try:
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            application = self._db.execute("PRAGMA application_id").fetchone()[0]
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            row = None
            if application == APPLICATION_ID and version == SCHEMA_VERSION:
                row = self._db.execute("SELECT value FROM meta WHERE key='journal_id'").fetchone()
        except sqlite3.Error as error:
            raise JournalError(f"{path}: not a readable journal: {error}") from None
        if application != APPLICATION_ID:
            self._db.close()
            raise JournalError(f"{path}: a database, but no journal")
        if version != SCHEMA_VERSION or row is None:
            self._db.close()
            raise JournalMismatch(f"{path}: expected schema version {SCHEMA_VERSION}, found {version}")
        self.journal_id: str = row[0]

    @property
    def last_seq(self) -> int:
        """Number of the latest event; 0 in an empty journal."""
        seq: int = self._rows("SELECT coalesce(max(seq), 0) FROM events")[0][0]
        return seq

    def records(self, after: int = 0) -> Iterator[Record]:
        """Yield every event after that number with its outputs, in order.

        Raises
        ------
        JournalError
            At the first record that is missing or is not what was written; names it.
        """
        for entry in self.entries(after):
            outputs = tuple(self._decode(entry.seq, output.kind, output.payload) for output in entry.outputs)
            yield Record(entry.seq, entry.event, outputs)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield every event after that number, its outputs checked but not decoded: what a recovery compares.

        Raises
        ------
        JournalError
            As `records` does.
        """
        expected = after + 1
        while batch := self._rows("SELECT * FROM events WHERE seq >= ? ORDER BY seq LIMIT 1000", expected):
            last = batch[-1][0]
            outputs: dict[int, list[EncodedOutput]] = {}
            for seq, _, kind, payload, crc in self._rows(
                "SELECT * FROM outputs WHERE seq BETWEEN ? AND ? ORDER BY seq, n", expected, last
            ):
                self._check(seq, kind, payload, crc)
                outputs.setdefault(seq, []).append(EncodedOutput(kind, payload))
            for seq, kind, _, _, payload, crc in batch:
                if seq != expected:
                    raise JournalError(f"{self.path}: event {expected} is missing")
                self._check(seq, kind, payload, crc)
                yield Entry(seq, self._decode(seq, kind, payload), tuple(outputs.get(seq, ())))
                expected += 1

    def select(self, kinds: Iterable[str]) -> Iterator[Event | Output]:
        """Yield the events and outputs of some kinds alone, in order: an event comes before what it caused.

        Parameters
        ----------
        kinds : iterable of str
            Names of event and output types.

        Raises
        ------
        JournalError
            At the first one that is not what was written.
        """
        names = list(kinds)
        marks = ", ".join("?" * len(names))
        query = (
            f"SELECT seq, -1 AS n, kind, payload, crc FROM events WHERE kind IN ({marks}) UNION ALL "
            f"SELECT seq, n, kind, payload, crc FROM outputs WHERE kind IN ({marks}) ORDER BY seq, n"
        )
        for seq, _, kind, payload, crc in self._rows(query, *names, *names):
            self._check(seq, kind, payload, crc)
            yield self._decode(seq, kind, payload)

    def latest(self, kind: str | None = None) -> Event | None:
        """Return the latest event, or the latest of one kind; None if there is none.

        Raises
        ------
        JournalError
            If it is not what was written.
        """
        where, parameters = ("", ()) if kind is None else ("WHERE kind = ?", (kind,))
        rows = self._rows(f"SELECT seq, kind, payload, crc FROM events {where} ORDER BY seq DESC LIMIT 1", *parameters)
        if not rows:
            return None
        seq, found, payload, crc = rows[0]
        self._check(seq, found, payload, crc)
        event: Event = self._decode(seq, found, payload)
        return event

    def _rows(self, query: str, *parameters: int | str) -> list[Any]:
        try:
            return self._db.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: not a readable journal: {error}") from None

    def _check(self, seq: int, kind: str, payload: bytes, crc: int) -> None:
        if checksum(kind, payload) != crc:
            raise JournalError(f"{self.path}: event {seq}: a {kind} is not what was written: its checksum differs")

    def _decode(self, seq: int, kind: str, payload: bytes) -> Any:
        try:
            return decode(kind, payload)
        except JournalError as error:
            raise JournalError(f"{self.path}: event {seq}: {error}") from None

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def __enter__(self) -> "JournalReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def journal_identity(path: Path) -> str | None:
    """Return the identity of a journal; None where none was made yet, or its maker was killed before it was.

    Raises
    ------
    JournalError, JournalMismatch
        If there is a file that is no journal, or one of another schema version.
    """
    if not path.exists():
        return None
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                return None
        finally:
            database.close()
    except sqlite3.Error as error:
        raise JournalError(f"{path}: not a readable journal: {error}") from None
    with JournalReader(path) as reader:
        return reader.journal_id
