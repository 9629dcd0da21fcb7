"""How scores become expected returns after costs."""

from typing import Annotated

from pydantic import Field

from foxml.settings.types import Bps, NonNegative, Positive, Section

__all__ = ["SignalsSection"]


class SignalsSection(Section):
    """Standardisation, calibration and costs of a signal.

    Attributes
    ----------
    standardize_min : int
        Past scores before live statistics replace those of training.
    score_clip : float
        Standardised scores are clipped at plus and minus this.
    calibration_window : int
        Ended labels over which the error of the calibration is averaged.
    blend_ridge : float
        Added to the diagonal of the correlation of the families' scores.
    blend_temperature : float
        Above 1 flattens the families' weights, below 1 sharpens them.
    cost_share_weight : float
        How much of the expected cost, as a share of the expected return, is held against a family.
    ic_prior_n : float
        Weight, in independent labels, of the walk-forward's information coefficient against the live one.
    ic_floor : float
        Below this information coefficient nothing is expected of the model.
    reserve_bps : float
        Least expected return after costs that opens a trade.
    half_spread_bps, fee_bps : float
        Expected cost of each leg.
    half_spread_by_symbol : dict of str to float
        In basis points, of symbols whose half spread is known better; ``foxml data spread`` estimates it.
    impact : float
        k3 of the square-root impact; 0 leaves it out.
    """

    standardize_min: Annotated[int, Field(ge=2)]
    score_clip: Positive
    calibration_window: Annotated[int, Field(ge=1)]
    blend_ridge: NonNegative
    blend_temperature: Positive
    cost_share_weight: NonNegative
    ic_prior_n: Positive
    ic_floor: NonNegative
    reserve_bps: Bps
    half_spread_bps: Bps
    half_spread_by_symbol: dict[str, Bps]
    fee_bps: Bps
    impact: NonNegative
