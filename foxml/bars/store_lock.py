"""Who may write to a store, and which files nobody may take away yet.

Both are locks of the kernel (flock) on an open file: they end with the process that holds them, however it ends.
"""

import fcntl
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foxml.errors import DataError

__all__ = ["WriterLock", "reading", "unread"]


class WriterLock:
    """The right to write to a store: of one process, and in it of one thread at a time.

    Parameters
    ----------
    root : Path
        The store; the lock is the file ``.writer.lock`` in it, which says who holds it.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / ".writer.lock"
        self._threads = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; within a thread it may be held again.

        Raises
        ------
        DataError
            At once, if another process (or another store object of this one) holds it: names the holder.
        """
        with self._threads:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            file = self._locked()
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0
                with suppress(OSError):
                    os.ftruncate(file, 0)
                os.close(file)

    def _locked(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 1000, 0).decode(errors="replace") or "another process"
            os.close(file)
            raise DataError(f"{self._path.parent}: {holder} is writing to this store; wait until it is done") from None
        except BaseException:
            os.close(file)
            raise
        words = " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]]).strip() or "python"
        with suppress(OSError):  # a full disk holds the lock all the same
            os.ftruncate(file, 0)
            os.pwrite(file, f"process {os.getpid()} on {socket.gethostname()} ({words})".encode()[:1000], 0)
        return file


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep the files of a folder from being taken away while they are read."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # nothing there that could be taken away
        yield
        return
    try:
        with suppress(OSError):  # a file system without locks: a reader that comes too late is told so
            fcntl.flock(file, fcntl.LOCK_SH)
        yield
    finally:
        os.close(file)


@contextmanager
def unread(folder: Path) -> Iterator[bool]:
    """Say whether nobody reads in a folder, and keep readers waiting meanwhile."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(file)
