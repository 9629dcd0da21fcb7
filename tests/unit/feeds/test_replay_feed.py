"""A replayed period is warmed up, complete, and numbered the same at every start."""

import numpy as np
import pytest

from foxml.domain.bars import ActionKind, BarSlice, CorporateAction, SymbolBars
from foxml.errors import DataError
from foxml.feeds import ReplayFeed
from foxml.journal.codec import encode

BARS, DAY, HOUR = 4, 100, 10


def _bars(symbol: str, sessions: range, *, missing: frozenset[int] = frozenset()) -> SymbolBars:
    rows = [(s, b) for s in sessions for b in range(BARS) if s * BARS + b not in missing]
    opened = np.array([s * DAY for s, _ in rows], dtype=np.int64)
    close = np.array([s * DAY + (b + 1) * HOUR for s, b in rows], dtype=np.int64)
    ohlcv = np.column_stack([close, close + 1, close - 1, close, close]).astype(np.float64)
    return SymbolBars(symbol, HOUR, close, opened, opened + BARS * HOUR, ohlcv)


HISTORIES = (_bars("AAA", range(1, 11)), _bars("BBB", range(1, 11), missing=frozenset({5, 20, 21, 22, 23, 30})))
ACTIONS = [CorporateAction("AAA", ActionKind.SPLIT, s * DAY, s * DAY, 2 * 10**9) for s in (1, 2, 6, 9)]


def _feed(histories=HISTORIES, **changes) -> ReplayFeed:
    arguments = {"trade_from_ns": 6 * DAY - 1, "warmup_bars": 5, "warmup_sessions": 1, **changes}
    return ReplayFeed(histories, ACTIONS, **arguments)


def _encoded(items) -> list:
    return [encode(item) for item in items]


@pytest.mark.parametrize(
    ("warmup_bars", "warmup_sessions", "first_session"),
    [
        (0, 0, 6),
        (1, 0, 4),  # BBB has no bar in session 5
        (5, 0, 3),  # five bars of BBB: four in session 4, one in session 3
        (0, 3, 2),  # three sessions of BBB: 4, 3, 2
        (1000, 0, 1),  # as far as there are bars
        (0, 1000, 1),
    ],
)
def test_every_symbol_has_its_warm_up(warmup_bars: int, warmup_sessions: int, first_session: int) -> None:
    feed = _feed(warmup_bars=warmup_bars, warmup_sessions=warmup_sessions)
    slices = [item for item in feed.items(-1) if isinstance(item, BarSlice)]
    assert slices[0].close_ns == first_session * DAY + HOUR
    assert [s.sequence for s in slices] == list(range(len(feed)))
    assert feed.sessions[0].tolist() == [s * DAY for s in range(first_session, 11)]
    assert (feed.sessions[1] - feed.sessions[0] == BARS * HOUR).all()


def test_a_symbol_without_a_past_does_not_hold_the_others_up() -> None:
    feed = _feed((HISTORIES[0], _bars("BBB", range(7, 11))))
    assert next(iter(feed.items(-1))).occurred_ns == 4 * DAY + HOUR  # five bars of AAA: sessions 5 and 4


def test_going_on_after_any_slice_gives_the_rest() -> None:
    whole = list(_feed().items(-1))
    assert any(isinstance(item, CorporateAction) for item in whole)
    for k, item in enumerate(whole):
        if isinstance(item, BarSlice):
            assert _encoded(_feed().items(item.sequence)) == _encoded(whole[k + 1 :])


def test_bars_that_come_later_continue_the_count() -> None:
    """The store grows from day to day under a journal that goes on."""
    short = _feed(tuple(_bars(bars.symbol, range(1, 9)) for bars in HISTORIES))
    long = _feed(tuple(_bars(bars.symbol, range(1, 11)) for bars in HISTORIES))
    before, after = _encoded(short.items(-1)), _encoded(long.items(-1))
    assert after[: len(before)] == before
    assert len(after) > len(before)


def test_the_period_ends_where_it_was_asked_to() -> None:
    feed = _feed(end_ns=8 * DAY)
    *_, last = feed.items(-1)
    assert last.close_ns == feed.end_ns == 7 * DAY + BARS * HOUR


@pytest.mark.parametrize("changes", [{"trade_from_ns": 20 * DAY}, {"end_ns": 5 * DAY}])
def test_a_period_without_bars_says_what_there_is(changes: dict) -> None:
    with pytest.raises(DataError, match=r"no bar of AAA, BBB in the period that begins .* there are bars from 1970"):
        _feed(**changes)
