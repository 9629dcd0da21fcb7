"""Status is read from the journal alone, and says what the engine itself would say."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from session_harness import JOURNAL_ID, SYMBOLS, Rig, make_rig

from foxml.daemon.status import Status, status
from foxml.domain.bars import BarSlice
from foxml.domain.events import OperatorHalt
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, format_nano
from foxml.domain.orders import HaltLevel
from foxml.errors import JournalError
from foxml.journal import JournalWriter
from foxml.session.start import begin

DETAILS = {
    "bundle": "m@1",
    "initial_cash": "100000",
    "instruments": json.dumps([asdict(Instrument(symbol)) for symbol in SYMBOLS]),
}


def _agrees(found: Status, rig: Rig) -> None:
    engine = rig.session.engine
    assert found.positions == {s: str(q // NANO) for s, q in engine.positions().items()}
    assert found.cash == format_nano(engine.book.cash)
    assert found.halt == engine.halt_level.name.lower()
    expected = {o.client_order_id: (o.remaining, o.status.value) for s in SYMBOLS for o in engine.orders.open(s)}
    assert {o.order: (int(o.remaining) * NANO, o.status) for o in found.open_orders} == expected
    assert (-1 if found.last_sequence is None else found.last_sequence) == rig.session.last_sequence


def test_at_every_moment_it_agrees_with_the_engine(tmp_path: Path) -> None:
    """Splits and dividends included; asked while the journal is being written."""
    path = tmp_path / "journal.db"
    with JournalWriter(path, journal_id=JOURNAL_ID) as journal:
        rig = make_rig(journal)
        begin(rig.session, DETAILS, label="test", received_ns=1)
        orders = positions = 0
        for k, item in enumerate(rig.feed.items(-1)):
            rig.session.offer(item)
            if k % 7 == 0:
                found = status(path)
                if isinstance(item, BarSlice):
                    _agrees(found, rig)
                orders += len(found.open_orders)
                positions += len(found.positions)
        assert orders > 20
        assert positions > 20
        rig.session.step(OperatorHalt(HaltLevel.FLATTEN, "enough", rig.session.now_ns, 1))
    found = status(path)
    _agrees(found, rig)
    assert found.equity == format_nano(rig.session.engine.equity())
    assert (found.journal_id, found.model, found.label, found.starts) == (JOURNAL_ID, "m@1", "test", 1)
    assert found.halt_cause == "operator: enough"
    assert found.trades > 50
    assert found.latest_event_ns == rig.session.now_ns


def test_an_empty_journal_has_a_status(tmp_path: Path) -> None:
    """A process that was killed before its first event leaves one."""
    path = tmp_path / "journal.db"
    JournalWriter(path, journal_id=JOURNAL_ID).close()
    found = status(path)
    assert (found.starts, found.events, found.latest_event, found.equity, found.open_orders) == (0, 0, None, None, ())


def test_no_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no such journal"):
        status(tmp_path / "none.db")
