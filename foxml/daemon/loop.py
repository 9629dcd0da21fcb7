"""The loop: one bounded queue between the feed and the session, paced by the wall, ended by a signal."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from foxml.domain.bars import BarSlice
from foxml.domain.ports import FeedItem
from foxml.session import Session

__all__ = ["Pace", "Traded", "trade"]

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Pace:
    """Says how long to wait before an item, so that market time passes `speed` times as fast as ours.

    Time between sessions, and slices that only warm up, are not waited for.

    Parameters
    ----------
    speed : float
        0: never wait.
    trade_from_ns : int
    """

    def __init__(self, speed: float, trade_from_ns: int) -> None:
        self._speed = speed
        self._trade_from_ns = trade_from_ns
        self._previous_ns = 0

    def wait_s(self, item: FeedItem) -> float:
        """Seconds between the item before and this one."""
        if self._speed == 0 or not isinstance(item, BarSlice) or item.close_ns <= self._trade_from_ns:
            return 0.0
        begun_ns = max(self._previous_ns, item.session_open_ns)
        self._previous_ns = item.close_ns
        return (item.close_ns - begun_ns) / 1e9 / self._speed


@dataclass(frozen=True, slots=True)
class Traded:
    """What came of a loop.

    Attributes
    ----------
    ended : str
        ``"feed"`` or ``"signal"``.
    took_s : list of (int, float)
        For each slice that was offered: its close, and the seconds from taking it to having sent what it led to.
    """

    ended: str
    took_s: list[tuple[int, float]]


async def trade(session: Session, items: Iterator[FeedItem], pace: Pace, *, queue_max: int) -> Traded:
    """Offer items to a session until the feed ends or the process is told to stop.

    Parameters
    ----------
    session : Session
    items : iterator of FeedItem
    pace : Pace
    queue_max : int
        Items that may wait.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[FeedItem | None] = asyncio.Queue(maxsize=queue_max)
    stop = asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    producer = loop.create_task(_produce(items, pace, queue))
    stopping = loop.create_task(stop.wait())
    took_s: list[tuple[int, float]] = []
    try:
        while (item := await _next(queue, stopping)) is not None:
            began = loop.time()
            session.offer(item)
            if isinstance(item, BarSlice):
                took_s.append((item.close_ns, loop.time() - began))
            await asyncio.sleep(0)  # signals are seen between items, however full the queue is
        session.flush()
        if stop.is_set():
            return Traded("signal", took_s)
        await producer  # raises what ended the feed, if anything did
        return Traded("feed", took_s)
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        for task in (producer, stopping):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _produce(items: Iterator[FeedItem], pace: Pace, queue: asyncio.Queue[FeedItem | None]) -> None:
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    try:
        for item in items:
            due_s += pace.wait_s(item)
            if (delay_s := due_s - loop.time()) > 0:
                await asyncio.sleep(delay_s)
            await queue.put(item)
    except Exception:
        await queue.put(None)  # what is already waiting is still offered; then the error is raised
        raise
    await queue.put(None)


async def _next(queue: asyncio.Queue[FeedItem | None], stopping: "asyncio.Task[bool]") -> FeedItem | None:
    """Take the next item; None if there is none any more, or none is wanted."""
    if stopping.done():
        return None
    if not queue.empty():
        return queue.get_nowait()
    getting = asyncio.ensure_future(queue.get())
    await asyncio.wait({getting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if stopping.done():
        getting.cancel()
        return None
    return getting.result()
