"""One event at a time: decided, committed to the journal, and only then carried out."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from foxml.domain.bars import BarSlice, CorporateAction
from foxml.domain.commands import BrokerCommand, CancelOrder, Output, SubmitOrder
from foxml.domain.events import BrokerEvent, CommandExpired, Event, FaultRaised, Timer, TimerKind
from foxml.domain.ports import Broker, Clock, FeedItem, Journal
from foxml.engine import Engine
from foxml.errors import FoxmlError, RecoveryError
from foxml.journal import EncodedOutput, Entry
from foxml.journal.codec import encode
from foxml.session.outbox import Outbox
from foxml.session.timers import TimerSource

__all__ = ["Difference", "Session", "SessionBroker", "SessionClock"]

_COMMANDS: Final = {SubmitOrder.__name__, CancelOrder.__name__}

UNCOMMITTED_MAX: Final = 256
"""Events without consequences that may wait for the next transaction."""

Listener = Callable[[Event, Sequence[Output]], None]


class SessionBroker(Broker, Protocol):
    """A broker that a session can recover with."""

    def knows(self, client_order_id: str) -> bool:
        """Whether an order ever reached it."""


class SessionClock(Clock, Protocol):
    """The clock that a session's events are stamped by."""

    def advance(self, to_ns: int) -> None:
        """Learn the time of the event that comes next; a clock of its own may ignore it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An output that was recorded and one that was recomputed, at one place of a journal.

    Attributes
    ----------
    seq : int
        Number of the event.
    event : str
        Its type.
    n : int
        Place among the event's outputs.
    recorded, recomputed : str or None
        None where there is none.
    """

    seq: int
    event: str
    n: int
    recorded: str | None
    recomputed: str | None

    @property
    def is_command(self) -> bool:
        """Whether a command for the broker differs, and not just a record."""
        return any(
            text is not None and text.partition("(")[0] in _COMMANDS for text in (self.recorded, self.recomputed)
        )

    def __str__(self) -> str:
        return f"event {self.seq} ({self.event}), output {self.n}: recorded {self.recorded}, found {self.recomputed}"


