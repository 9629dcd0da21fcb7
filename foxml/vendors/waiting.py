"""Sleep that an interruption ends."""

import threading

__all__ = ["StoppableSleep", "Stopped"]


class Stopped(Exception):
    """The work that was waiting has been told to stop."""


class StoppableSleep:
    """A sleep for worker threads, which no signal reaches.

    Parameters
    ----------
    stop : threading.Event
        Once it is set, every sleep ends in `Stopped`.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def __call__(self, seconds: float) -> None:
        """Wait, or raise `Stopped`."""
        if self._stop.wait(seconds):
            raise Stopped
