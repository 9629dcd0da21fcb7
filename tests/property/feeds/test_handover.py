"""Stored bars and streamed bars, joined: what arrives equals what is stored, wherever the cut, whatever breaks."""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat
from foxml.bars.importing import import_files
from foxml.bars.store import BarMarks, BarStore
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError
from foxml.feeds.handover import Handover, History, StreamedBar

MINUTE = 60 * 10**9


@pytest.fixture(scope="module")
def thin(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> SymbolBars:
    """Minutes of DBB, most of which have no bar: what is absent must not pass for a gap, nor a gap for absence."""
    store = BarStore(tmp_path_factory.mktemp("handover"))
    import_files(
        [shared_data / "us_etfs_1m" / "DBB.csv.gz"],
        store=store,
        calendar=TradingCalendar(dt.date(2026, 12, 31)),
        interval="1m",
        layout=CsvFormat("UTC"),
        marks=BarMarks("vendor", "sip", "utc"),
    )
    return _cut(store.read("DBB", "1m"), 0, 3000)


def _cut(bars: SymbolBars, first: int, last: int) -> SymbolBars:
    names = ("close_ns", "session_open_ns", "session_close_ns", "ohlcv")
    return dataclasses.replace(bars, **{name: getattr(bars, name)[first:last] for name in names})


class World:
    """A vendor whose history lags behind its stream, which breaks now and then."""

    def __init__(self, bars: SymbolBars, seed: int) -> None:
        self.bars = bars
        self.random = random.Random(seed)
        self.now_ns = 0
        self.reads = 0

    def history(self, after_ns: int) -> History:
        # Late by up to three minutes; a bar that is still growing may be shown with half its volume.
        self.reads += 1
        whole_to_ns = max(after_ns, self.now_ns - self.random.randrange(3) * MINUTE)
        closes = self.bars.close_ns
        first = int(np.searchsorted(closes, after_ns, side="right"))
        last = int(np.searchsorted(closes, whole_to_ns, side="right"))
        shown = _cut(self.bars, first, min(last + 1, len(self.bars)))
        ohlcv = shown.ohlcv.copy()
        ohlcv[last - first :, 4] /= 2
        return History(dataclasses.replace(shown, ohlcv=ohlcv), whole_to_ns)

    def wait(self) -> None:
        self.now_ns += 1  # history catches up by itself

    def run(self, handover: Handover, start: int, stop: int) -> Iterator[StreamedBar]:
        connected = False
        for at in range(start, stop):
            self.now_ns = int(self.bars.close_ns[at])
            if not connected and self.random.random() < 0.3:
                connected = True
                handover.subscribed(self.now_ns - self.random.randrange(MINUTE))
            elif connected and self.random.random() < 0.02:
                connected = False
                handover.disconnected()
            if connected:
                for _ in range(1 + (self.random.random() < 0.1)):  # now and then a bar comes twice
                    handover.offer(StreamedBar(self.now_ns, self.bars.ohlcv[at]))
                # History is late: a bar may be due before it has come up to the subscription.
                if self.random.random() < 0.7:
                    yield from handover.bars()
        if not connected:
            handover.subscribed(self.now_ns)
        yield from handover.bars()


@pytest.mark.parametrize("seed", range(40))
def test_streamed_equals_stored_at_any_cut(thin: SymbolBars, seed: int) -> None:
    choose = random.Random(1000 + seed)
    warm = choose.randrange(1, 1500)  # the last bar that the receiver has warmed up on
    start = warm + choose.randrange(0, 200)
    stop = start + choose.randrange(300, 1200)
    world = World(thin, seed)
    handover = Handover(
        "DBB",
        world.history,
        after_ns=int(thin.close_ns[warm - 1]),
        buffer_bars_max=5000,
        reads_max=1000,
    )
    arrived = list(world.run(handover, start, stop))
    assert [bar.close_ns for bar in arrived] == thin.close_ns[warm:stop].tolist()
    assert np.array_equal(np.array([bar.ohlcv for bar in arrived]), thin.ohlcv[warm:stop])
    assert handover.late == 0
    assert handover.overlaps > 0


def _bar(minute: int) -> StreamedBar:
    return StreamedBar(minute * MINUTE, np.full(5, float(minute)))


def _none(whole_to: int) -> History:
    empty = np.empty(0, np.int64)
    return History(SymbolBars("A", MINUTE, empty, empty, empty, np.empty((0, 5))), whole_to * MINUTE)


def test_a_gap_is_an_error_even_if_no_bar_fell_into_it_and_heals() -> None:
    # History ends at minute 5, the stream begins at minute 7: nobody knows what happened at minute 6.
    reaches = [5]
    handover = Handover("A", lambda _: _none(reaches[0]), after_ns=0, buffer_bars_max=10, reads_max=3)
    handover.subscribed(7 * MINUTE)
    handover.offer(_bar(8))
    with pytest.raises(DataError, match=r"A: no history of 1970-01-01T00:05.* to 1970-01-01T00:07.* after 3 reads"):
        handover.bars()
    reaches[0] = 7
    assert [bar.close_ns for bar in handover.bars()] == [8 * MINUTE]


def test_bars_of_a_broken_stream_do_not_hide_the_break() -> None:
    # Subscribed anew, the stream vouches for nothing before that moment: history must be read again.
    reads: list[int] = []

    def history(after_ns: int) -> History:
        reads.append(after_ns // MINUTE)
        return _none(20)

    handover = Handover("A", history, after_ns=0, buffer_bars_max=10)
    handover.subscribed(0)
    handover.offer(_bar(3))
    assert [bar.close_ns for bar in handover.bars()] == [3 * MINUTE]
    handover.disconnected()
    handover.subscribed(9 * MINUTE)
    assert handover.bars() == []
    assert reads == [3]


def test_a_late_bar_is_counted_and_not_returned() -> None:
    # It belongs before one that a decision was made on.
    handover = Handover("A", lambda _: _none(0), after_ns=0, buffer_bars_max=10)
    handover.subscribed(0)
    handover.offer(_bar(3))
    handover.bars()
    handover.offer(_bar(2))
    handover.offer(_bar(3))
    assert handover.bars() == []
    assert (handover.late, handover.overlaps) == (1, 1)


def test_the_buffer_is_bounded_and_its_overflow_is_no_silent_loss() -> None:
    handover = Handover("A", lambda _: _none(0), after_ns=0, buffer_bars_max=2)
    handover.subscribed(0)
    for minute in (1, 2, 3):
        handover.offer(_bar(minute))
    with pytest.raises(DataError, match="more than 2 streamed bars waited"):
        handover.bars()
