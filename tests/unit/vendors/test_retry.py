"""Asking again: bounded, later each time, and never earlier than the vendor said."""

import pytest

from foxml.errors import VendorBusy, VendorError, VendorRefused
from foxml.vendors.retry import RetryPolicy, retry, retry_after_s

POLICY = RetryPolicy(attempts_max=4, base_s=1.0, cap_s=3.0, wait_max_s=100.0)


def _run(answers: list[Exception | str], fraction: float = 0.0) -> tuple[str, list[float]]:
    slept: list[float] = []
    left = iter(answers)

    def call() -> str:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return retry(call, policy=POLICY, sleep=slept.append, fraction=lambda: fraction), slept


def test_delays_double_to_their_cap_and_spread_upward() -> None:
    busy = [VendorBusy("busy")] * 3
    assert _run([*busy, "bars"]) == ("bars", [0.5, 1.0, 1.5])
    assert _run([*busy, "bars"], fraction=1.0) == ("bars", [1.0, 2.0, 3.0])


def test_attempts_are_bounded() -> None:
    with pytest.raises(VendorError, match="busy; given up after 4 attempts"):
        _run([VendorBusy("busy")] * 4)


def test_what_cannot_help_is_not_asked_again() -> None:
    slept: list[float] = []

    def call() -> str:
        raise VendorRefused("wrong key")

    with pytest.raises(VendorRefused):
        retry(call, policy=POLICY, sleep=slept.append, fraction=lambda: 0.0)
    assert slept == []


def test_the_vendor_is_never_asked_earlier_than_it_said() -> None:
    assert _run([VendorBusy("busy", 42.0), "bars"])[1] == [42.0]


def test_a_vendor_that_asks_for_too_long_is_given_up() -> None:
    with pytest.raises(VendorError, match="asked to wait 101 s, at most 100"):
        _run([VendorBusy("busy", 101.0), "bars"])


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7", "X-RateLimit-Reset": "99"}, 7.0),
        ({"Retry-After": "Thu, 01 Jan 1970 00:01:00 GMT"}, 50.0),
        ({"Retry-After": "soon"}, None),
        ({"X-RateLimit-Reset": "40"}, 30.0),
        ({"X-RateLimit-Reset": "3"}, 0.0),
        ({"X-RateLimit-Reset": "-"}, None),
        ({}, None),
    ],
)
def test_headers_that_ask_to_wait(headers: dict[str, str], expected: float | None) -> None:
    # Ten seconds after the epoch; what is no number or date is as if it were absent.
    assert retry_after_s(headers, 10 * 10**9) == expected
