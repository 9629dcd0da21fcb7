"""Every horizon's signal, and which of them trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.labels import Matured
from foxml.settings.sections.signals import SignalsSection
from foxml.signals.card import ModelCard
from foxml.signals.horizon import HorizonSignal, HorizonStep

__all__ = ["SignalInput", "SignalModel", "SignalStep"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SignalInput:
    """One slice's scores and what they are measured in.

    Attributes
    ----------
    close_ns : int
    bars_per_day : float
        Bars of the base interval in a session.
    scores : ndarray of float64, shape (n, models)
        NaN in the rows that are not decided on.
    sigma_h : ndarray of float64, shape (n, horizons)
        Volatility over each horizon, as a fraction.
    day_share : ndarray of float64, shape (n,)
        Expected order's share of a day's average volume.
    """

    close_ns: int
    bars_per_day: float
    scores: Floats
    sigma_h: Floats
    day_share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SignalStep:
    """One slice's signal; every array has shape (n,), NaN where a symbol has none.

    Attributes
    ----------
    horizon : ndarray of int64
        Position of the horizon that trades, in the model's order.
    unclipped, standardized, blended, alpha_bps, cost_bps, alpha_net_bps, sigma_h, sigma_day : ndarray of float64
        Of that horizon. An `alpha_net_bps` below the reserve is 0.
    steps : tuple of HorizonStep
        Of every horizon.
    """

    horizon: NDArray[np.int64]
    unclipped: Floats
    standardized: Floats
    blended: Floats
    alpha_bps: Floats
    cost_bps: Floats
    alpha_net_bps: Floats
    sigma_h: Floats
    sigma_day: Floats
    steps: tuple[HorizonStep, ...]


class SignalModel:
    """Signals of all models of an engine.

    Parameters
    ----------
    cards : sequence of ModelCard
        One per column of scores.
    rules : SignalsSection
    interval_ns : int
        Base interval.
    symbols : sequence of str, optional
        Of the rows; needed where `rules` give symbols a half spread of their own.
    """

    def __init__(
        self, cards: Sequence[ModelCard], rules: SignalsSection, interval_ns: int, symbols: Sequence[str] = ()
    ) -> None:
        if not cards:
            raise ValueError("cards must name at least one model")
        self.horizons: Final = tuple(sorted({card.horizon_bars for card in cards}))
        self._columns = [[i for i, c in enumerate(cards) if c.horizon_bars == h] for h in self.horizons]
        self._signals = [
            HorizonSignal([cards[i] for i in columns], rules, interval_ns, symbols) for columns in self._columns
        ]
        self._reserve_bps = rules.reserve_bps

    def step(self, inputs: SignalInput) -> SignalStep:
        """Compute one slice's signal.

        The horizon with the best alpha_net per square root of its length trades, by size: a long signal of one horizon
        and a short one of another are compared, not added.
        """
        per_bar = [inputs.sigma_h[:, k] / sqrt(h) for k, h in enumerate(self.horizons)]
        sigma_day = [sigma * sqrt(inputs.bars_per_day) for sigma in per_bar]
        steps = tuple(
            signal.step(
                inputs.close_ns, inputs.scores[:, columns], inputs.sigma_h[:, k], sigma_day[k], inputs.day_share
            )
            for k, (signal, columns) in enumerate(zip(self._signals, self._columns, strict=True))
        )
        chosen = self._arbitrate(steps)
        rows = np.arange(len(chosen))

        def pick(values: Sequence[Floats]) -> Floats:
            picked: Floats = values[0] if len(values) == 1 else np.stack(values)[chosen, rows]
            return picked

        net = pick([s.alpha_net_bps for s in steps])
        return SignalStep(
            horizon=chosen,
            unclipped=pick([s.unclipped for s in steps]),
            standardized=pick([s.standardized for s in steps]),
            blended=pick([s.blended for s in steps]),
            alpha_bps=pick([s.alpha_bps for s in steps]),
            cost_bps=pick([s.cost_bps for s in steps]),
            alpha_net_bps=np.where(np.abs(net) < self._reserve_bps, 0.0, net),
            sigma_h=pick([inputs.sigma_h[:, k] for k in range(len(steps))]),
            sigma_day=pick(sigma_day),
            steps=steps,
        )

    def _arbitrate(self, steps: Sequence[HorizonStep]) -> NDArray[np.int64]:
        if len(steps) == 1:
            return np.zeros(len(steps[0].blended), dtype=np.int64)
        merit = np.stack([np.abs(s.alpha_net_bps) / sqrt(h) for s, h in zip(steps, self.horizons, strict=True)])
        best: NDArray[np.int64] = np.argmax(np.where(np.isnan(merit), -1.0, merit), axis=0).astype(np.int64)
        return best

    def observe(self, outcomes: Sequence[Matured], horizon: int = 0) -> None:
        """Learn from ended labels of one horizon, oldest first.

        Parameters
        ----------
        outcomes : sequence of Matured
            Whose score is the blended one of that horizon.
        horizon : int
            Position in the model's order.
        """
        for outcome in outcomes:
            self._signals[horizon].observe(outcome)