class Session:
    """Drives one engine with one broker through one journal.

    Parameters
    ----------
    engine : Engine
    broker : SessionBroker
        Its replies go into `replies`.
    journal : Journal
        Its commit policy is its own: durable before `append` returns, or a chunk at a time.
    timers : TimerSource
    clock : SessionClock
    replies : deque of BrokerEvent
        What the broker answers, oldest first; the session takes from it.
    submit_ttl_ns : int
        An order that was decided longer ago is never sent.
    listener : callable, optional
        Told of every event and its outputs once they are committed.
    """

    def __init__(
        self,
        engine: Engine,
        broker: SessionBroker,
        journal: Journal,
        *,
        timers: TimerSource,
        clock: SessionClock,
        replies: deque[BrokerEvent],
        submit_ttl_ns: int,
        listener: Listener | None = None,
    ) -> None:
        self.engine: Final = engine
        self.outbox: Final = Outbox()
        self.last_slice: BarSlice | None = None
        self.actions_since_slice: list[CorporateAction] = []
        self._broker = broker
        self._journal = journal
        self._timers = timers
        self._clock = clock
        self._replies = replies
        self._submit_ttl_ns = submit_ttl_ns
        self._listener = listener
        self._handled: list[tuple[Event, tuple[Output, ...]]] = []
        self._quiet = True
        self._next_sequence = 0
        self._broken = False

    @property
    def last_sequence(self) -> int:
        """Sequence of the latest committed slice; -1 before there was any."""
        return -1 if self.last_slice is None else self.last_slice.sequence

    @property
    def now_ns(self) -> int:
        """Time of the session's clock."""
        return self._clock.now_ns()

    def offer(self, item: FeedItem) -> None:
        """Take in the next item of a feed, after the timers that are due before it.

        What a slice does to resting orders, and the slice itself, are one transaction. Slices that led to nothing at
        all (those that warm up) are committed together with what follows them: lost, they come again the same.
        """
        self._enter()
        if isinstance(item, BarSlice):
            assert item.sequence == self._next_sequence, (item.sequence, self._next_sequence)
            self._next_sequence += 1
        self._run_timers(item.occurred_ns)
        if isinstance(item, BarSlice):
            for event in self._broker.before_slice(item):
                self._handle(event)
        self._handle(item)
        if not self._may_wait():
            self._commit()
            self._settle()
        self._broken = False

    def step(self, *events: Event) -> None:
        """Take in events that belong together: one transaction, then whatever commands are pending."""
        self._enter()
        for event in events:
            self._handle(event)
        self._commit()
        self._settle()
        self._broken = False

    def flush(self) -> None:
        """Commit what was waiting for a next transaction."""
        self.step()

    def fault(self, reason: str) -> None:
        """Record a fault of our own, and take back what would open positions; nothing else is sent any more.

        Protective orders stay with the broker.
        """
        self._enter()
        now_ns = self._clock.now_ns()
        self._handle(FaultRaised(reason, now_ns, now_ns))
        self._commit()
        self._settle(cancels_only=True)

    def fold(self, entry: Entry) -> list[Difference]:
        """Take in one entry of the journal: the engine decides again, what was recorded counts.

        Returns
        -------
        list of Difference
            Every output that the engine would not repeat.

        Raises
        ------
        RecoveryError
            If the engine or the timers refuse the event.
        """
        event = entry.event
        self._clock.advance(event.occurred_ns)
        try:
            recomputed = self.engine.handle(event)
            outputs = [output.decode() for output in entry.outputs if output.kind in _COMMANDS]
            self._note(event, outputs)
        except (FoxmlError, AssertionError) as error:
            raise RecoveryError(f"event {entry.seq} ({type(event).__name__}) cannot be repeated: {error}") from error
        again = [EncodedOutput(*encode(output)) for output in recomputed]
        return [] if again == list(entry.outputs) else _differences(entry, again)

    def _enter(self) -> None:
        """Begin on an item; one that breaks off half way leaves the engine ahead of the journal: it is the last."""
        assert not self._broken, "a session that broke off is rebuilt from its journal"
        self._broken = True

    def _run_timers(self, until_ns: int) -> None:
        while (timer := self._timers.due(until_ns, self.engine.next_deadline_ns)) is not None:
            self._handle(timer)
            self._timers.observe(timer)
            deadline_ns = self.engine.next_deadline_ns
            assert timer.kind is not TimerKind.ORDER_DEADLINE or deadline_ns is None or deadline_ns > timer.occurred_ns
            # A timer without consequences need not be durable by itself: lost, it comes again the same.
            if not self._quiet:
                self._commit()
                self._settle()

    def _may_wait(self) -> bool:
        """Whether nothing that was handled has any consequence yet, for the broker or for anyone."""
        return self._quiet and len(self._handled) < UNCOMMITTED_MAX

    def _handle(self, event: Event) -> None:
        self._clock.advance(event.occurred_ns)
        outputs = self.engine.handle(event)
        self._quiet = self._quiet and isinstance(event, BarSlice | Timer) and not outputs
        self._handled.append((event, outputs))

    def _commit(self) -> None:
        handled, self._handled, self._quiet = self._handled, [], True
        if handled:
            self._journal.append(handled)
        for event, outputs in handled:
            self._note(event, outputs, with_timers=False)
            if self._listener is not None:
                self._listener(event, outputs)

    def _note(self, event: Event, outputs: Sequence[Output], *, with_timers: bool = True) -> None:
        """Fold in what is in the journal, as it happens or at start-up."""
        if isinstance(event, BarSlice):
            self.last_slice = event
            self._next_sequence = max(self._next_sequence, event.sequence + 1)
            self.actions_since_slice.clear()
        elif isinstance(event, CorporateAction):
            self.actions_since_slice.append(event)
        elif isinstance(event, Timer) and with_timers:
            self._timers.observe(event)
        self.outbox.observe(event)
        self._broker.observe(event, outputs)
        for output in outputs:
            if isinstance(output, SubmitOrder | CancelOrder):
                self.outbox.add(output)

    def _settle(self, *, cancels_only: bool = False) -> None:
        """Drain replies, and dispatch what is pending, a command and its replies at a time, oldest first."""
        while True:
            if self._replies:
                self._handle(self._replies.popleft())
                self._commit()
            elif (command := self.outbox.next(cancels_only=cancels_only)) is not None:
                self._dispatch(command)
            else:
                return

    def _dispatch(self, command: BrokerCommand) -> None:
        self.outbox.dispatched(command)
        if isinstance(command, SubmitOrder):
            name = command.intent.client_order_id
            if self._broker.knows(name):
                return  # its answer is on the way
            now_ns = self._clock.now_ns()
            if now_ns - command.intent.decided_ns > self._submit_ttl_ns:
                self._handle(CommandExpired(name, now_ns, now_ns))
                self._commit()
                return
        self._broker.dispatch(command)


def _differences(entry: Entry, again: Sequence[EncodedOutput]) -> list[Difference]:
    kind = type(entry.event).__name__
    found = []
    for n in range(max(len(again), len(entry.outputs))):
        recorded = entry.outputs[n] if n < len(entry.outputs) else None
        recomputed = again[n] if n < len(again) else None
        if recorded != recomputed:
            texts = (None if o is None else str(o.decode()) for o in (recorded, recomputed))
            found.append(Difference(entry.seq, kind, n, *texts))
    return found
