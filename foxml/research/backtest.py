"""A backtest: stored bars through the session that trades, in a plain loop."""

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from foxml.clock import WallClock
from foxml.domain.bars import BarSlice
from foxml.domain.money import NANO
from foxml.errors import JournalError
from foxml.journal import DeferredJournal
from foxml.models import Registry
from foxml.research.progress import Progress
from foxml.session.build import BuiltSession, build_session
from foxml.session.start import begin
from foxml.settings import Resolved

__all__ = ["LABEL", "BacktestRun", "run_backtest"]

LABEL: Final = "backtest"
"""What the journal calls such a run, for people."""
_FILE: Final = "journal.db"
_TOLD_EVERY_SLICES: Final = 50


@dataclass(frozen=True, slots=True)
class BacktestRun:
    """A run that was recorded.

    Attributes
    ----------
    journal : Path
    model : str
        ``name@version``.
    slices : int
        Fed to the session, those included that only warm up.
    slices_planned : int
        More than `slices` if the run was interrupted; the journal says so then.
    seconds : float
        Of the loop.
    """

    journal: Path
    model: str
    slices: int
    slices_planned: int
    seconds: float

    @property
    def finished(self) -> bool:
        """Whether every slice was seen."""
        return self.slices == self.slices_planned


def run_backtest(
    resolved: Resolved,
    *,
    model: str | None = None,
    journal_path: Path | None = None,
    progress: Progress = lambda text, done=None, total=None: None,
) -> BacktestRun:
    """Trade the stored bars of the config's period, and record the run.

    Ctrl-C ends it between two slices: the journal is whole up to there, and says that more was planned.

    Parameters
    ----------
    resolved : Resolved
    model : str, optional
        ``name``, ``name@version`` or a path; by default ``model.name`` of the config.
    journal_path : Path, optional
        By default ``journal.path`` of the config, or else the next free ``<model>-backtest-<n>`` below its runs.
    progress : callable

    Raises
    ------
    JournalError
        If the journal is there already: a run is recorded once.
    ModelError, DataError
        If the model does not fit config, plan or store, or the period holds no bars. No journal is left then.
    """
    progress("model")
    bundle = Registry(resolved.registry).load(model or resolved.config.model.name)
    path = _journal_path(resolved, journal_path, bundle.manifest.name)
    progress("bars")
    journal = DeferredJournal(path, commit_every=resolved.config.journal.commit_every)
    built = build_session(resolved, bundle, journal=journal, journal_id=journal.journal_id)
    with journal, _interrupts() as stop:
        journal.open()
        started = time.perf_counter()
        begin(built.session, built.details, label=LABEL, received_ns=WallClock().now_ns())
        slices = _loop(built, stop, progress)
        seconds = time.perf_counter() - started
    name = f"{bundle.manifest.name}@{bundle.manifest.version}"
    return BacktestRun(path, name, slices, len(built.feed), seconds)


def _loop(built: BuiltSession, stop: Callable[[], bool], progress: Progress) -> int:
    slices, planned = 0, len(built.feed)
    for item in built.feed.items(-1):
        if stop():
            break
        built.session.offer(item)
        if isinstance(item, BarSlice):
            slices += 1
            if slices % _TOLD_EVERY_SLICES == 0 or slices == planned:
                progress(f"{datetime.fromtimestamp(item.close_ns // NANO, tz=UTC):%Y-%m-%d}", slices, planned)
    built.session.flush()
    return slices


def _journal_path(resolved: Resolved, given: Path | None, model: str) -> Path:
    configured = resolved.config.journal.path
    path = given if given is not None else None if configured is None else resolved.root / configured
    if path is None:
        numbers = itertools.count(1)
        return next(p for n in numbers if not os.path.lexists(p := resolved.runs / f"{model}-{LABEL}-{n}" / _FILE))
    if os.path.lexists(path):
        raise JournalError(f"{path}: already there, and a run is recorded once; give another path, or remove it first")
    return path


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and a polite kill into a question that the loop asks between slices, where the journal is whole."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
