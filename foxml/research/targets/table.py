"""The table that every target builder fills."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["Targets", "gather"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Labels of a panel, ordered by time and then symbol.

    Attributes
    ----------
    symbol : ndarray of int32, shape (n,)
        Index in the universe.
    t0_ns, t1_ns : ndarray of int64, shape (n,)
        Close of the bar of the prediction, and of the one that ended the label.
    session_ns : ndarray of int64, shape (n,)
        Open of the session of t0.
    ret, sigma : ndarray of float64, shape (n,)
        Return from entry to end (times the side, where there is one), and sigma_h at t0.
    label : ndarray of int8, shape (n,)
        Of barriers the one touched first: +1, -1, or 0 at the vertical one. Of other targets the class: +1, -1, or 0
        within the neutral band.
    ambiguous : ndarray of bool, shape (n,)
    missing : mapping of str to int
        Bars without a label, by reason.
    side : ndarray of int8, shape (n,), optional
        The side that was given: +1 or -1. Without sides, labels are long.
    mfe, mdd : ndarray of float64, shape (n,), optional
        Best and worst return on the way.
    time_to_hit : ndarray of float64, shape (n,), optional
        Bars from entry to end over the horizon, in (0, 1].
    value : ndarray of float64, shape (n,), optional
        The forecast quantity itself, where it is more than a return: standardised, or compared with other symbols.
    ordinal_sigma : tuple of float
        Bounds of the ordinal classes.
    """

    symbol: NDArray[np.int32]
    t0_ns: NDArray[np.int64]
    t1_ns: NDArray[np.int64]
    session_ns: NDArray[np.int64]
    ret: Floats
    sigma: Floats
    label: NDArray[np.int8]
    ambiguous: NDArray[np.bool_]
    missing: Mapping[str, int]
    side: NDArray[np.int8] | None = None
    mfe: Floats | None = None
    mdd: Floats | None = None
    time_to_hit: Floats | None = None
    value: Floats | None = None
    ordinal_sigma: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.t0_ns)

    @property
    def touched(self) -> NDArray[np.int8]:
        """The barrier touched first: +1, -1, or 0 at the vertical one."""
        return self.label

    @property
    def will_peak(self) -> NDArray[np.bool_]:
        """Whether the upper barrier (for a short side: the favourable one) came first."""
        return np.equal(self.label, 1)

    @property
    def will_valley(self) -> NDArray[np.bool_]:
        """Whether the lower barrier (for a short side: the adverse one) came first."""
        return np.equal(self.label, -1)

    @property
    def weightless(self) -> NDArray[np.bool_]:
        """Labels that nobody can judge: both barriers within one bar, and no side that says which was the worse."""
        return self.ambiguous if self.side is None else np.zeros(len(self), dtype=np.bool_)

    def ordinal(self) -> NDArray[np.int8]:
        """Classes from strongly down to strongly up.

        With k bounds, a touched barrier is +-(k + 1), and the rest counts the bounds that the return over sigma_h has
        reached, with its sign: -k to k.
        """
        outcome = self.ret / self.sigma
        reached = np.searchsorted(np.array(self.ordinal_sigma), np.abs(outcome), side="right")
        classes = np.where(self.label != 0, self.label * (len(self.ordinal_sigma) + 1), np.sign(outcome) * reached)
        return classes.astype(np.int8)

    def meta(self, cost: float) -> NDArray[np.int8]:
        """Whether following the given side paid: 1 where `ret` is above a cost (Lopez de Prado, op. cit., 3.6).

        Parameters
        ----------
        cost : float
            Of the round trip, as a fraction.

        Raises
        ------
        DataError
            If the labels were built without sides.
        """
        if self.side is None:
            raise DataError("meta-labels: found labels without sides, expected the sides of a primary model")
        return np.greater(self.ret, cost).astype(np.int8)

    def values(self, kind: str) -> Floats:
        """Return y: ``ret_over_sigma``, ``ret``, ``label``, or what else this target has.

        ``ordinal``, ``will_peak``, ``will_valley``, ``mfe``, ``mdd`` and ``time_to_hit`` belong to barriers,
        ``value`` to excess returns.

        Raises
        ------
        DataError
            If this target has no such value.
        """
        if kind == "ret_over_sigma":
            return self.ret / self.sigma
        if kind in ("ret", "label"):
            return np.asarray(getattr(self, kind), dtype=np.float64)
        if self.time_to_hit is not None and kind in ("ordinal", "will_peak", "will_valley"):
            found = self.ordinal() if kind == "ordinal" else getattr(self, kind)
            return np.asarray(found, dtype=np.float64)
        had = {name: getattr(self, name) for name in ("mfe", "mdd", "time_to_hit", "value")}
        if had.get(kind) is None:
            known = ["ret_over_sigma", "ret", "label", *(name for name, array in had.items() if array is not None)]
            if self.time_to_hit is not None:
                known += ["ordinal", "will_peak", "will_valley"]
            raise DataError(f"target value: found {kind!r}, expected one of {', '.join(known)}")
        return np.asarray(had[kind], dtype=np.float64)


def gather(parts: Sequence[Targets]) -> Targets:
    """Put the labels of single symbols, given in their order, together: ordered by time and then symbol."""
    if len(parts) == 1:
        (part,) = parts
        return replace(part, missing={reason: count for reason, count in part.missing.items() if count})
    missing: Counter[str] = Counter()
    for part in parts:
        missing.update(part.missing)
    # Stable: symbols of one moment stay in their order. The sorted runs are merged.
    order = np.argsort(np.concatenate([part.t0_ns for part in parts]), kind="stable")
    columns = {}
    for field in fields(Targets):
        arrays = [getattr(part, field.name) for part in parts]
        if isinstance(arrays[0], np.ndarray):
            columns[field.name] = np.concatenate(arrays)[order]
    return Targets(**columns, missing=dict(+missing), ordinal_sigma=parts[0].ordinal_sigma)
