"""Follows predictions until their labels end, bar by bar."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, BarSlice
from foxml.labels.barrier import BarrierSpec

__all__ = ["LabelTracker", "Matured", "Touched"]


class Touched(Enum):
    """What ended a label."""

    UPPER = 1
    LOWER = -1
    VERTICAL = 0


@dataclass(frozen=True, slots=True)
class Matured:
    """How one prediction came out.

    Attributes
    ----------
    symbol_index : int
    t0_ns, t1_ns : int
        Close of the bar that the prediction was made on, and of the bar that ended the label.
    score, sigma : float
        The prediction, and sigma_h when it was made.
    ret : float
        Return from the entry, times the side.
    mfe, mdd : float
        Best and worst return on the way, times the side.
    bars : int
        Bars from entry to the end, the entry bar being the first.
    ambiguous : bool
        Both barriers lay within one bar: the adverse one was taken.
    """

    symbol_index: int
    t0_ns: int
    t1_ns: int
    score: float
    sigma: float
    side: int
    ret: float
    touched: Touched
    mfe: float
    mdd: float
    bars: int
    ambiguous: bool


@dataclass(slots=True)
class _Pending:
    symbol_index: int
    t0_ns: int
    session_ns: int
    score: float
    sigma: float
    side: int
    entry: float = 0.0
    bars: int = 0
    best: float = 0.0
    worst: float = 0.0


class LabelTracker:
    """Streaming triple barriers for many symbols.

    Favourable moves are judged on a bar's high (low for a short), adverse ones on its low. A bar that opens beyond a
    barrier ends the label at its open. When both barriers lie within one bar, the adverse one was first. At the
    vertical barrier the label ends at the close. Where `cross_session` is false, it ends at the latest with its
    session, and there is none for a session's last bar.

    Parameters
    ----------
    spec : BarrierSpec
    """

    def __init__(self, spec: BarrierSpec) -> None:
        self._spec = spec
        self._pending: list[_Pending] = []

    def __len__(self) -> int:
        return len(self._pending)

    def register(
        self, bar_slice: BarSlice, scores: NDArray[np.float64], sigma: NDArray[np.float64], side: int = 1
    ) -> None:
        """Follow the predictions made at the close of a slice.

        Parameters
        ----------
        bar_slice : BarSlice
        scores, sigma : ndarray of float64, shape (n,)
            A symbol whose score or sigma is NaN is left out.
        side : int
            +1 for a long label, -1 for a short one.
        """
        if not self._spec.cross_session and bar_slice.close_ns >= bar_slice.session_close_ns:
            return
        for i in np.flatnonzero(bar_slice.present & ~np.isnan(scores) & ~np.isnan(sigma)).tolist():
            self._pending.append(
                _Pending(i, bar_slice.close_ns, bar_slice.session_open_ns, float(scores[i]), float(sigma[i]), side)
            )

    def update(self, bar_slice: BarSlice) -> list[Matured]:
        """Take in a later slice; return the labels that it ended, oldest first."""
        matured: list[Matured] = []
        kept: list[_Pending] = []
        for pending in self._pending:
            if not self._spec.cross_session and pending.session_ns != bar_slice.session_open_ns:
                continue  # the session ended while the symbol had no more bars: there is no outcome
            if not bar_slice.present[pending.symbol_index]:
                kept.append(pending)
                continue
            outcome = self._advance(pending, bar_slice)
            if outcome is None:
                kept.append(pending)
            else:
                matured.append(outcome)
        self._pending = kept
        return matured

    def adjust(self, symbol_index: int, price_factor: float) -> None:
        """Put entries on the terms after a corporate action: a split or dividend within a label is part of it."""
        for pending in self._pending:
            if pending.symbol_index == symbol_index:
                pending.entry *= price_factor

    def _advance(self, pending: _Pending, bar_slice: BarSlice) -> Matured | None:
        bar = bar_slice.ohlcv[pending.symbol_index]
        if pending.bars == 0:
            pending.entry = float(bar[OPEN])
        pending.bars += 1
        side = pending.side

        def ret(price: float) -> float:
            return side * (price / pending.entry - 1.0)

        opened = ret(float(bar[OPEN]))
        favourable = ret(float(bar[HIGH] if side > 0 else bar[LOW]))
        adverse = ret(float(bar[LOW] if side > 0 else bar[HIGH]))
        up = self._spec.up_sigma * pending.sigma
        down = -self._spec.down_sigma * pending.sigma
        # The bar's path after a touch is not the label's any more: extremes stop at the barrier, or at the gap.
        pending.best = max(pending.best, min(favourable, max(up, opened)))
        pending.worst = min(pending.worst, max(adverse, min(down, opened)))
        ambiguous = adverse <= down and favourable >= up and down < opened < up
        last = pending.bars >= self._spec.horizon_bars or (
            not self._spec.cross_session and bar_slice.close_ns >= bar_slice.session_close_ns
        )
        if opened >= up:
            end = (Touched.UPPER, opened)
        elif adverse <= down:
            end = (Touched.LOWER, min(opened, down))
        elif favourable >= up:
            end = (Touched.UPPER, up)
        elif last:
            end = (Touched.VERTICAL, ret(float(bar[CLOSE])))
        else:
            return None
        touched, value = end
        return Matured(
            pending.symbol_index,
            pending.t0_ns,
            bar_slice.close_ns,
            pending.score,
            pending.sigma,
            side,
            value,
            touched,
            pending.best,
            pending.worst,
            pending.bars,
            ambiguous,
        )
