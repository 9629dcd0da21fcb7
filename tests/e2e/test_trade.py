"""The trading process as a user meets it: stopped, started twice, out of disk, failing, told something else."""

import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command import Done, environment, foxml
from kill_harness import RECOVERED, Life, content, run_whole, trade_command
from trading_project import make_project

from foxml.bars.store import BarStore
from foxml.daemon.status import status
from foxml.domain.commands import CancelOrder, SubmitOrder
from foxml.domain.events import FaultRaised, OperatorHalt
from foxml.domain.orders import OrderReason
from foxml.journal import JournalReader
from foxml.journal.codec import encode
from foxml.journal.writer import checksum


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a market and a trained model."""
    return make_project(tmp_path_factory.mktemp("trade"))


@pytest.fixture(scope="module")
def whole(config: Path) -> Path:
    """The journal of a run that nothing disturbed."""
    journal = config.parents[1] / "runs" / "whole" / "journal.db"
    assert run_whole(config, journal)["ended"] == "feed"
    return journal


def trade(config: Path, journal: Path, *options: str) -> Done:
    return foxml("trade", "--config", config, "--journal", journal, "--json", *options, cwd=config.parents[1])


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_and_the_same_command_goes_on(
    config: Path, whole: Path, tmp_path: Path, number: signal.Signals
) -> None:
    journal = tmp_path / "journal.db"
    # At this speed the traded period takes a minute.
    life = Life([*trade_command(config, journal), "--speed", "780"], config.parents[1])
    life.seen[RECOVERED].wait(120)
    with pytest.raises(subprocess.TimeoutExpired):
        life.process.wait(3.0)
    life.process.send_signal(number)
    assert life.end() == 0, life.log[-5:]
    assert json.loads(life.out)["ended"] == "signal"
    assert lines(life.log[-1])[0]["event"] == "stopped"
    assert 0 < status(journal).events < status(whole).events
    done = trade(config, journal)
    assert (done.code, json.loads(done.out)["ended"]) == (0, "feed")
    assert content(journal).essence == content(whole).essence


def test_a_second_process_on_the_journal_is_refused(config: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    life = Life([*trade_command(config, journal), "--speed", "1"], config.parents[1])
    life.seen[RECOVERED].wait(120)
    done = trade(config, journal)
    assert done.code == 6
    assert f"another process (pid {life.process.pid}) writes this journal" in done.err
    assert status(journal).starts == 1  # which may be asked meanwhile
    life.process.terminate()
    assert life.end() == 0


@contextmanager
def _tiny_disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _stopped_for_want_of_disk(done: Done) -> None:
    assert done.code == 6, done.err[-2000:]
    assert "Traceback" not in done.err
    (said,) = [line for line in lines(done.err) if line["level"] == "critical"]
    assert said["event"] == "the journal cannot be used: nothing is submitted any more"
    assert "could not be written" in said["problem"]
    assert "could not be written" in done.err.splitlines()[-1]  # and to the user


def test_a_full_disk_stops_it_and_room_lets_it_go_on(config: Path, whole: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with _tiny_disk(disk):
        journal = disk / "journal.db"
        _stopped_for_want_of_disk(trade(config, journal))
        before = status(journal).events
        assert 0 < before < status(whole).events
        _stopped_for_want_of_disk(trade(config, journal))  # still full
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        done = trade(config, journal)
        assert done.code == 0, done.err[-2000:]
        assert content(journal).essence == content(whole).essence


def test_a_file_that_may_not_grow_stops_it_too(config: Path, whole: Path, tmp_path: Path) -> None:
    """The same where no file system can be mounted: the limit is the process's own."""
    journal = tmp_path / "journal.db"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    done = subprocess.run(
        trade_command(config, journal),
        cwd=config.parents[1], env=environment(), capture_output=True, text=True, preexec_fn=limit,
    )  # fmt: skip
    _stopped_for_want_of_disk(Done(done.returncode, done.stdout, done.stderr))
    assert status(journal).events < status(whole).events
    assert trade(config, journal).code == 0
    assert content(journal).essence == content(whole).essence


def test_a_journal_of_another_config_is_refused_by_key_and_left_alone(config: Path, whole: Path) -> None:
    before = whole.read_bytes()
    done = trade(config, whole, "--set", "risk.order_notional_max=5")
    assert done.code == 6
    assert 'risk.order_notional_max: the journal was begun with "100000.000000000", now found' in done.err
    assert "small@1" in done.err
    assert whole.read_bytes() == before


