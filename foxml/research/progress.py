"""How long work says where it is."""

from typing import Protocol

__all__ = ["Progress"]


class Progress(Protocol):
    """Told what is going on, and how much of how much is done."""

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Say it."""
