"""Targets: what models learn, made by the same streaming labels that run live."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.actions import adjustment_factors
from foxml.bars.slices import merge
from foxml.domain.bars import CLOSE, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import DataError
from foxml.labels import BarrierSpec, EwmaVolatility, LabelTracker, Matured

__all__ = ["BarrierTargetBuilder", "Targets"]


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
        Return from entry to end, and sigma_h at t0.
    label : ndarray of int8, shape (n,)
        The barrier touched: +1, -1, or 0 at the vertical one.
    ambiguous : ndarray of bool, shape (n,)
    missing : mapping of str to int
        Bars without a label, by reason.
    """

    symbol: NDArray[np.int32]
    t0_ns: NDArray[np.int64]
    t1_ns: NDArray[np.int64]
    session_ns: NDArray[np.int64]
    ret: NDArray[np.float64]
    sigma: NDArray[np.float64]
    label: NDArray[np.int8]
    ambiguous: NDArray[np.bool_]
    missing: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.t0_ns)

    def values(self, kind: str) -> NDArray[np.float64]:
        """Return y: ``ret_over_sigma``, ``ret`` or ``label``."""
        if kind == "ret_over_sigma":
            return self.ret / self.sigma
        if kind == "ret":
            return self.ret
        if kind == "label":
            return self.label.astype(np.float64)
        raise DataError(f"target value: found {kind!r}, expected ret_over_sigma, ret or label")


class BarrierTargetBuilder:
    """Triple-barrier labels of histories: a loop over the live tracker, so that research and live cannot differ.

    Parameters
    ----------
    spec : BarrierSpec
    instruments : sequence of Instrument
    """

    def __init__(self, spec: BarrierSpec, instruments: Sequence[Instrument]) -> None:
        self._spec = spec
        self._instruments = tuple(instruments)

    def build(self, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction] = ()) -> Targets:
        """Label every bar.

        Parameters
        ----------
        histories : sequence of SymbolBars
            Raw bars in the order of the instruments.
        actions : sequence of CorporateAction
            A split or dividend within a label is part of its return.
        """
        symbols = [bars.symbol for bars in histories]
        if symbols != [instrument.symbol for instrument in self._instruments]:
            raise DataError(f"histories of {symbols} are not those of the instruments, in their order")
        volatility = EwmaVolatility(self._instruments, self._spec)
        tracker = LabelTracker(self._spec)
        last_close = np.full(len(symbols), np.nan)
        zeros = np.zeros(len(symbols))
        session: dict[int, int] = {}
        matured: list[Matured] = []
        registered = warming = 0
        for item in merge(histories, actions):
            if isinstance(item, CorporateAction):
                i = symbols.index(item.symbol)
                if not np.isnan(last_close[i]):
                    price_factor, _ = adjustment_factors(item, float(last_close[i]))
                    volatility.adjust(i, price_factor)
                    tracker.adjust(i, price_factor)
                continue
            matured += tracker.update(item)
            sigma = volatility.update(item)
            before = len(tracker)
            tracker.register(item, zeros, sigma)
            registered += len(tracker) - before
            warming += int((item.present & np.isnan(sigma)).sum())
            session[item.close_ns] = item.session_open_ns
            last_close = np.where(item.present, item.ohlcv[:, CLOSE], last_close)
        total = sum(len(bars) for bars in histories)
        missing = Counter(
            volatility_warming_up=warming,
            session_end=total - warming - registered,
            ended_without_outcome=registered - len(matured),
        )
        return _table(matured, session, +missing)


def _table(matured: list[Matured], session: Mapping[int, int], missing: Mapping[str, int]) -> Targets:
    ordered = sorted(matured, key=lambda m: (m.t0_ns, m.symbol_index))
    return Targets(
        symbol=np.array([m.symbol_index for m in ordered], dtype=np.int32),
        t0_ns=np.array([m.t0_ns for m in ordered], dtype=np.int64),
        t1_ns=np.array([m.t1_ns for m in ordered], dtype=np.int64),
        session_ns=np.array([session[m.t0_ns] for m in ordered], dtype=np.int64),
        ret=np.array([m.ret for m in ordered], dtype=np.float64),
        sigma=np.array([m.sigma for m in ordered], dtype=np.float64),
        label=np.array([m.touched.value for m in ordered], dtype=np.int8),
        ambiguous=np.array([m.ambiguous for m in ordered], dtype=np.bool_),
        missing=dict(missing),
    )
