"""Where a process's journal is, and when it is opened."""

from collections.abc import Sequence
from pathlib import Path

from foxml.clock import new_journal_id
from foxml.domain.commands import Output
from foxml.domain.events import Event
from foxml.errors import JournalError
from foxml.journal import JournalWriter, journal_identity
from foxml.settings import Resolved

__all__ = ["ProcessJournal", "ReadOnlyJournal", "journal_path"]


def journal_path(resolved: Resolved, name: str) -> Path:
    """Return the journal of a run: as the config says, or below its folder of runs, by name."""
    given = resolved.config.journal.path
    return resolved.runs / name / "journal.db" if given is None else resolved.root / given


class ReadOnlyJournal:
    """Stands where a session expects a journal that it must not write."""

    def append(self, records: Sequence[tuple[Event, Sequence[Output]]]) -> None:
        """Refuse."""
        raise AssertionError(f"{len(records)} records for a journal that is only read")


class ProcessJournal:
    """A journal whose identity is known at once, and whose file is made or locked only when `open` is called.

    So a process that cannot start, because its model is refused, say, leaves nothing behind.

    Parameters
    ----------
    path : Path
    commit_every : int
        Events to a transaction, at the least.
    """

    def __init__(self, path: Path, *, commit_every: int) -> None:
        self.path = path
        self._commit_every = commit_every
        self._writer: JournalWriter | None = None
        self.journal_id = journal_identity(path) or new_journal_id()

    def open(self) -> None:
        """Make or lock the file.

        Raises
        ------
        JournalError
            If it cannot be written, or another process writes it.
        """
        self._writer = JournalWriter(self.path, journal_id=self.journal_id, commit_every=self._commit_every)
        if self._writer.journal_id != self.journal_id:
            raise JournalError(f"{self.path}: another process has just made this journal")

    @property
    def last_seq(self) -> int:
        """Number of the latest event."""
        return self._opened().last_seq

    def append(self, records: Sequence[tuple[Event, Sequence[Output]]]) -> None:
        """Write events with their outputs in one transaction."""
        self._opened().append(records)

    def close(self) -> None:
        """Flush and let the file go."""
        if self._writer is not None:
            self._writer.close()

    def _opened(self) -> JournalWriter:
        assert self._writer is not None, "the journal is not open"
        return self._writer

    def __enter__(self) -> "ProcessJournal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
