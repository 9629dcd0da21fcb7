"""What a model learns."""

from typing import Annotated, Literal

from pydantic import Field

from foxml.settings.types import Bps, Positive, Section

__all__ = ["TargetSection", "VolatilitySettings"]


class VolatilitySettings(Section):
    """How the width of the barriers is measured.

    Attributes
    ----------
    kind : {"ewma"}
    decay : float
        Lambda of the exponentially weighted variance (RiskMetrics: 0.94).
    """

    kind: Literal["ewma"]
    decay: Annotated[float, Field(gt=0, lt=1)]


class TargetSection(Section):
    """Barrier labels (Lopez de Prado, Advances in Financial Machine Learning, 3.2 to 3.6).

    Attributes
    ----------
    kind : {"barrier"}
    horizon_bars : int
        The vertical barrier.
    up_sigma, down_sigma : float
        Barriers in units of the volatility over the horizon.
    volatility : VolatilitySettings
    min_width_bps : float
        The volatility over the horizon is never taken below it.
    cross_session : bool
        Whether a label may outlive its session.
    entry : {"next_open"}
    value : {"ret_over_sigma", "ret", "label"}
        What y is.
    """

    kind: Literal["barrier"]
    horizon_bars: Annotated[int, Field(ge=1)]
    up_sigma: Positive
    down_sigma: Positive
    volatility: VolatilitySettings
    min_width_bps: Bps
    cross_session: bool
    entry: Literal["next_open"]
    value: Literal["ret_over_sigma", "ret", "label"]
