"""The loop offers everything in order through a bounded queue, waits as market time says, and stops when told."""

import asyncio
import os
import signal

import pytest
from session_harness import HOUR_NS, OPEN_NS, ListJournal, essence, make_rig

from foxml.daemon.loop import Pace, trade
from foxml.domain.bars import BarSlice
from foxml.errors import DataError


def _run(session, items, *, queue_max: int = 3, speed: float = 0.0) -> tuple[str, list[int]]:
    found = asyncio.run(trade(session, items, Pace(speed, 0), queue_max=queue_max))
    assert all(seconds > 0 for _, seconds in found.took_s)
    return found.ended, [close_ns for close_ns, _ in found.took_s]


@pytest.mark.parametrize("queue_max", [1, 3, 10_000])
def test_all_items_are_offered_in_order(queue_max: int) -> None:
    """The same content as a plain loop, however small the queue is."""
    plain, looped = make_rig(), make_rig()
    plain.run()
    ended, closes = _run(looped.session, looped.feed.items(-1), queue_max=queue_max)
    assert ended == "feed"
    assert len(closes) == len(looped.feed)
    assert essence(looped.journal.records) == essence(plain.journal.records)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_between_items(number: signal.Signals) -> None:
    """What was begun is finished and committed; nothing else is begun."""
    rig = make_rig()
    before = signal.getsignal(number)

    def items():
        for k, item in enumerate(rig.feed.items(-1)):
            if k == 50:
                os.kill(os.getpid(), number)
            yield item

    ended, closes = _run(rig.session, items())
    assert ended == "signal"
    assert 40 < len(closes) < 55
    assert rig.session.last_sequence == len(closes) - 1
    assert signal.getsignal(number) is before


def test_a_signal_ends_a_wait_at_once() -> None:
    """At speed 1 the next bar is an hour away."""
    rig = make_rig()

    def items():
        os.kill(os.getpid(), signal.SIGTERM)
        yield from rig.feed.items(-1)

    found = asyncio.run(asyncio.wait_for(trade(rig.session, items(), Pace(1.0, 0), queue_max=3), 60))
    assert (found.ended, found.took_s) == ("signal", [])


def test_what_ends_the_feed_is_raised_after_what_came_before_it() -> None:
    rig = make_rig()

    def items():
        for k, item in enumerate(rig.feed.items(-1)):
            if k == 7:
                raise DataError("torn")
            yield item

    with pytest.raises(DataError, match="torn"):
        _run(rig.session, items())
    assert rig.session.last_sequence == 6


class _Stops(ListJournal):
    def append(self, records) -> None:
        if len(self.transactions) == 5:
            raise AssertionError("a bug")
        super().append(records)


def test_a_fault_of_the_session_is_raised_and_leaves_no_task() -> None:
    rig = make_rig(_Stops())
    with pytest.raises(AssertionError, match="a bug"):
        _run(rig.session, rig.feed.items(-1), queue_max=1)


def test_market_time_is_waited_for_within_sessions_alone() -> None:
    slices = [item for item in make_rig().feed.items(-1) if isinstance(item, BarSlice)]
    fast, slow = Pace(0.0, 0), Pace(3600.0, 0)
    assert [fast.wait_s(item) for item in slices] == [0.0] * len(slices)
    waits = [slow.wait_s(item) for item in slices]
    by_session: dict[int, float] = {}
    for item, wait in zip(slices, waits, strict=True):
        by_session[item.session_open_ns] = by_session.get(item.session_open_ns, 0.0) + wait
    # From the open to the last bar, at an hour a second; and never the night.
    for opened, waited in by_session.items():
        last = max(item.close_ns for item in slices if item.session_open_ns == opened)
        assert waited == pytest.approx((last - opened) / HOUR_NS)


def test_a_warm_up_is_not_waited_for() -> None:
    pace = Pace(1.0, OPEN_NS + 10 * 24 * HOUR_NS)
    slices = [item for item in make_rig().feed.items(-1) if isinstance(item, BarSlice)]
    waits = [(item.close_ns, pace.wait_s(item)) for item in slices]
    assert {wait > 0 for close, wait in waits if close <= OPEN_NS + 10 * 24 * HOUR_NS} == {False}
    assert {wait > 0 for close, wait in waits if close > OPEN_NS + 10 * 24 * HOUR_NS} == {True}