def test_a_refused_model_leaves_no_journal(config: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    done = trade(config, journal, "--set", "target.horizon_bars=6")
    assert done.code == 5
    assert "target.horizon_bars: the model was trained with 12, the config says 6" in done.err
    assert list(tmp_path.iterdir()) == []


def test_without_assertions_it_does_not_start(config: Path, tmp_path: Path) -> None:
    command = trade_command(config, tmp_path / "journal.db")
    done = subprocess.run(
        [command[0], "-O", *command[1:]], cwd=config.parents[1], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "start it without -O" in done.stderr
    assert list(tmp_path.iterdir()) == []


FAULTY = """
import sys
from foxml.cli.main import main
from foxml.domain.bars import BarSlice
from foxml.engine import Engine

real = Engine.handle

def handle(self, event):
    orders = [o for s in self.orders.open_symbols() for o in self.orders.open(s) if o.status.value == "accepted"]
    assert not (isinstance(event, BarSlice) and any(o.is_protective for o in orders)), "a planted bug"
    return real(self, event)

Engine.handle = handle
sys.exit(main(sys.argv[1:]))
"""


def test_a_fault_is_recorded_and_stops_all_opening(config: Path, tmp_path: Path) -> None:
    """Exit code 70; what protects the positions stays; the next start may only reduce."""
    journal = tmp_path / "journal.db"
    command = [sys.executable, "-c", FAULTY, *trade_command(config, journal)[3:]]
    done = subprocess.run(command, cwd=config.parents[1], env=environment(), capture_output=True, text=True)
    assert done.returncode == 70, done.stderr[-2000:]
    assert "a planted bug" in done.stderr.splitlines()[-1]
    found = status(journal)
    assert found.fault == "AssertionError: a planted bug"
    assert found.halt == "reduce_only"
    assert any(order.reason == OrderReason.BARRIER_STOP.value for order in found.open_orders)
    assert OrderReason.ENTRY.value not in {order.reason for order in found.open_orders}
    again = trade(config, journal)
    assert again.code == 0, again.err[-2000:]
    assert json.loads(again.out)["differences"] == 0
    assert json.loads(again.out)["halt"] == "reduce_only"
    with JournalReader(journal) as reader:
        records = list(reader.records())
    at = next(k for k, record in enumerate(records) if isinstance(record.event, FaultRaised))
    later = [output for record in records[at:] for output in record.outputs]
    assert OrderReason.ENTRY not in {o.intent.reason for o in later if isinstance(o, SubmitOrder)}
    assert status(journal).positions == {}, "what was held is left in its time"


def _monstrous(config: Path, folder: Path) -> Path:
    """A copy of the project in which one bar of the second day costs more than any share can; returns its config."""
    shutil.copytree(config.parents[1], folder, ignore=shutil.ignore_patterns("runs"))
    store = BarStore(folder / "data")
    bars, marks = store.read("SYNA", "5m"), store.marks("SYNA", "5m")
    second_day = int(np.flatnonzero(np.diff(bars.session_open_ns))[-22])
    ohlcv = bars.ohlcv.copy()
    ohlcv[second_day + 30, :4] *= 1e5
    store.write(replace(bars, ohlcv=ohlcv), marks=marks)
    return folder / config.relative_to(config.parents[1])


def test_a_bar_that_cannot_be_true_is_a_fault_and_a_person_lowers_its_halt(
    config: Path, whole: Path, tmp_path: Path
) -> None:
    """Nothing opens while nobody has looked; with the bar mended and a person's word it trades again."""
    journal = tmp_path / "journal.db"
    spoilt = _monstrous(config, tmp_path / "spoilt")
    done = trade(spoilt, journal)
    assert done.code == 4, done.err[-2000:]
    assert "SYNA" in done.err.splitlines()[-1]
    found = status(journal)
    assert found.fault is not None
    assert found.fault.startswith("FeatureError: ")
    assert found.halt == "reduce_only"
    assert OrderReason.ENTRY.value not in {order.reason for order in found.open_orders}
    for options, said in ((["--halt", "off", "--reason", "x"], "--halt"), (["--halt", "active"], "--reason")):
        refused = trade(config, journal, *options)
        assert (refused.code, said in refused.err) == (2, True)
    assert status(journal).halt == "reduce_only"
    before = status(journal).events
    done = trade(config, journal, "--halt", "active", "--reason", "the vendor has corrected the bar")
    assert (done.code, json.loads(done.out)["halt"]) == (0, "active")
    with JournalReader(journal) as reader:
        later = [output for record in reader.records(before) for output in record.outputs]
    assert OrderReason.ENTRY in {o.intent.reason for o in later if isinstance(o, SubmitOrder)}


def _plant(journal: Path) -> int:
    """Record another quantity than the engine decided; returns the event's number."""
    with JournalReader(journal) as reader:
        records = [r for r in reader.records() if any(isinstance(o, SubmitOrder) for o in r.outputs)]
    record = records[len(records) // 2]
    n, output = next((n, o) for n, o in enumerate(record.outputs) if isinstance(o, SubmitOrder))
    kind, payload = encode(replace(output, intent=replace(output.intent, quantity=output.intent.quantity + 10**9)))
    database = sqlite3.connect(journal)
    database.execute(
        "UPDATE outputs SET payload = ?, crc = ? WHERE seq = ? AND n = ?",
        (payload, checksum(kind, payload), record.seq, n),
    )
    database.commit()
    database.close()
    return record.seq


def test_replay_finds_nothing_where_nothing_is_and_a_planted_difference_where_it_is(
    config: Path, whole: Path, tmp_path: Path
) -> None:
    done = foxml("replay", whole, "--config", config, "--json", cwd=config.parents[1])
    found = json.loads(done.out)
    assert (done.code, found["differing"], found["differences"]) == (0, 0, [])
    assert found["commands"] > 100
    journal = tmp_path / "journal.db"
    source, target = sqlite3.connect(whole), sqlite3.connect(journal)
    source.backup(target)
    source.close()
    target.close()
    seq = _plant(journal)
    done = foxml("replay", journal, "--config", config, cwd=config.parents[1])
    assert done.code == 10
    assert f"event {seq} (" in done.out
    # Trading goes on from there in reduce-only, having said why.
    done = trade(config, journal)
    assert done.code == 0, done.err[-2000:]
    assert json.loads(done.out)["halt"] == "reduce_only"
    assert any(line["event"] == "differs from the journal" for line in lines(done.err))
    with JournalReader(journal) as reader:
        (halt,) = [record.event for record in reader.records() if isinstance(record.event, OperatorHalt)]
    assert f"event {seq} (" in halt.reason


def test_orders_are_cancelled_and_counted(whole: Path) -> None:
    """What the tests above rest on: the undisturbed run submits, cancels and fills."""
    with JournalReader(whole) as reader:
        outputs = [output for record in reader.records() for output in record.outputs]
    assert sum(isinstance(output, SubmitOrder) for output in outputs) > 100
    assert sum(isinstance(output, CancelOrder) for output in outputs) > 50
