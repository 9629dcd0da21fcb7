"""Requests against the limits of vendors, on a clock that only sleeping moves."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxml.vendors.pacing import ALPACA_RULES, IBKR_RULES, Pacer, RollingWindow, Rule, Scope, TokenBucket

SECOND = 1_000_000_000


class Hand:
    """A clock, and a sleep that moves it."""

    def __init__(self) -> None:
        self.now_ns = 0

    def clock(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        # A sleep may end a little late; one that ended early would be asked again.
        self.now_ns += round(seconds * SECOND) + 1


def _sent(rules: tuple[Rule, ...], requests: list[tuple[str, str]]) -> list[int]:
    hand = Hand()
    pacer = Pacer(rules, clock_ns=hand.clock, sleep=hand.sleep)
    times = []
    for contract, request in requests:
        pacer.wait(contract, request)
        times.append(hand.now_ns)
    return times


def _most(times: list[int], window_s: float) -> int:
    return max(sum(t <= u < t + window_s * SECOND for u in times) for t in times)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz")), min_size=1, max_size=150))
def test_no_window_of_ibkr_is_ever_overfull(asked: list[tuple[str, str]]) -> None:
    # One request too many is a pacing violation, which blocks the account's history for minutes.
    times = _sent(IBKR_RULES, [(contract, contract + request) for contract, request in asked])
    assert _most(times, 600) <= 60
    for contract in "ABC":
        own = [t for t, (c, _) in zip(times, asked, strict=True) if c == contract]
        assert not own or _most(own, 2) < 6
        for request in "xyz":
            same = [t for t, pair in zip(times, asked, strict=True) if pair == (contract, request)]
            assert not same or _most(same, 15) == 1


def test_alpaca_passes_200_at_once_and_then_none_for_a_minute() -> None:
    times = _sent(ALPACA_RULES, [("SPY", str(i)) for i in range(401)])
    assert times[199] == 0
    assert times[200] >= 60 * SECOND
    assert times[400] >= 120 * SECOND


def test_without_rules_the_windows_are_overfull() -> None:
    # What the checks above would say of a pacer that holds nobody back.
    assert _most(_sent((), [("A", "x")] * 61), 600) == 61


def test_a_hold_stops_everybody() -> None:
    hand = Hand()
    pacer = Pacer((Rule(Scope.ALL, 10, 1.0),), clock_ns=hand.clock, sleep=hand.sleep)
    pacer.hold(30)
    pacer.hold(5)
    pacer.wait()
    assert hand.now_ns >= 30 * SECOND


def test_threads_share_one_window() -> None:
    passed: list[int] = []
    pacer = Pacer((Rule(Scope.ALL, 5, 1000.0),), clock_ns=lambda: 0, sleep=_stop)

    def ask() -> None:
        try:
            for _ in range(3):
                pacer.wait()
                passed.append(1)
        except TimeoutError:
            return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 5


def _stop(_: float) -> None:
    raise TimeoutError


def test_token_bucket_bursts_and_then_keeps_its_rate() -> None:
    bucket, now, times = TokenBucket(capacity=3, per_s=2.0), 0, []
    for _ in range(7):
        now += bucket.wait_ns(now)
        bucket.take(now)
        times.append(now / SECOND)
    assert times == [0, 0, 0, 0.5, 1.0, 1.5, 2.0]
    now += 60 * SECOND
    assert [bucket.wait_ns(now) for _ in range(3) if bucket.take(now) is None] == [0, 0, SECOND // 2]


@pytest.mark.parametrize("make", [lambda: RollingWindow(0, 1.0), lambda: TokenBucket(1, 0.0)])
def test_a_limit_of_nothing_is_refused(make: Callable[[], object]) -> None:
    # It would wait for ever.
    with pytest.raises(ValueError, match="positive"):
        make()
