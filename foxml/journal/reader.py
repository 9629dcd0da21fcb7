"""Reading a journal, also while another process writes it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foxml.domain.commands import Output
from foxml.domain.events import Event
from foxml.errors import JournalError, JournalMismatch
from foxml.journal.codec import SCHEMA_VERSION, decode
from foxml.journal.writer import APPLICATION_ID, checksum

__all__ = ["JournalReader", "Record"]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One event with the engine's outputs."""

    seq: int
    event: Event
    outputs: tuple[Output, ...]


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
        expected = after + 1
        while batch := self._rows("SELECT * FROM events WHERE seq >= ? ORDER BY seq LIMIT 1000", expected):
            last = batch[-1][0]
            outputs: dict[int, list[Output]] = {}
            for seq, _, kind, payload, crc in self._rows(
                "SELECT * FROM outputs WHERE seq BETWEEN ? AND ? ORDER BY seq, n", expected, last
            ):
                outputs.setdefault(seq, []).append(self._decode(seq, kind, payload, crc))
            for seq, kind, _, _, payload, crc in batch:
                if seq != expected:
                    raise JournalError(f"{self.path}: event {expected} is missing")
                event: Event = self._decode(seq, kind, payload, crc)
                yield Record(seq, event, tuple(outputs.get(seq, ())))
                expected += 1

    def _rows(self, query: str, *parameters: int) -> list[Any]:
        try:
            return self._db.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: not a readable journal: {error}") from None

    def _decode(self, seq: int, kind: str, payload: bytes, crc: int) -> Any:
        if checksum(kind, payload) != crc:
            raise JournalError(f"{self.path}: event {seq}: a {kind} is not what was written: its checksum differs")
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
