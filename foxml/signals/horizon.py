"""All families of one horizon: from their scores to one expected return after costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, pi, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.labels import Matured
from foxml.settings.sections.signals import SignalsSection
from foxml.signals.blend import ScoreCorrelation, blend_scale, family_weights
from foxml.signals.calibration import CalibrationError, InformationCoefficient, trust
from foxml.signals.card import ModelCard
from foxml.signals.costs import after_costs, half_spreads_bps, round_trip_bps
from foxml.signals.standardize import ScoreStandardizer

__all__ = ["HorizonSignal", "HorizonStep"]

Floats = NDArray[np.float64]

MEAN_ABS_NORMAL: Final = sqrt(2.0 / pi)
REMEMBERED_HORIZONS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class HorizonStep:
    """One slice's numbers of one horizon; every array has shape (n,), NaN where a symbol has none.

    Attributes
    ----------
    unclipped : ndarray
        Largest size of any family's standardised score before clipping: what the sanity guard looks at.
    standardized : ndarray
        The first family's standardised score, clipped.
    blended : ndarray
        z: weighted, trusted, of unit variance.
    alpha_bps, cost_bps, alpha_net_bps : ndarray
    """

    unclipped: Floats
    standardized: Floats
    blended: Floats
    alpha_bps: Floats
    cost_bps: Floats
    alpha_net_bps: Floats


class HorizonSignal:
    """Standardise, trust, blend, and turn into alpha_bps = 1e4 IC sigma_h z (Grinold 1994), less costs.

    Parameters
    ----------
    cards : sequence of ModelCard
        Families of one horizon.
    rules : SignalsSection
    interval_ns : int
        Base interval.
    """

    def __init__(
        self, cards: Sequence[ModelCard], rules: SignalsSection, interval_ns: int, symbols: Sequence[str] = ()
    ) -> None:
        horizons = {card.horizon_bars for card in cards}
        if len(horizons) != 1:
            raise ValueError(f"cards must share one horizon, found {sorted(horizons)}")
        self.horizon_bars: Final = horizons.pop()
        self._horizon_ns = self.horizon_bars * interval_ns
        self._rules = rules
        self._half_spread = half_spreads_bps(rules, symbols)
        self._standardizers = [ScoreStandardizer(c.score_mean, c.score_std, rules.standardize_min) for c in cards]
        self._family_ic = [InformationCoefficient(c.ic, rules.ic_prior_n, c.horizon_bars) for c in cards]
        self._errors = [CalibrationError(rules.calibration_window) for _ in cards]
        self._correlation = ScoreCorrelation(len(cards), rules.standardize_min)
        self._prior_ic = [card.ic for card in cards]
        self._blended_ic = InformationCoefficient(
            fsum(self._prior_ic) / len(cards), rules.ic_prior_n, self.horizon_bars
        )
        self._remembered: dict[int, list[Floats]] = {}

    @property
    def ic(self) -> float:
        """Coefficient in use for the blended score; 0 below the floor."""
        ic = self._blended_ic.get()
        return ic if ic > self._rules.ic_floor else 0.0

    def step(self, close_ns: int, scores: Floats, sigma_h: Floats, sigma_day: Floats, day_share: Floats) -> HorizonStep:
        """Compute one slice's numbers.

        Parameters
        ----------
        close_ns : int
        scores : ndarray of float64, shape (n, families)
            NaN in the rows that are not decided on.
        sigma_h, sigma_day : ndarray of float64, shape (n,)
        day_share : ndarray of float64, shape (n,)
            Expected order's share of a day's volume.
        """
        clip = self._rules.score_clip
        raw = [s.update(scores[:, f]) for f, s in enumerate(self._standardizers)]
        clipped = [np.clip(s, -clip, clip) for s in raw]
        self._remember(close_ns, clipped)
        cost = round_trip_bps(sigma_day, day_share, self._rules, self._half_spread)
        weights = self._weights(clipped, sigma_h, cost)
        if weights is None:
            blended = np.where(np.isnan(clipped[0]), np.nan, 0.0)
        else:
            trusted = [
                w * trust(0, self._horizon_ns, error.get()) * s
                for w, s, error in zip(weights, clipped, self._errors, strict=True)
            ]
            blended = trusted[0] if len(trusted) == 1 else np.sum(trusted, axis=0)
            blended = blended / blend_scale(weights, self._correlation.get())
        alpha = 1e4 * self.ic * sigma_h * blended
        unclipped = np.abs(raw[0]) if len(raw) == 1 else np.abs(np.stack(raw)).max(axis=0)
        return HorizonStep(unclipped, clipped[0], blended, alpha, cost, after_costs(alpha, cost))

    def _weights(self, clipped: list[Floats], sigma_h: Floats, cost: Floats) -> list[float] | None:
        usable = ~np.isnan(clipped[0]) & ~np.isnan(sigma_h) & ~np.isnan(cost)
        if not usable.any():
            return None
        if len(clipped) > 1:
            for row in np.stack(clipped, axis=1)[usable].tolist():
                self._correlation.update(row)
        width = 1e4 * MEAN_ABS_NORMAL * fsum(sigma_h[usable].tolist())
        total_cost = fsum(cost[usable].tolist())
        merit = []
        for family in self._family_ic:
            ic = family.get()
            expected = ic * width
            share = total_cost / expected if expected > 0.0 else float("inf")
            merit.append(ic * max(1.0 - self._rules.cost_share_weight * share, 0.0) if ic > 0.0 else 0.0)
        return family_weights(
            merit,
            self._correlation.get(),
            ridge=self._rules.blend_ridge,
            temperature=self._rules.blend_temperature,
        )

    def _remember(self, close_ns: int, clipped: list[Floats]) -> None:
        self._remembered[close_ns] = clipped
        if len(self._remembered) > REMEMBERED_HORIZONS * self.horizon_bars:
            del self._remembered[next(iter(self._remembered))]

    def observe(self, outcome: Matured) -> None:
        """Learn from a label that has ended; nothing is learned before."""
        realized = outcome.ret / outcome.sigma
        self._blended_ic.update(outcome.score, realized)
        families = self._remembered.get(outcome.t0_ns)
        if families is None:
            return
        for scores, ic, error in zip(families, self._family_ic, self._errors, strict=True):
            score = float(scores[outcome.symbol_index])
            if score == score:
                error.update(ic.get() * score, realized)
                ic.update(score, realized)
