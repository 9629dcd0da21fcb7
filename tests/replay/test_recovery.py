"""Killed anywhere and started again, a run ends as if nothing had happened; what differs is named and halts."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from session_harness import (
    JOURNAL_ID,
    MARKET,
    ListJournal,
    Rig,
    commands,
    essence,
    go_on,
    make_rig,
)

from foxml.domain.bars import BarSlice, CorporateAction
from foxml.domain.commands import CancelOrder, HaltChanged, SliceDecision, SubmitOrder
from foxml.domain.events import CommandExpired, OperatorHalt, RunStarted
from foxml.domain.orders import Denied, HaltLevel
from foxml.errors import FeatureError, JournalMismatch, RecoveryError
from foxml.feeds import ReplayFeed
from foxml.journal import EncodedOutput, Entry, JournalReader, JournalWriter
from foxml.journal.codec import encode
from foxml.session.start import begin, check_same_run, recover, remaining

NOWHERE = Path("none.db")


def _entries(records) -> list[Entry]:
    return [
        Entry(seq, event, tuple(EncodedOutput(*encode(output)) for output in outputs))
        for seq, (event, outputs) in enumerate(records, 1)
    ]


def _started(journal: ListJournal, received_ns: int = 1) -> tuple[Rig, int]:
    """Fold what is there and go on; returns the rig and how many outputs differed."""
    rig = make_rig(journal)
    found = recover(rig.session, _entries(journal.records))
    begin(rig.session, {}, label="test", received_ns=received_ns, recovered=found)
    return rig, found.differing


def _whole() -> ListJournal:
    journal = ListJournal()
    rig, _ = _started(journal)
    rig.run()
    return journal


WHOLE = _whole()
ESSENCE = essence(WHOLE.records)


def _phase(transactions: list) -> str:
    """What stood at the end of the journal when it was cut."""
    if not transactions:
        return "nothing"
    event, _ = transactions[-1][-1]
    return type(event).__name__ + (" with commands" if commands(transactions[-1]) else "")


CUTS = [*range(12), *range(12, len(WHOLE.transactions), 7), len(WHOLE.transactions)]


def test_every_kind_of_moment_is_cut_at() -> None:
    phases = Counter(_phase(WHOLE.transactions[:cut]) for cut in CUTS)
    assert {
        "nothing", "RunStarted", "BarSlice", "BarSlice with commands", "OrderAccepted", "OrderCancelled",
        "OrderCancelled with commands",
    } <= phases.keys(), phases  # fmt: skip
    assert len(WHOLE.transactions) > 500


@pytest.mark.parametrize("cut", CUTS)
def test_a_journal_cut_between_transactions_goes_on_to_the_same_end(cut: int) -> None:
    """Whatever the moment of a kill, the journal holds a whole number of transactions."""
    journal = ListJournal([list(t) for t in WHOLE.transactions[:cut]])
    rig, differing = _started(journal, received_ns=999)
    rig.run(remaining(rig.session, rig.feed, NOWHERE))
    assert differing == 0
    assert essence(journal.records) == ESSENCE
    submitted = Counter(c.intent.client_order_id for c in rig.broker.dispatched if isinstance(c, SubmitOrder))
    assert set(submitted.values()) <= {1}


def test_corporate_actions_are_cut_at_too() -> None:
    """A split that was applied twice would double the position."""
    cuts = [k + 1 for k, t in enumerate(WHOLE.transactions) if isinstance(t[-1][0], CorporateAction)]
    assert len(cuts) == 2
    for cut in cuts:
        journal = ListJournal([list(t) for t in WHOLE.transactions[:cut]])
        rig, _ = _started(journal)
        rig.run(remaining(rig.session, rig.feed, NOWHERE))
        assert essence(journal.records) == ESSENCE


def test_deaths_between_commit_and_dispatch_lose_and_double_nothing(tmp_path: Path) -> None:
    """Dies again and again at the worst moment, over one real journal, until it gets to the end."""
    path, deaths, sent = tmp_path / "journal.db", 0, Counter()
    step = 5
    while True:
        try:
            rig = go_on(path, die_at=step, received_ns=deaths)
            break
        except KeyboardInterrupt:
            deaths += 1
            assert deaths < 400
    assert deaths > 50
    with JournalReader(path) as reader:
        records = [(record.event, record.outputs) for record in reader.records()]
    assert essence(records) == ESSENCE
    sent.update(o.intent.client_order_id for o in commands(records) if isinstance(o, SubmitOrder))
    assert set(sent.values()) == {1}
    assert sum(isinstance(event, RunStarted) for event, _ in records) == deaths + 1
    assert rig.session.engine.positions() != {}


def _cut_with_pending() -> list:
    """A journal that ends with orders which were committed and not sent, and a cancel among them."""
    for cut in range(len(WHOLE.transactions)):
        sent = commands(WHOLE.transactions[cut])
        submitted = {c.intent.client_order_id for c in sent if isinstance(c, SubmitOrder)}
        cancelled = {c.client_order_id for c in sent if isinstance(c, CancelOrder)}
        if submitted and cancelled - submitted:
            return [list(t) for t in WHOLE.transactions[: cut + 1]]
    raise AssertionError("no such moment")


def test_what_is_too_old_at_a_restart_expires_and_is_never_sent() -> None:
    journal = ListJournal(_cut_with_pending())
    pending = commands(journal.transactions[-1])
    rig = make_rig(journal)
    found = recover(rig.session, _entries(journal.records))
    rig.clock.advance(rig.clock.now_ns() + 60_001 * 1_000_000)
    begin(rig.session, {}, label="test", received_ns=1, recovered=found)
    expired = {event.client_order_id for event, _ in journal.records if isinstance(event, CommandExpired)}
    assert expired == {c.intent.client_order_id for c in pending if isinstance(c, SubmitOrder)}
    sent = {c.intent.client_order_id for c in rig.broker.dispatched if isinstance(c, SubmitOrder)}
    assert not sent & expired
    # A cancel only takes risk away: it is sent however old it is, unless its order has expired with the others.
    cancels = {c for c in pending if isinstance(c, CancelOrder) and c.client_order_id not in expired}
    assert cancels <= set(rig.broker.dispatched)


def test_what_the_broker_already_has_is_not_sent_again() -> None:
    journal = ListJournal(_cut_with_pending())
    rig = make_rig(journal)
    recover(rig.session, _entries(journal.records))
    rig.broker.knows = lambda name: True
    begin(rig.session, {}, label="test", received_ns=1)
    assert not any(isinstance(c, SubmitOrder) for c in rig.broker.dispatched)


def _equity_off(output):
    return replace(output, equity=output.equity + 1) if isinstance(output, SliceDecision) else None


def test_a_person_moves_the_halt_with_a_start() -> None:
    """Up and down, and the journal keeps who and why; the next start has the same level without being told."""
    journal = ListJournal(WHOLE.transactions[:200])
    for level, said in ((HaltLevel.CANCEL_ONLY, "news"), (HaltLevel.ACTIVE, "read them")):
        rig = make_rig(journal)
        found = recover(rig.session, _entries(journal.records))
        begin(rig.session, {}, label="test", received_ns=1, recovered=found, ordered=(level, said))
        halt = [event for event, _ in journal.records if isinstance(event, OperatorHalt)][-1]
        assert (halt.level, halt.reason) == (level, f"operator: {said}")
        again = make_rig(journal)
        assert recover(again.session, _entries(journal.records)).differing == 0
        assert again.session.engine.halt_level is level


def test_a_difference_outweighs_a_level_that_was_ordered_without_knowing_of_it() -> None:
    journal = _planted(_equity_off)
    rig = make_rig(journal)
    found = recover(rig.session, _entries(journal.records))
    assert found.differing > 0
    begin(rig.session, {}, label="test", received_ns=1, recovered=found, ordered=(HaltLevel.ACTIVE, "go on"))
    assert rig.session.engine.halt_level is HaltLevel.REDUCE_ONLY


def _planted(change) -> ListJournal:
    """The whole run with one recorded output changed: `change` returns the new one, or None to leave it."""
    transactions, done = [], False
    for transaction in WHOLE.transactions:
        records = []
        for event, outputs in transaction:
            made = []
            for output in outputs:
                new = None if done else change(output)
                done = done or new is not None
                made.append(output if new is None else new)
            records.append((event, tuple(made)))
        transactions.append(records)
    assert done
    return ListJournal(transactions)


def test_replay_of_a_whole_run_differs_nowhere() -> None:
    found = recover(make_rig().session, _entries(WHOLE.records))
    assert (found.differing, found.differences) == (0, ())
    assert found.events == len(WHOLE.records)
    assert found.commands == len(commands(WHOLE.records)) > 400


def test_a_planted_difference_is_named_and_halts_once() -> None:
    """The canary: were a difference not seen, the comparison above would prove nothing."""
    journal = _planted(_equity_off)
    rig, differing = _started(journal)
    assert differing == 1
    halts = [event for event, _ in journal.records if isinstance(event, OperatorHalt)]
    assert [halt.level for halt in halts] == [HaltLevel.REDUCE_ONLY]
    assert "recovery: 1 outputs differ; event" in halts[0].reason
    assert "SliceDecision" in halts[0].reason
    assert rig.session.engine.halt_level is HaltLevel.REDUCE_ONLY
    # It survives a restart; and it is not named again, so that a person can lower it for good.
    again, differing = _started(journal)
    assert differing == 0
    assert again.session.engine.halt_level is HaltLevel.REDUCE_ONLY
    again.session.step(OperatorHalt(HaltLevel.ACTIVE, "seen", again.session.now_ns, 1))
    third, differing = _started(journal)
    assert (differing, third.session.engine.halt_level) == (0, HaltLevel.ACTIVE)


def test_a_recorded_command_is_the_truth_for_the_broker() -> None:
    """The engine would send another quantity today; what was sent is what rests and fills."""

    def change(output):
        if not isinstance(output, SubmitOrder):
            return None
        return replace(output, intent=replace(output.intent, quantity=output.intent.quantity + 10**9))

    journal = _planted(change)
    cut = next(k for k, t in enumerate(journal.transactions) if commands(t))
    journal.transactions[cut + 1 :] = []
    rig = make_rig(journal)
    found = recover(rig.session, _entries(journal.records))
    assert found.differing == 1
    assert found.differences[0].is_command
    assert "SubmitOrder" in str(found.differences[0])
    first = commands(journal.transactions[cut])[0]
    begin(rig.session, {}, label="test", received_ns=1, recovered=found)
    assert rig.broker.dispatched[0] == first


def test_a_missing_and_a_surplus_output_are_differences() -> None:
    records = list(WHOLE.records)
    at = next(k for k, (_, outputs) in enumerate(records) if commands([records[k]]) and outputs)
    event, outputs = records[at]
    for changed, text in (
        (outputs[1:], "recorded"),
        ((*outputs, HaltChanged(HaltLevel.ACTIVE, HaltLevel.FLATTEN, Denied("x", "y", "z"))), "found None"),
    ):
        entries = _entries([*records[:at], (event, changed)])
        found = recover(make_rig().session, entries)
        assert found.differing >= 1
        assert text in str(found.differences[-1])


def test_an_event_that_cannot_be_repeated_is_named() -> None:
    records = [r for r in WHOLE.records if isinstance(r[0], RunStarted | BarSlice)][:3]
    doubled = [*records, records[-1]]
    rig = make_rig()
    rig.session.engine._features.update = _refuse
    with pytest.raises(RecoveryError, match=r"event 2 \(BarSlice\) cannot be repeated: not finite"):
        recover(rig.session, _entries(doubled))


def _refuse(_slice):
    raise FeatureError("not finite")


def test_a_journal_of_another_run_is_refused_key_by_key() -> None:
    details = {
        "bundle": "m@1", "bundle_sha256": "b", "plan_sha256": "p", "symbols": "AAA,BBB", "interval_ns": "1",
        "trade_from_ns": "2", "config": '{"risk": {"order_notional_max": "25000"}, "timers": {"interval_ms": 1}}',
    }  # fmt: skip
    recorded = RunStarted(tuple(sorted(details.items())), 0, 0)
    check_same_run(recorded, details, NOWHERE)
    other = {
        **details, "bundle_sha256": "c", "config": '{"risk": {"order_notional_max": "5"}, "timers": {"interval_ms": 1}}'
    }  # fmt: skip
    with pytest.raises(JournalMismatch) as caught:
        check_same_run(recorded, other, NOWHERE)
    lines = str(caught.value).splitlines()
    assert lines[0] == "none.db: the journal of another run"
    assert lines[1:3] == [
        "bundle_sha256: the journal was begun with b, now found c",
        'risk.order_notional_max: the journal was begun with "25000", now found "5"',
    ]
    assert "m@1" in lines[3]
    with pytest.raises(JournalMismatch, match="plan_sha256: the journal was begun with nothing"):
        check_same_run(RunStarted((), 0, 0), details, NOWHERE)


def test_bars_that_were_changed_behind_a_journal_are_refused() -> None:
    journal = ListJournal([list(t) for t in WHOLE.transactions[:300]])
    histories, actions = MARKET
    rig, _ = _started(journal)
    last = rig.session.last_slice
    for bars in histories:
        changed = replace(bars, ohlcv=bars.ohlcv.copy())
        changed.ohlcv[changed.close_ns == last.close_ns, 3] += 0.01
        others = [changed if b is bars else b for b in histories]
        feed = ReplayFeed(others, actions, trade_from_ns=rig.feed.trade_from_ns, warmup_bars=60, warmup_sessions=5)
        if not (changed.close_ns == last.close_ns).any():
            continue
        with pytest.raises(
            JournalMismatch, match=rf"slice {last.sequence} closes at {last.close_ns} ns in the journal"
        ):
            remaining(rig.session, feed, NOWHERE)
    short = ReplayFeed(
        histories, actions, trade_from_ns=rig.feed.trade_from_ns, end_ns=last.close_ns - 1, warmup_bars=60,
        warmup_sessions=5,
    )  # fmt: skip
    with pytest.raises(JournalMismatch, match="no such slice"):
        remaining(rig.session, short, NOWHERE)


def test_chunks_are_cut_as_well_as_single_events(tmp_path: Path) -> None:
    """With a chunk to a transaction a kill loses the whole chunk, and the rest goes on from there."""
    path = tmp_path / "journal.db"
    journal = JournalWriter(path, journal_id=JOURNAL_ID, commit_every=64)
    rig = make_rig(journal)
    begin(rig.session, {}, label="test", received_ns=1)
    for k, item in enumerate(rig.feed.items(-1)):
        if k == 120:
            break
        rig.session.offer(item)
    journal._db.rollback()  # what a kill does to an open transaction
    journal._db.close()
    os.close(journal._lock)
    go_on(path)
    with JournalReader(path) as reader:
        records = [(record.event, record.outputs) for record in reader.records()]
    assert essence(records) == ESSENCE
