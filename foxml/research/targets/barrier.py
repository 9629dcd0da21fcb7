"""Triple-barrier targets: the live tracker's labels, of a whole history at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import DataError
from foxml.labels import BarrierSpec, PriceFactors, barrier_outcomes, barrier_widths
from foxml.research.targets.panel import check_panel, price_factors
from foxml.research.targets.table import Targets, gather

__all__ = ["BarrierTargetBuilder", "primary_sides"]

Sides = NDArray[np.int8]


class BarrierTargetBuilder:
    """Triple-barrier labels of histories, equal to the bit to those that `LabelTracker` finds bar by bar.

    Parameters
    ----------
    spec : BarrierSpec
    instruments : sequence of Instrument
    """

    def __init__(self, spec: BarrierSpec, instruments: Sequence[Instrument]) -> None:
        self._spec = spec
        self._instruments = tuple(instruments)

    def build(
        self,
        histories: Sequence[SymbolBars],
        actions: Sequence[CorporateAction] = (),
        sides: Sequence[Sides] | None = None,
    ) -> Targets:
        """Label every bar.

        Parameters
        ----------
        histories : sequence of SymbolBars
            Raw bars in the order of the instruments.
        actions : sequence of CorporateAction
            A split or dividend within a label is part of its return.
        sides : sequence of ndarray of int8, optional
            For each history the side at each bar: +1, -1, or 0 for no label, as `primary_sides` makes them of
            predictions that were out of fold. Without sides, labels are long.

        Returns
        -------
        Targets
            A label whose horizon lies past the data is missing: `missing` counts every bar without a label as
            ``volatility_warming_up``, ``no_side``, ``session_end`` (no later bar to enter at), ``session_cut_short``
            (no bar at the session's end) or ``horizon_past_data``.

        Raises
        ------
        DataError
            If histories or sides do not fit the instruments, or a price cannot be.
        """
        check_panel(histories, [instrument.symbol for instrument in self._instruments])
        if sides is None:
            given: Sequence[Sides] = [np.ones(len(bars), dtype=np.int8) for bars in histories]
        else:
            given = _checked(sides, histories)
        factors = price_factors(histories, actions)
        parts = [
            self._symbol(i, bars, factors[i], given[i], sided=sides is not None) for i, bars in enumerate(histories)
        ]
        return gather(parts)

    def _symbol(self, i: int, bars: SymbolBars, factors: PriceFactors, side: Sides, *, sided: bool) -> Targets:
        sigma = barrier_widths(bars, self._spec, self._instruments[i], factors)
        found = barrier_outcomes(bars, self._spec, sigma, side, factors)
        made = np.flatnonzero(found.end >= 0)
        warming = np.isnan(sigma)
        no_side = ~warming & (side == 0)
        at_end = ~warming & ~no_side & found.session_end
        counts = {
            "volatility_warming_up": int(warming.sum()),
            "no_side": int(no_side.sum()),
            "session_end": int(at_end.sum()),
            "session_cut_short": int(found.cut_short.sum()),
        }
        counts["horizon_past_data"] = len(bars) - len(made) - sum(counts.values())
        return Targets(
            symbol=np.full(len(made), i, dtype=np.int32),
            t0_ns=bars.close_ns[made],
            t1_ns=bars.close_ns[found.end[made]],
            session_ns=bars.session_open_ns[made],
            ret=found.ret[made],
            sigma=sigma[made],
            label=found.touched[made],
            ambiguous=found.ambiguous[made],
            missing=counts,
            side=side[made] if sided else None,
            mfe=found.mfe[made],
            mdd=found.mdd[made],
            time_to_hit=found.bars[made] / self._spec.horizon_bars,
            ordinal_sigma=self._spec.ordinal_sigma,
        )


def primary_sides(
    histories: Sequence[SymbolBars],
    symbol: NDArray[np.int32],
    t0_ns: NDArray[np.int64],
    scores: NDArray[np.float64],
) -> tuple[Sides, ...]:
    """Turn a primary model's out-of-fold scores into the sides of meta-labels.

    Parameters
    ----------
    histories : sequence of SymbolBars
    symbol, t0_ns, scores : ndarray, shape (n,)
        As in a `Dataset`, with the `scores` of its `Evaluation`: NaN where no fold tested, and there is no side then.
        Scores of rows that the model was fitted on would teach the second model to trust a memory.

    Raises
    ------
    DataError
        If a score is of a bar that the histories do not have.
    """
    made = [np.zeros(len(bars), dtype=np.int8) for bars in histories]
    for i, bars in enumerate(histories):
        own = np.flatnonzero((symbol == i) & ~np.isnan(scores))
        at = np.searchsorted(bars.close_ns, t0_ns[own])
        known = at < len(bars)
        known[known] = bars.close_ns[at[known]] == t0_ns[own][known]
        if not known.all():
            lost = int(t0_ns[own][~known][0])
            raise DataError(f"{bars.symbol}: found a score at {lost} ns, expected the close of one of its bars")
        made[i][at] = np.sign(scores[own]).astype(np.int8)
    return tuple(made)


def _checked(sides: Sequence[Sides], histories: Sequence[SymbolBars]) -> Sequence[Sides]:
    if len(sides) != len(histories):
        raise DataError(f"sides: found {len(sides)} arrays, expected one for each of {len(histories)} histories")
    for side, bars in zip(sides, histories, strict=True):
        if side.shape != (len(bars),):
            raise DataError(f"sides of {bars.symbol}: found shape {side.shape}, expected {(len(bars),)}")
        wrong = np.flatnonzero(~np.isin(side, (-1, 0, 1)))
        if len(wrong):
            raise DataError(f"sides of {bars.symbol}: row {wrong[0]}: found {side[wrong[0]]}, expected -1, 0 or 1")
    return [side.astype(np.int8) for side in sides]
