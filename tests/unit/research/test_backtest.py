"""The loop of a backtest: what it records, what it leaves when it cannot begin, and how it stops."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from trading_project import make_project

from foxml.domain.bars import BarSlice
from foxml.domain.events import RunStarted
from foxml.errors import DataError, JournalError
from foxml.journal import JournalReader
from foxml.research.backtest import run_backtest
from foxml.settings import Resolved, load_config


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with bars and a model."""
    return make_project(tmp_path_factory.mktemp("backtest"))


@pytest.fixture
def resolved(config: Path, tmp_path: Path) -> Resolved:
    """Its config, with runs of the test's own."""
    return load_config(config, environ={}, overrides=[f"paths.runs={tmp_path}", "journal.commit=chunk"])


def test_every_slice_is_recorded_and_told(resolved: Resolved) -> None:
    """The journal is the result: what it lacks has not happened."""
    told: list[tuple[int | None, int | None]] = []
    run = run_backtest(resolved, progress=lambda _text, done=None, total=None: told.append((done, total)))
    assert run.finished
    assert told[-1] == (run.slices, run.slices_planned)
    with JournalReader(run.journal) as reader:
        events = [record.event for record in reader.records()]
    assert sum(isinstance(event, BarSlice) for event in events) == run.slices
    assert isinstance(events[0], RunStarted)
    assert dict(events[0].details)["mode_label"] == "backtest"
    assert run_backtest(resolved).journal != run.journal  # the next free number


def test_what_cannot_begin_leaves_no_journal(resolved: Resolved, tmp_path: Path) -> None:
    """An empty journal would look like a run that found nothing to do."""
    period = resolved.config.period.model_copy(update={"start": None, "end": None})
    period = period.model_copy(update={"start": resolved.config.period.start.replace(year=2050)})  # type: ignore[union-attr]
    later = replace(resolved, config=resolved.config.model_copy(update={"period": period}))
    with pytest.raises(DataError, match="period"):
        run_backtest(later)
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_is_there_is_refused(resolved: Resolved, tmp_path: Path) -> None:
    """Whatever it is: a run never adds to what another has recorded."""
    path = tmp_path / "journal.db"
    path.write_text("mine")
    with pytest.raises(JournalError, match="already there"):
        run_backtest(resolved, journal_path=path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_between_slices_and_the_handlers_come_back(resolved: Resolved, number: signal.Signals) -> None:
    """Stopped in the middle of a slice, the journal would end with half of what it led to."""
    before = signal.getsignal(number)

    def interrupt(_text: str, done: int | None = None, total: int | None = None) -> None:
        if done == 100:
            os.kill(os.getpid(), number)

    run = run_backtest(resolved, progress=interrupt)
    assert not run.finished
    assert run.slices == 100
    assert signal.getsignal(number) is before
    with JournalReader(run.journal) as reader:
        slices = [record.event for record in reader.records() if isinstance(record.event, BarSlice)]
    assert len(slices) == 100
