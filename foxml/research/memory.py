"""A budget of memory that batch builders keep."""

from collections.abc import Iterator
from typing import Final

from foxml.errors import DataError

__all__ = ["MemoryManager"]

_ROWS_MIN: Final = 256
"""Smaller parts cost more to begin and end than they hold."""


class MemoryManager:
    """Sizes the parts of a work so that none takes more than a budget.

    Parameters
    ----------
    budget_bytes : int
        ``resources.memory_bytes`` of a config.

    Examples
    --------
    >>> memory = MemoryManager(64 << 20)
    >>> memory.rows(1 << 15)
    2048
    >>> [(part.start, part.stop) for part in memory.batches(5_000, 1 << 15)]
    [(0, 2048), (2048, 4096), (4096, 5000)]
    """

    def __init__(self, budget_bytes: int) -> None:
        if budget_bytes < 1:
            raise DataError(f"budget_bytes: found {budget_bytes}, expected at least 1")
        self.budget_bytes: Final = budget_bytes

    def rows(self, row_bytes: int, *, rows_max: int | None = None) -> int:
        """Return how many rows a part may have.

        Parameters
        ----------
        row_bytes : int
            What a row takes, copies that are made on the way included.
        rows_max : int, optional
            More are never wanted.

        Raises
        ------
        DataError
            If the budget does not hold 256 rows, or as many as are wanted.
        """
        least = _ROWS_MIN if rows_max is None else min(_ROWS_MIN, rows_max)
        found = self.budget_bytes // row_bytes
        if found < least:
            raise DataError(
                f"a budget of {self.budget_bytes:,} bytes holds {found:,} rows of {row_bytes:,} bytes, expected at"
                f" least {least:,}: raise resources.memory_mb"
            )
        return found if rows_max is None else min(found, rows_max)

    def batches(self, rows: int, row_bytes: int) -> Iterator[slice]:
        """Cut rows into parts, in their order.

        Raises
        ------
        DataError
            As `rows`.
        """
        step = self.rows(row_bytes, rows_max=rows) if rows else 1
        for first in range(0, rows, step):
            yield slice(first, min(first + step, rows))
