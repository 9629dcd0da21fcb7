"""Clocks never run backwards."""

import pytest

from foxml import clock
from foxml.clock import EventClock, WallClock, new_journal_id


def test_wall_clock_holds_through_a_step_back(monkeypatch: pytest.MonkeyPatch) -> None:
    # An NTP step must not give a later event an earlier time.
    readings = iter([100, 50, 120])
    monkeypatch.setattr(clock.time, "time_ns", lambda: next(readings))
    wall = WallClock()
    assert [wall.now_ns() for _ in range(3)] == [100, 100, 120]


def test_event_clock_ignores_an_earlier_time() -> None:
    event = EventClock(5)
    event.advance(9)
    event.advance(7)
    assert event.now_ns() == 9


def test_journal_ids_differ() -> None:
    assert len({new_journal_id() for _ in range(100)}) == 100
