"""Rows that find the bit in which a forest differs: thresholds, their neighbours, special numbers, odd categories."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SPECIAL", "Table", "differing_bits", "hard_rows", "same_numbers", "training_table"]

SPECIAL = (0.0, -0.0, 5e-324, -5e-324, 1e-45, -1e-45, 1e-36, 1e-35, -1e-35, 1.0000001e-35, 1e30, -1e30)
_ODD_CATEGORIES = (-1.0, -2.0, -0.5, -0.0, 0.5, 2.75, 63.0, 64.0, 1e6, 16777216.0, 3e9, 1e30)


class Table:
    """A drawn training table: columns of numbers, then columns of categories."""

    def __init__(self, generator: np.random.Generator, x: NDArray[np.float64], categories: Sequence[int]) -> None:
        self.generator = generator
        self.x = x
        self.categories = categories
        signal = np.nan_to_num(x[:, 0] * x[:, -1] + x[:, 1]) + np.nan_to_num(x[:, -1]) % 3
        self.y = signal + generator.normal(scale=0.3, size=len(x))

    def label(self, kind: str) -> NDArray[np.float64]:
        """Return the label in the form that an objective wants."""
        ranks = (np.argsort(np.argsort(self.y)) + 0.5) / len(self.y)
        forms = {
            "real": self.y,
            "positive": np.abs(self.y) + 0.1,
            "count": np.floor(np.abs(self.y)),
            "unit": ranks,
            "binary": np.floor(ranks * 2),
            "classes": np.floor(ranks * 3),
            "targets": np.column_stack([self.y, -2 * self.y, np.floor(ranks * 2)]),
        }
        return forms[kind]


def training_table(generator: np.random.Generator) -> Table:
    """Draw a table of 60 to 500 rows, with zeros, missing values and up to two columns of categories."""
    rows = int(generator.integers(60, 500))
    numbers = int(generator.integers(2, 8))
    x = generator.normal(size=(rows, numbers)) * 10.0 ** generator.integers(-2, 3, size=numbers)
    x[:, 0] = x[:, 0].round(1)
    x[generator.random(x.shape) < generator.choice([0.0, 0.2])] = 0.0
    counts = generator.choice([2, 6, 40, 90], size=generator.integers(0, 3))
    x = np.column_stack([x, *(generator.integers(0, count, rows) for count in counts)])
    x[generator.random(x.shape) < generator.choice([0.0, 0.1, 0.4])] = np.nan
    return Table(generator, x, range(numbers, x.shape[1]))


def hard_rows(table: Table, thresholds: NDArray[Any], special: Sequence[float], count: int = 300) -> NDArray[Any]:
    """Draw rows in the type of `thresholds`: a third of the cells lie at or next to one, or are special."""
    generator, dtype = table.generator, thresholds.dtype.type
    up, down = np.nextafter(thresholds, dtype(np.inf)), np.nextafter(thresholds, dtype(-np.inf))
    specials = np.repeat(np.array(special, dtype), 1 + len(thresholds) // len(special))
    pool = np.concatenate([thresholds, up, down, specials, np.full(len(specials) // 2, dtype(np.nan))])
    usual = table.x[generator.integers(0, len(table.x), count)].astype(dtype)
    drawn = generator.choice(pool, size=usual.shape)
    drawn[:, table.categories] = generator.choice(
        np.array([*_ODD_CATEGORIES, np.nan], dtype), (count, len(table.categories))
    )
    return np.where(generator.random(usual.shape) < 0.33, drawn, usual)


def differing_bits(left: NDArray[Any], right: NDArray[Any]) -> int:
    """Count the numbers that differ in any bit."""
    assert left.dtype == right.dtype
    assert left.size == right.size
    as_integers = np.int64 if left.dtype == np.float64 else np.int32
    flat = [np.ascontiguousarray(side).reshape(-1).view(as_integers) for side in (left, right)]
    return int((flat[0] != flat[1]).sum())


def same_numbers(left: NDArray[Any], right: NDArray[Any]) -> bool:
    """Compare all bits, but for those in which one NaN differs from another."""
    nan = np.isnan(left.reshape(-1)) & np.isnan(right.reshape(-1))
    return differing_bits(left.reshape(-1)[~nan], right.reshape(-1)[~nan]) == 0
