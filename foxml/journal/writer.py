"""Writing a journal."""

import contextlib
import fcntl
import os
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path

from foxml.domain.commands import Output
from foxml.domain.events import Event
from foxml.errors import JournalError, JournalMismatch
from foxml.journal.codec import SCHEMA_VERSION, encode

__all__ = ["APPLICATION_ID", "JournalWriter", "checksum"]

APPLICATION_ID = 0x466F784D  # "FoxM", in the file's header

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, occurred_ns INTEGER NOT NULL, received_ns INTEGER NOT NULL,
    payload BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE outputs (
    seq INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL, crc INTEGER NOT NULL,
    PRIMARY KEY (seq, n)) WITHOUT ROWID;
"""


def checksum(kind: str, payload: bytes) -> int:
    """CRC-32 over a record's kind and payload."""
    return zlib.crc32(payload, zlib.crc32(kind.encode()))


class JournalWriter:
    """The one connection that writes a journal. Use it as a context manager, or call `close`.

    SQLite in WAL mode with synchronous FULL: what `append` returned from survives a power loss.

    Parameters
    ----------
    path : Path
        Made when absent.
    journal_id : str
        Identity of a new journal; an existing one keeps its own.
    commit_every : int, default 1
        Events to a transaction, at the least: 1 makes each `append` durable before it returns; more is for replays,
        which can be run again. What one `append` was given is never divided.

    Raises
    ------
    JournalError
        If the file is no journal, or cannot be written, or another process writes it (named by its id).
    JournalMismatch
        If it is of another schema version.
    """

    def __init__(self, path: Path, *, journal_id: str, commit_every: int = 1) -> None:
        assert commit_every >= 1
        self.path = path
        self._commit_every = commit_every
        self._uncommitted = 0
        self._failed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(f"{path.parent}: cannot be made: {error.strerror}") from None
        self._lock = _lock(path)
        try:
            self._open(journal_id)
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self, journal_id: str) -> None:
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None)
            is_new = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if is_new:
                self._create(journal_id)
            self._check()
            self._db.execute("PRAGMA synchronous=FULL")
            self.journal_id: str = self._db.execute("SELECT value FROM meta WHERE key='journal_id'").fetchone()[0]
            self._seq: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: cannot be opened as a journal: {error}") from None

    def _create(self, journal_id: str) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(
            f"BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION}; {_TABLES}"
        )
        # In the same transaction: a journal without its identity could never be opened again.
        self._db.execute("INSERT INTO meta VALUES ('journal_id', ?)", (journal_id,))
        self._db.execute("COMMIT")

    def _check(self) -> None:
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        if application != APPLICATION_ID:
            raise JournalError(f"{self.path}: a database, but no journal")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA_VERSION:
            raise JournalMismatch(f"{self.path}: expected schema version {SCHEMA_VERSION}, found {version}")

    @property
    def last_seq(self) -> int:
        """Number of the latest event; 0 in an empty journal."""
        return self._seq

    def append(self, records: Sequence[tuple[Event, Sequence[Output]]]) -> None:
        """Write events with their outputs in one transaction.

        Raises
        ------
        JournalError
            If they could not be written (full disk, read-only file …): nothing of them is, and the journal takes no
            more, since what would follow builds on them.
        """
        if self._failed:
            raise JournalError(f"{self.path}: an earlier write failed; the journal takes no more")
        events, outputs = self._rows(records)
        try:
            if not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", events)
            self._db.executemany("INSERT INTO outputs VALUES (?, ?, ?, ?, ?)", outputs)
            self._uncommitted += len(events)
            if self._uncommitted >= self._commit_every:
                self._commit()
        except sqlite3.Error as error:
            self._failed = True
            if self._db.in_transaction:
                self._db.rollback()
            raise JournalError(f"{self.path}: event {self._seq + 1} could not be written: {error}") from None
        self._seq += len(events)

    def _rows(self, records: Sequence[tuple[Event, Sequence[Output]]]) -> tuple[list[tuple], list[tuple]]:  # type: ignore[type-arg]
        events, outputs = [], []
        for seq, (event, answers) in enumerate(records, self._seq + 1):
            kind, payload = encode(event)
            events.append((seq, kind, event.occurred_ns, event.received_ns, payload, checksum(kind, payload)))
            for n, answer in enumerate(answers):
                kind, payload = encode(answer)
                outputs.append((seq, n, kind, payload, checksum(kind, payload)))
        return events, outputs

    def flush(self) -> None:
        """Make everything appended durable."""
        try:
            self._commit()
        except sqlite3.Error as error:
            self._failed = True
            raise JournalError(f"{self.path}: could not be written: {error}") from None

    def _commit(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._uncommitted = 0

    def close(self) -> None:
        """Flush, unless a write failed, and let the file go."""
        try:
            if not self._failed:
                self.flush()
        finally:
            self._db.close()
            os.close(self._lock)

    def __enter__(self) -> "JournalWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lock(path: Path) -> int:
    """Lock `<path>.lock` for this process; the operating system lets go of it when the process dies."""
    try:
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalError(f"{path}: cannot be locked: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
        os.close(descriptor)
        raise JournalError(f"{path}: another process (pid {owner}) writes this journal") from None
    with contextlib.suppress(OSError):  # on a full disk the lock holds without its owner's name
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
