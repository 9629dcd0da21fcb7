"""How much is compared, and how far the work has come."""

from collections.abc import Callable
from dataclasses import dataclass

from foxml.research.progress import Progress

__all__ = ["Effort", "Work"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each check is done; every bar is compared at least once whatever it says.

    Attributes
    ----------
    seed : int
        Of every random choice.
    cuts : int
        Moments of a symbol's history after which it is cut off, and given another future.
    stretch_bars : int
        So many bars in a row, at a random place and at the end, are each cut off and given another future.
    tile_bars : int
        Rows compared after each of the late starts that together cover the history; as many as the warm-up has, if
        those are more.
    starts : int
        More late starts, at random.
    snapshots : int
        Moments at which a stream is replaced by one restored from its snapshot, and offered a bar that cannot be.
    symbols_together : int
        Symbols streamed in one engine.
    block_bars : int
        Bars of a history that go through a block of eight symbols at a time: what is kept of all eight meanwhile.
    """

    seed: int = 7
    cuts: int = 8
    stretch_bars: int = 64
    tile_bars: int = 512
    starts: int = 32
    snapshots: int = 64
    symbols_together: int = 16
    block_bars: int = 16_384


class Work:
    """Tells how many bars of how many have been computed.

    Parameters
    ----------
    total : int
    progress : Progress
    """

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = max(total, 1)
        self._done = 0
        self._progress = progress

    def add(self, bars: int, text: str) -> None:
        """Count bars that were computed."""
        self._done = min(self._done + bars, self._total - 1)
        self._progress(text, self._done, self._total)

    def on(self, text: str) -> Callable[[int], None]:
        """Return `add` for one kind of work."""
        return lambda bars: self.add(bars, text)
