"""What goes into the journal comes out of it; what is wrong with it is named; a failed write stops it."""

import dataclasses
import os
import sqlite3
import subprocess
import sys
import typing
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foxml.domain.commands import CancelOrder, SubmitOrder
from foxml.domain.events import Timer, TimerKind
from foxml.domain.orders import OrderIntent, OrderType
from foxml.errors import JournalError, JournalMismatch
from foxml.journal import JournalReader, JournalWriter, journal_identity
from foxml.journal.codec import EVENT_TYPES, OUTPUT_TYPES, decode, encode

TICKS = [Timer(TimerKind.TICK, n, n + 1) for n in range(10)]


def _example(hint: Any, salt: int) -> Any:
    """Some value of a type: extremes included, so that no field can be dropped or narrowed unseen."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is int:
        return 10**30 + salt
    if hint is float:
        return 0.1 + salt
    if hint is str:
        return f"text \u20ac {salt}"
    if hint is bool:
        return bool(salt % 2)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[salt % len(hint)]
    if origin is tuple:
        return tuple(_example(arg, salt + i) for i, arg in enumerate(args if args[-1] is not ... else args[:1] * 2))
    if type(None) in args:
        return _example(next(arg for arg in args if arg is not type(None)), salt) if salt % 2 else None
    assert dataclasses.is_dataclass(hint)
    return _build(typing.cast(type, hint))


def _build(kind: type) -> Any:
    hints = typing.get_type_hints(kind)
    fields = {f.name: hints[f.name] for f in dataclasses.fields(kind)}
    arrays = {n for n, hint in fields.items() if typing.get_origin(hint) is np.ndarray}
    values = {n: _example(hint, i) for i, (n, hint) in enumerate(fields.items()) if n not in arrays}
    if kind is OrderIntent:
        values |= {"order_type": OrderType.LIMIT, "limit_price": 10**30, "stop_price": None}
    if "approval" in values:
        values["approval"] = dataclasses.replace(values["approval"], client_order_id=values["intent"].client_order_id)
    for name in arrays:
        values[name] = {
            "present": np.array([True, False]),
            "ohlcv": np.array([[1.5, np.nan, -0.0, np.inf, 5e-324]] * 2),
        }.get(name, np.array([[1.5, np.nan], [-0.0, 3.0]]))
    return kind(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if dataclasses.is_dataclass(value):
        return [_plain(getattr(value, f.name)) for f in dataclasses.fields(value)]
    return value


@pytest.mark.parametrize("kind", [*EVENT_TYPES.values(), *OUTPUT_TYPES.values()], ids=lambda kind: kind.__name__)
def test_every_type_survives(kind: type) -> None:
    # Discovered from the unions themselves: a new event cannot be forgotten.
    value = _build(kind)
    name, payload = encode(value)
    assert _plain(decode(name, payload)) == _plain(value)
    assert encode(decode(name, payload)) == (name, payload)


def test_discovery_finds_the_types() -> None:
    assert {"BarSlice", "OrderFilled", "RunStarted"} <= EVENT_TYPES.keys()
    assert {"SubmitOrder", "SliceDecision"} <= OUTPUT_TYPES.keys()


@pytest.mark.parametrize(
    ("kind", "payload", "message"),
    [("Nonsense", b"", "unknown kind 'Nonsense'"), ("Timer", b"\x93", "not the payload"), ("Timer", b"\x90", "Timer")],
)
def test_wrong_payload_is_refused(kind: str, payload: bytes, message: str) -> None:
    with pytest.raises(JournalError, match=message):
        decode(kind, payload)


@pytest.mark.parametrize("commit_every", [1, 4])
def test_commit_policy_does_not_change_the_content(tmp_path: Path, commit_every: int) -> None:
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc", commit_every=commit_every) as journal:
        for n, tick in enumerate(TICKS):
            journal.append([(tick, [CancelOrder(f"fx-{n}", "why")] * (n % 3))])
        assert journal.last_seq == len(TICKS)
    with JournalReader(path) as reader:
        records = list(reader.records())
        assert reader.journal_id == "abc"
        assert reader.last_seq == len(TICKS)
        assert [r.seq for r in reader.records(after=7)] == [8, 9, 10]
    assert [r.event for r in records] == TICKS
    assert [len(r.outputs) for r in records] == [n % 3 for n in range(10)]


def test_an_existing_journal_keeps_its_identity_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="first") as journal:
        journal.append([(TICKS[0], [])])
    with JournalWriter(path, journal_id="second") as journal:
        assert (journal.journal_id, journal.last_seq) == ("first", 1)


def test_events_of_one_append_stand_or_fall_together(tmp_path: Path) -> None:
    # A fill without the bar that made it would be filled again.
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc") as journal:
        with pytest.raises(AssertionError):
            journal.append([(TICKS[0], []), (None, [])])  # type: ignore[list-item]
        journal.append([(TICKS[1], [])])
    with JournalReader(path) as reader:
        assert [r.event for r in reader.records()] == [TICKS[1]]


def test_a_killed_process_leaves_what_it_appended(tmp_path: Path) -> None:
    # SIGKILL right after append returned.
    path = tmp_path / "run.journal"
    code = (
        "import os, sys; from pathlib import Path\n"
        "from foxml.journal import JournalWriter; from foxml.domain.events import Timer, TimerKind\n"
        "journal = JournalWriter(Path(sys.argv[1]), journal_id='abc')\n"
        "for n in range(5): journal.append([(Timer(TimerKind.TICK, n, n), [])])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9
    with JournalReader(path) as reader:
        assert reader.last_seq == 5
    with JournalWriter(path, journal_id="other") as journal:
        assert (journal.journal_id, journal.last_seq) == ("abc", 5)


def test_two_writers_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc"), pytest.raises(JournalError, match=f"pid {os.getpid()}"):
        JournalWriter(path, journal_id="abc")
    JournalWriter(path, journal_id="abc").close()


def test_a_full_disk_stops_the_journal(tmp_path: Path) -> None:
    # SQLite's own page limit gives the very error of a full disk. What was refused is not there, nor what follows.
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc") as journal:
        journal.append([(TICKS[0], [])])
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count={pages}")
        big = [(tick, [CancelOrder("x" * 5000, "y")]) for tick in TICKS]
        with pytest.raises(JournalError, match=r"event 2 could not be written: database or disk is full"):
            journal.append(big)
        with pytest.raises(JournalError, match="takes no more"):
            journal.append([(TICKS[1], [])])
    with JournalReader(path) as reader:
        assert [r.event for r in reader.records()] == [TICKS[0]]


def _written(tmp_path: Path) -> Path:
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc") as journal:
        for tick in TICKS:
            journal.append([(tick, [CancelOrder("fx-1", "why")])])
    return path


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE events SET payload = x'93a47469636b0506' WHERE seq = 3", "event 3: a Timer is not what was written"),
        ("UPDATE outputs SET payload = x'92' WHERE seq = 4", "event 4: a CancelOrder is not what was written"),
        ("UPDATE events SET kind = 'BarSlice' WHERE seq = 3", "event 3: a BarSlice is not what was written"),
        ("DELETE FROM events WHERE seq = 5", "event 5 is missing"),
    ],
)
def test_a_changed_record_is_named(tmp_path: Path, statement: str, message: str) -> None:
    path = _written(tmp_path)
    database = sqlite3.connect(path)
    database.execute(statement)
    database.commit()
    database.close()
    with JournalReader(path) as reader, pytest.raises(JournalError, match=message):
        list(reader.records())


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no such journal"):
        JournalReader(tmp_path / "none")
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to look at" * 100)
    with pytest.raises(JournalError, match="not a readable journal"):
        JournalReader(text)
    with pytest.raises(JournalError, match="cannot be opened as a journal"):
        JournalWriter(text, journal_id="abc")
    other = tmp_path / "other"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE t (x)")
    database.close()
    with pytest.raises(JournalError, match="a database, but no journal"):
        JournalReader(other)
    with pytest.raises(JournalError, match="a database, but no journal"):
        JournalWriter(other, journal_id="abc")


def test_another_schema_is_a_mismatch(tmp_path: Path) -> None:
    path = _written(tmp_path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(JournalMismatch, match="expected schema version 1, found 99"):
        JournalReader(path)
    with pytest.raises(JournalMismatch, match="expected schema version 1, found 99"):
        JournalWriter(path, journal_id="abc")


def test_reading_while_writing(tmp_path: Path) -> None:
    # Reports and status look into the journal of a running process.
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc") as journal:
        journal.append([(TICKS[0], [])])
        with JournalReader(path) as reader:
            assert reader.last_seq == 1
            journal.append([(TICKS[1], [])])
            assert [r.event for r in reader.records()] == TICKS[:2]


def test_submit_order_round_trip_keeps_the_approval() -> None:
    name, payload = encode(_build(SubmitOrder))
    again = decode(name, payload)
    assert again.approval.client_order_id == again.intent.client_order_id


def test_a_journal_whose_maker_was_killed_has_no_identity_yet(tmp_path: Path) -> None:
    # Killed between making the file and its tables: the next start makes them, under the identity that it has chosen.
    path = tmp_path / "run.journal"
    assert journal_identity(path) is None
    path.touch()
    assert journal_identity(path) is None
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    assert journal_identity(path) is None
    JournalWriter(path, journal_id="abc").close()
    assert journal_identity(path) == "abc"
    path.write_text("not a database, but long enough to look at" * 100)
    with pytest.raises(JournalError, match="not a readable journal"):
        journal_identity(path)


def test_parts_of_a_journal(tmp_path: Path) -> None:
    # Status reads a few kinds alone, and what came last, without decoding all the rest.
    path = tmp_path / "run.journal"
    with JournalWriter(path, journal_id="abc") as journal:
        for n, tick in enumerate(TICKS):
            journal.append([(tick, [CancelOrder(f"fx-{n}", "why")] * (n % 2))])
    with JournalReader(path) as reader:
        assert reader.latest() == reader.latest("Timer") == TICKS[-1]
        assert reader.latest("OrderFilled") is None
        assert [o.client_order_id for o in reader.select(["CancelOrder"])] == [f"fx-{n}" for n in range(1, 10, 2)]
        both = list(reader.select(["CancelOrder", "Timer"]))
        assert both[:3] == [TICKS[0], TICKS[1], CancelOrder("fx-1", "why")]
        entries = list(reader.entries(after=8))
        assert [(entry.seq, [output.decode() for output in entry.outputs]) for entry in entries] == [
            (9, []),
            (10, [CancelOrder("fx-9", "why")]),
        ]
