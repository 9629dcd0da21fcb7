"""A budget of memory: parts as large as it allows, and an error that says what to raise where it allows too little."""

import pytest

from foxml.errors import DataError
from foxml.research.memory import MemoryManager


@pytest.mark.parametrize(
    ("budget", "row_bytes", "rows_max", "rows"),
    [(1 << 20, 1024, None, 1024), (1 << 20, 1024, 500, 500), (1 << 20, 1000, 10_000, 1048), (100, 10, 10, 10)],
)
def test_a_part_is_what_the_budget_holds(budget: int, row_bytes: int, rows_max: int | None, rows: int) -> None:
    assert MemoryManager(budget).rows(row_bytes, rows_max=rows_max) == rows


def test_a_budget_that_holds_next_to_nothing_is_refused() -> None:
    # One row at a time would never end.
    with pytest.raises(DataError, match=r"1,000 bytes holds 10 rows of 100 bytes, expected at least 256.*memory_mb"):
        MemoryManager(1000).rows(100)
    with pytest.raises(DataError, match="budget_bytes: found 0"):
        MemoryManager(0)


@pytest.mark.parametrize("rows", [0, 1, 255, 1024, 1025, 5000])
def test_batches_are_all_rows_once_and_in_order(rows: int) -> None:
    parts = list(MemoryManager(1 << 20).batches(rows, 1024))
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(rows))
    assert all(part.stop - part.start <= 1024 for part in parts)
