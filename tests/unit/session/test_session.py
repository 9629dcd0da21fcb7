"""The order of one step: timers, fills, the slice; decided, committed, and only then carried out."""

import pytest
from session_harness import ListJournal, Rig, commands, essence, make_rig

from foxml.domain.bars import BarSlice
from foxml.domain.commands import CancelOrder, SubmitOrder
from foxml.domain.events import (
    CommandExpired,
    FaultRaised,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    Timer,
    TimerKind,
)
from foxml.domain.orders import HaltLevel, OrderReason
from foxml.errors import JournalError
from foxml.journal import JournalReader, JournalWriter


def _whole() -> Rig:
    rig = make_rig()
    rig.run()
    return rig


WHOLE = _whole()


def test_the_market_of_these_tests_trades() -> None:
    """A session that never trades would pass everything below."""
    events = [event for event, _ in WHOLE.journal.records]
    assert sum(isinstance(e, OrderFilled) for e in events) > 100
    assert any(isinstance(e, OrderExpired) for e in events)
    assert any(isinstance(c, CancelOrder) for c in commands(WHOLE.journal.records))


def test_fills_of_a_slice_stand_before_it_in_one_transaction() -> None:
    filled = 0
    for transaction in WHOLE.journal.transactions:
        events = [event for event, _ in transaction]
        fills = [event for event in events if isinstance(event, OrderFilled)]
        if fills:
            *before, last = events
            assert isinstance(last, BarSlice)
            assert all(isinstance(e, Timer | OrderFilled | OrderCancelled | OrderExpired) for e in before)
            assert {fill.occurred_ns for fill in fills} == {last.close_ns}
        filled += len(fills)
    assert filled > 100


def test_slices_without_consequences_wait_for_a_bounded_while() -> None:
    """A warm-up of a thousand bars is no reason for a thousand waits for the disk; nor may it all be lost."""
    sizes = []
    for transaction in WHOLE.journal.transactions:
        slices = sum(isinstance(event, BarSlice) for event, _ in transaction)
        if not any(outputs for _, outputs in transaction[:-1]) and slices > 1:
            sizes.append(len(transaction))
    assert sizes
    assert max(sizes) <= 256
    rig = make_rig()
    for item in list(rig.feed.items(-1))[:10]:
        rig.session.offer(item)
    assert rig.journal.transactions == []
    rig.session.flush()
    assert [len(t) for t in rig.journal.transactions] == [10]
    assert rig.session.last_sequence == 9


def test_timers_come_before_what_happens_at_their_time() -> None:
    seen_ns = 0
    for event, _ in WHOLE.journal.records:
        if isinstance(event, Timer):
            assert event.occurred_ns >= seen_ns
        elif isinstance(event, BarSlice):
            seen_ns = event.close_ns
    kinds = {event.kind for event, _ in WHOLE.journal.records if isinstance(event, Timer)}
    assert kinds == {TimerKind.SESSION_OPEN, TimerKind.TICK, TimerKind.SESSION_CLOSE}


class _Strict(ListJournal):
    """Looks at the broker whenever something is committed."""

    rig: Rig

    def append(self, records) -> None:
        told = {id(command) for command in self.rig.broker.dispatched}
        assert not any(id(command) in told for command in commands(records)), "dispatched before it was committed"
        super().append(records)


def test_nothing_is_dispatched_before_it_is_committed() -> None:
    journal = _Strict()
    journal.rig = make_rig(journal)
    journal.rig.run()
    committed, sent = commands(journal.records), journal.rig.broker.dispatched
    assert [c for c in committed if c in sent] == sent
    # What is not sent at all: cancels of orders whose end was part of the same transaction.
    assert all(isinstance(c, CancelOrder) for c in committed if c not in sent)


class _Failing(ListJournal):
    """A disk that is full when the first order is to be written."""

    def append(self, records) -> None:
        if commands(records):
            raise JournalError("the disk is full")
        super().append(records)


def test_what_cannot_be_committed_is_never_sent_and_ends_the_session() -> None:
    rig = make_rig(_Failing())
    items = rig.feed.items(-1)
    with pytest.raises(JournalError, match="full"):
        rig.run(items)
    assert rig.broker.dispatched == []
    with pytest.raises(AssertionError, match="rebuilt from its journal"):
        rig.session.offer(next(items))


