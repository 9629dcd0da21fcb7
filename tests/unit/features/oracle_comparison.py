"""How near is near: a feature against its oracle, value by value and gap by gap."""

from dataclasses import dataclass

import numpy as np
from oracle_frames import Array

RTOL = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came out of one comparison.

    Attributes
    ----------
    compared : int
        Bars at which both are defined.
    worst : float
        Largest difference beyond the floor, relative to the oracle; inf where the oracle is 0.
    faults : tuple of str
        What is wrong, with the first bar of each kind; none means equal.
    """

    compared: int
    worst: float
    faults: tuple[str, ...]


def compare(ours: Array, oracle: Array, judged: Array, *, rtol: float = RTOL, floor: float | Array = 0.0) -> Comparison:
    """Compare two columns at the judged bars: the same gaps, and values within ``rtol * |oracle| + floor``.

    Parameters
    ----------
    ours, oracle : ndarray of float, shape (T,)
        NaN where undefined.
    judged : ndarray of bool, shape (T,)
    rtol : float
    floor : float or ndarray of shape (T,)
        What rounding alone may do, where a difference of near values may come out near 0.
    """
    ours, oracle = np.asarray(ours, dtype=np.longdouble), np.asarray(oracle, dtype=np.longdouble)
    defined, expected = ~np.isnan(ours), ~np.isnan(oracle)
    faults = []
    for kind, wrong in (("made up", defined & ~expected & judged), ("missing", ~defined & expected & judged)):
        if wrong.any():
            t = int(wrong.argmax())
            faults.append(f"{kind} at {int(wrong.sum())} bars, first {t}: ours {ours[t]:.17g}, oracle {oracle[t]:.17g}")
    both = defined & expected & judged
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.maximum(np.abs(ours - oracle) - floor, 0)
        relative = np.where(both, np.where(beyond == 0, 0, beyond / np.abs(oracle)), 0)
    far = both & ~(relative <= rtol)
    if far.any():
        t = int(relative.argmax())
        faults.append(f"off at {int(far.sum())} bars, worst {t}: ours {ours[t]:.17g}, oracle {oracle[t]:.17g}")
    return Comparison(int(both.sum()), float(relative.max(initial=0)), tuple(faults))
