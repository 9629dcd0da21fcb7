"""What a check found: for each feature how much was compared, how far apart it was, and where first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import SymbolBars
from foxml.research.feature_checks.source import CheckedColumn

__all__ = ["Check", "ColumnFindings", "Finding", "Offence", "Tally"]

Float = np.float32 | np.float64


class Check(Enum):
    """Ways to catch a feature that knows what it should not, or forgets what it should know.

    Each compares with one batch over the whole history: the batch of a history that is cut off, that goes on
    differently, or that starts later; a stream; a stream that is restored from snapshots, or offered bars that cannot
    be; the symbol beside seven others, with which it is computed together.
    """

    TRUNCATED = "truncated"
    PERTURBED = "perturbed"
    STARTED_LATE = "started_late"
    STREAMED = "streamed"
    RESTORED = "restored"
    DAMAGED = "damaged"
    SIDE_BY_SIDE = "side_by_side"


@dataclass(frozen=True, slots=True)
class Offence:
    """The earliest bar at which a feature was caught.

    Attributes
    ----------
    symbol : str
    close_ns : int
    found, expected : float
        Expected is the value of the whole history in one batch; side by side, of the symbol by itself.
    where : str
        What had been done to the history or the stream.
    """

    symbol: str
    close_ns: int
    found: float
    expected: float
    where: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one feature.

    Attributes
    ----------
    compared : int
        Rows.
    differing : int
        Rows in which the bits differ.
    worst : float
        Largest difference, relative to the larger of the two values and of the feature's mean size; infinite where
        only one of the two is a number.
    first : Offence or None
    """

    compared: int = 0
    differing: int = 0
    worst: float = 0.0
    first: Offence | None = None


@dataclass(frozen=True, slots=True)
class ColumnFindings:
    """All checks of one feature.

    Attributes
    ----------
    name, guarantee : str
    warmup_bars : int
    bars : int
        Ready ones of all symbols: each was compared with the stream, if there is one.
    defined : int
        Of these, bars at which it is a number.
    checks : mapping of Check to Finding
        Without the checks that these features cannot be put to.
    failed : tuple of Check
    """

    name: str
    guarantee: str
    warmup_bars: int
    bars: int
    defined: int
    checks: dict[Check, Finding]
    failed: tuple[Check, ...]

    @property
    def worst(self) -> float:
        """Of all checks."""
        return max((finding.worst for finding in self.checks.values()), default=0.0)

    @property
    def compared(self) -> int:
        """Rows, in all checks."""
        return sum(finding.compared for finding in self.checks.values())

    @property
    def first(self) -> Offence | None:
        """The earliest bar at which a check failed."""
        found = [self.checks[check].first for check in self.failed]
        return min((offence for offence in found if offence is not None), key=lambda o: o.close_ns, default=None)


class Tally:
    """Counts what is compared, for all columns at once.

    Parameters
    ----------
    columns : sequence of CheckedColumn
    """

    def __init__(self, columns: Sequence[CheckedColumn]) -> None:
        self._columns = tuple(columns)
        self._index = {column.name: i for i, column in enumerate(self._columns)}
        self._findings: dict[Check, list[Finding]] = {}
        self._bars = 0
        self._defined = np.zeros(len(self._columns), dtype=np.int64)

    def count(self, values: NDArray[np.float64], ready: NDArray[np.bool_]) -> None:
        """Count the bars of a history."""
        self._bars += int(ready.sum())
        self._defined += (~np.isnan(values[ready])).sum(axis=0)

    def compare(
        self,
        check: Check,
        found: NDArray[Float],
        expected: NDArray[Float],
        *,
        bars: SymbolBars,
        sizes: NDArray[np.float64],
        where: str,
        names: Sequence[str] | None = None,
    ) -> None:
        """Compare rows to the bit; NaN equals NaN.

        Parameters
        ----------
        check : Check
        found, expected : ndarray of float32 or float64, shape (k, F)
        bars : SymbolBars
            The k bars of the rows.
        sizes : ndarray of float64, shape (F,)
            Mean size of each feature, below which a difference is not called large.
        where : str
        names : sequence of str, optional
            The columns; all of them by default.
        """
        assert found.shape == expected.shape == (len(bars), len(sizes)), (found.shape, expected.shape, len(sizes))
        findings = self._findings.setdefault(check, [Finding()] * len(self._columns))
        places = range(len(self._columns)) if names is None else [self._index[name] for name in names]
        differs = _differing(found, expected)
        hit = np.asarray(differs.any(axis=0), dtype=np.bool_)
        for k, place in enumerate(places):
            old = findings[place]
            if not hit[k]:
                findings[place] = Finding(old.compared + len(bars), old.differing, old.worst, old.first)
                continue
            rows = np.flatnonzero(differs[:, k])
            left, right = found[rows, k].astype(np.float64), expected[rows, k].astype(np.float64)
            at = int(rows[0])
            first = Offence(bars.symbol, int(bars.close_ns[at]), float(left[0]), float(right[0]), where)
            if old.first is not None and old.first.close_ns <= first.close_ns:
                first = old.first
            worst = max(old.worst, _worst(left, right, float(sizes[k])))
            findings[place] = Finding(old.compared + len(bars), old.differing + len(rows), worst, first)

    def fail(self, check: Check, name: str, offence: Offence) -> None:
        """Record a failure that no comparison of rows shows."""
        findings = self._findings.setdefault(check, [Finding()] * len(self._columns))
        old = findings[self._index[name]]
        findings[self._index[name]] = Finding(old.compared + 1, old.differing + 1, math.inf, old.first or offence)

    def findings(self, tolerance: float) -> tuple[ColumnFindings, ...]:
        """Judge every column.

        Parameters
        ----------
        tolerance : float
            Largest difference that a measured feature may show after a late start.
        """
        return tuple(
            ColumnFindings(
                column.name,
                column.guarantee,
                column.warmup_bars,
                self._bars,
                int(self._defined[i]),
                checks := {check: self._findings[check][i] for check in Check if check in self._findings},
                tuple(check for check in checks if not _passes(column, check, checks[check], tolerance)),
            )
            for i, column in enumerate(self._columns)
        )


def _passes(column: CheckedColumn, check: Check, finding: Finding, tolerance: float) -> bool:
    if finding.differing == 0:
        return True
    return check is Check.STARTED_LATE and column.guarantee == "measured" and finding.worst <= tolerance


def _differing(found: NDArray[Float], expected: NDArray[Float]) -> NDArray[np.bool_]:
    assert found.dtype == expected.dtype, (found.dtype, expected.dtype)
    kind = np.int32 if found.dtype.itemsize == 4 else np.int64
    left, right = np.ascontiguousarray(found).view(kind), np.ascontiguousarray(expected).view(kind)
    differs: NDArray[np.bool_] = np.not_equal(left, right)
    return differs & ~(np.isnan(found) & np.isnan(expected)) if differs.any() else differs


def _worst(left: NDArray[np.float64], right: NDArray[np.float64], size: float) -> float:
    if not (np.isfinite(left) & np.isfinite(right)).all():
        return math.inf
    scale = np.maximum(np.maximum(np.abs(left), np.abs(right)), size)
    apart = np.abs(left - right)
    return float((apart / np.where(scale > 0.0, scale, 1.0)).max())