def test_each_command_is_answered_before_the_next_one_goes() -> None:
    """A cancel of an order that the broker has not accepted yet would be lost."""
    sent, answered = set(), set()
    for event, outputs in WHOLE.journal.records:
        if isinstance(event, OrderAccepted):
            assert event.client_order_id in sent
            answered.add(event.client_order_id)
        if isinstance(event, OrderCancelled):
            assert event.client_order_id in answered
        sent |= {o.intent.client_order_id for o in outputs if isinstance(o, SubmitOrder)}
    assert sent == answered
    assert len(WHOLE.session.outbox) == 0


def test_the_commit_policy_does_not_change_the_content(tmp_path) -> None:
    for every in (1, 50):
        path = tmp_path / f"{every}.db"
        with JournalWriter(path, journal_id="0123456789", commit_every=every) as journal:
            make_rig(journal).run()
        with JournalReader(path) as reader:
            found = [(record.event, record.outputs) for record in reader.records()]
        assert essence(found) == essence(WHOLE.journal.records)


def _before_first_order() -> tuple[Rig, list]:
    """A rig whose next item makes it trade, and the items that follow."""
    slices = [record for record in WHOLE.journal.records if isinstance(record[0], BarSlice)]
    count = next(k for k, record in enumerate(slices) if commands([record]))
    rig = make_rig()
    items = list(rig.feed.items(-1))
    at = [k for k, item in enumerate(items) if isinstance(item, BarSlice)][count]
    rig.run(iter(items[:at]))
    return rig, items[at:]


def test_an_order_older_than_its_time_to_live_is_never_sent() -> None:
    """The time to live holds at every dispatch, not only after a restart."""
    rig, rest = _before_first_order()
    original = rig.journal.append

    def slow(records) -> None:
        original(records)
        if commands(records):
            rig.clock.advance(rig.clock.now_ns() + 60_001 * 1_000_000)  # a commit that took a minute

    rig.journal.append = slow
    rig.session.offer(rest[0])
    expired = [event.client_order_id for event, _ in rig.journal.records if isinstance(event, CommandExpired)]
    wanted = [o.intent.client_order_id for o in commands(rig.journal.records) if isinstance(o, SubmitOrder)]
    assert expired == wanted != []
    assert rig.broker.dispatched == []
    assert all(not rig.session.engine.orders.get(name).status.is_open for name in expired)


class _Mute:
    """Loses every reply."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    def __call__(self, command) -> None:
        self.rig.broker.dispatched.append(command)


def test_an_unanswered_order_has_its_deadline_as_a_timer() -> None:
    rig, rest = _before_first_order()
    rig.broker.dispatch = _Mute(rig)
    rig.session.offer(rest[0])
    deadline_ns = rig.session.engine.next_deadline_ns
    assert deadline_ns == rest[0].close_ns + 10_000 * 1_000_000
    rig.session.offer(next(item for item in rest[1:] if isinstance(item, BarSlice)))
    timers = [e for e, _ in rig.journal.records if isinstance(e, Timer) and e.kind is TimerKind.ORDER_DEADLINE]
    assert [timer.occurred_ns for timer in timers] == [deadline_ns]


def test_a_fault_takes_back_entries_and_leaves_protection(tmp_path) -> None:
    """The process is about to end: what protects positions must outlive it."""
    rig = make_rig(None, "execution.entry_bars=3", "broker.simulated.participation=0.001")
    for item in rig.feed.items(-1):
        rig.session.offer(item)
        working = {
            o.reason for s in rig.session.engine.orders.open_symbols() for o in rig.session.engine.orders.open(s)
        }
        if {OrderReason.ENTRY, OrderReason.BARRIER_STOP} <= working:
            break
    rig.broker.dispatched.clear()
    rig.session.fault("assert 1 == 2")
    engine = rig.session.engine
    left = [o for s in engine.orders.open_symbols() for o in engine.orders.open(s)]
    assert OrderReason.ENTRY not in {o.reason for o in left}
    assert any(o.is_protective for o in left)
    assert all(isinstance(command, CancelOrder) for command in rig.broker.dispatched)
    assert any(isinstance(event, FaultRaised) for event, _ in rig.journal.records)
    assert engine.halt_level is HaltLevel.REDUCE_ONLY
    with pytest.raises(AssertionError, match="rebuilt"):
        rig.session.step()
