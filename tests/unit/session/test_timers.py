"""Timers come out of event time alone: which ones, in which order, and the same after a restart."""

import numpy as np
import pytest

from foxml.domain.events import Timer, TimerKind
from foxml.errors import RecoveryError
from foxml.session import TimerSource

OPENS, CLOSES = np.array([100, 200, 300]), np.array([130, 225, 330])


def _drain(source: TimerSource, until_ns: int, deadline_ns: int | None = None) -> list[str]:
    found = []
    while (timer := source.due(until_ns, deadline_ns)) is not None:
        assert source.due(until_ns, deadline_ns) == timer, "asking must not change anything"
        source.observe(timer)
        if timer.kind is TimerKind.ORDER_DEADLINE:
            deadline_ns = None
        assert timer.received_ns == timer.occurred_ns
        found.append(f"{timer.kind.value} {timer.occurred_ns}")
    return found


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (99, []),
        (100, ["session_open 100"]),
        (119, ["session_open 100", "tick 110"]),
        (130, ["session_open 100", "tick 110", "tick 120", "session_close 130"]),  # no tick beside the close
        (199, ["session_open 100", "tick 110", "tick 120", "session_close 130"]),  # and none over night
    ],
)
def test_a_session_has_an_open_ticks_and_a_close(until: int, expected: list[str]) -> None:
    assert _drain(TimerSource(10, OPENS, CLOSES), until) == expected


def test_all_sessions_in_order_and_then_nothing() -> None:
    found = _drain(TimerSource(10, OPENS, CLOSES), 10_000)
    assert found[4:8] == ["session_open 200", "tick 210", "tick 220", "session_close 225"]
    assert found[-1] == "session_close 330"
    assert [int(text.split()[1]) for text in found] == sorted(int(text.split()[1]) for text in found)


def test_sessions_before_the_start_have_none() -> None:
    # A long warm-up must not fill the journal with timers that nothing waits for.
    assert _drain(TimerSource(10, OPENS, CLOSES, from_ns=150), 205) == ["session_open 200"]


def test_a_deadline_is_its_own_timer_at_its_place() -> None:
    source = TimerSource(10, OPENS, CLOSES)
    assert _drain(source, 120, deadline_ns=115) == [
        "session_open 100", "tick 110", "order_deadline 115", "tick 120",
    ]  # fmt: skip
    # Over night too, where there are no ticks.
    assert _drain(source, 180, deadline_ns=150) == ["session_close 130", "order_deadline 150"]
    assert _drain(source, 180, deadline_ns=190) == []


def test_a_restart_at_any_timer_goes_on_with_the_next() -> None:
    whole = TimerSource(10, OPENS, CLOSES)
    timers = []
    while (timer := whole.due(10_000, None)) is not None:
        whole.observe(timer)
        timers.append(timer)
    for k in range(len(timers)):
        again = TimerSource(10, OPENS, CLOSES)
        for timer in timers[:k]:
            again.observe(timer)
        assert again.due(10_000, None) == timers[k]


def test_a_timer_of_other_settings_is_named() -> None:
    with pytest.raises(RecoveryError, match="other sessions or another interval"):
        TimerSource(10, OPENS, CLOSES).observe(Timer(TimerKind.TICK, 110, 110))


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="interval_ns"):
        TimerSource(0, OPENS, CLOSES)
    with pytest.raises(ValueError, match="open_ns and close_ns"):
        TimerSource(1, OPENS, CLOSES[:2])
