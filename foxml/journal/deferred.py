"""A journal that is named now and opened later."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from foxml.clock import new_journal_id
from foxml.domain.commands import Output
from foxml.domain.events import Event
from foxml.errors import JournalError
from foxml.journal.reader import journal_identity
from foxml.journal.writer import JournalWriter

__all__ = ["DeferredJournal"]


class DeferredJournal:
    """A journal whose identity is known at once, and whose file is made or locked only when `open` is called.

    So a run that cannot start, because its model is refused, say, leaves nothing behind.

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
