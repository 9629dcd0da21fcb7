"""A journal's events through a new engine, to see whether it still decides what it decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foxml.domain.commands import Output
from foxml.domain.events import Event, RunStarted
from foxml.errors import JournalError
from foxml.journal import JournalReader
from foxml.models import Registry
from foxml.session.build import build_session
from foxml.session.start import Progress, check_same_run, recover
from foxml.settings import Resolved

__all__ = ["ReplayResult", "replay"]


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay has compared.

    Attributes
    ----------
    journal : Path
    model : str
    events : int
    commands : int
        Recorded ones; every other output was compared too.
    differing : int
        Outputs that differ.
    differences : tuple of str
        The first of them.
    """

    journal: Path
    model: str
    events: int
    commands: int
    differing: int
    differences: tuple[str, ...]


class _ReadOnlyJournal:
    """Stands where a session expects a journal that it must not write."""

    def append(self, records: Sequence[tuple[Event, Sequence[Output]]]) -> None:
        """Refuse."""
        raise AssertionError(f"{len(records)} records for a journal that is only read")


def replay(
    resolved: Resolved, journal: Path, *, model: str | None = None, progress: Progress | None = None
) -> ReplayResult:
    """Feed a journal to a new engine and compare every output with the recorded one.

    Parameters
    ----------
    resolved : Resolved
        What the run was made with.
    journal : Path
        Only read.
    model : str, optional
        Reference to the bundle; by default the one that the journal names.
    progress : callable, optional

    Raises
    ------
    JournalMismatch
        If config, bundle or plan are not those of the journal.
    """
    with JournalReader(journal) as reader:
        first = next(reader.select([RunStarted.__name__]), None)
        if not isinstance(first, RunStarted):
            raise JournalError(f"{journal}: no run was ever started on this journal")
        reference = dict(first.details).get("bundle", resolved.config.model.name)
        bundle = Registry(resolved.registry).load(model or reference)
        built = build_session(resolved, bundle, journal=_ReadOnlyJournal(), journal_id=reader.journal_id)
        check_same_run(first, built.details, journal)
        found = recover(built.session, reader.entries(), total=reader.last_seq, progress=progress, acknowledged=False)
    named = tuple(str(difference) for difference in found.differences)
    return ReplayResult(journal, reference, found.events, found.commands, found.differing, named)
