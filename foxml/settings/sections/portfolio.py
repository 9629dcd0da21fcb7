"""How expected returns become target weights."""

from typing import Self

from pydantic import model_validator

from foxml.settings.types import Bps, Positive, PositiveMoney, Section, Share

__all__ = ["PortfolioSection"]


class PortfolioSection(Section):
    """Sizing.

    Attributes
    ----------
    initial_cash : int
        In 1e-9 dollars (written in dollars).
    max_weight : float
        Largest share of equity in one symbol.
    kappa : float
        Expected return after costs, in units of volatility over the horizon, that takes the full `max_weight`.
    gross_target, net_bound : float
        Sum of absolute weights and absolute sum of weights, as shares of equity; scaled down only.
    volatility_target : float or None
        Yearly volatility of a position that takes the full weight.
    no_trade_band_bps : float
        Changes of weight below it are not traded; never applies to exits.
    participation : float
        Largest share of a day's average volume in one position.
    allow_short : bool
    """

    initial_cash: PositiveMoney
    max_weight: Share
    kappa: Positive
    gross_target: Positive
    net_bound: Positive
    volatility_target: Positive | None
    no_trade_band_bps: Bps
    participation: Share
    allow_short: bool

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.max_weight > self.gross_target:
            raise ValueError(f"max_weight: {self.max_weight} exceeds gross_target {self.gross_target}")
        return self
