"""What a model learns."""

from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from foxml.settings.types import Bps, NonNegative, Positive, Section

__all__ = ["ExcessSettings", "ForwardSettings", "TargetSection", "VolatilitySettings"]

_PLAIN: Final = ("ret_over_sigma", "ret", "label")
_VALUES: Final = {
    "barrier": (*_PLAIN, "ordinal", "will_peak", "will_valley", "mfe", "mdd", "time_to_hit"),
    "excess": (*_PLAIN, "value"),
    "forward": _PLAIN,
}


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class VolatilitySettings(Section):
    """How the width of the barriers is measured.

    Attributes
    ----------
    kind : {"ewma", "atr", "fixed"}
    decay : float
        Lambda of the exponentially weighted variance (RiskMetrics: 0.94).
    span : int
        Above 0, in place of `decay`: lambda is then 1 - 2 / (span + 1).
    atr_bars : int
        Bars of the average true range.
    atr_multiple : float
    fixed_bps : float
    """

    kind: Literal["ewma", "atr", "fixed"]
    decay: Annotated[float, Field(gt=0, lt=1)]
    span: Annotated[int, Field(ge=0)]
    atr_bars: Annotated[int, Field(ge=1)]
    atr_multiple: Positive
    fixed_bps: Positive

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if self.span == 1:
            raise ValueError("span: found 1, which forgets everything: expected 0, or at least 2")
        return self

    @property
    def lam(self) -> float:
        """Decay of the exponentially weighted variance per return."""
        return 1.0 - 2.0 / (self.span + 1.0) if self.span else self.decay


class ExcessSettings(Section):
    """Returns over the benchmark, ``universe.benchmark``.

    Attributes
    ----------
    method : {"excess", "residual"}
        The return less the benchmark's, or less beta times it.
    beta_bars : int
        Past returns that beta and sigma are measured on.
    shrink_beta : bool
        Whether beta is drawn to 1: 2/3 beta + 1/3.
    over_sigma : bool
        Whether the value is over the residual's volatility.
    cross_section : {"none", "demean", "rank", "zscore"}
    neutral_band : float
        The class is 0 where the value is not farther from 0.
    """

    method: Literal["excess", "residual"]
    beta_bars: Annotated[int, Field(ge=3)]
    shrink_beta: bool
    over_sigma: bool
    cross_section: Literal["none", "demean", "rank", "zscore"]
    neutral_band: NonNegative


class ForwardSettings(Section):
    """Short returns after a latency.

    Attributes
    ----------
    horizon_s : float
        Above 0, the horizon in seconds, in place of `horizon_bars`.
    latency : float
        In seconds where the horizon is, else in bars.
    spread_bps, fee_bps : float
        Full spread and one leg's fee: a move that does not pay both is class 0.
    max_age_bars : float
        With seconds, an older price is none.
    """

    horizon_s: NonNegative
    latency: NonNegative
    spread_bps: Bps
    fee_bps: Bps
    max_age_bars: Positive


class TargetSection(Section):
    """Labels; the barriers are those of Lopez de Prado, Advances in Financial Machine Learning, 3.2 to 3.6.

    Attributes
    ----------
    kind : {"barrier", "excess", "forward"}
        Only models of barriers trade.
    horizon_bars : int
        The vertical barrier, or the length of the return.
    up_sigma, down_sigma : float
        Barriers in units of the volatility over the horizon.
    volatility : VolatilitySettings
    min_width_bps : float
        The volatility over the horizon is never taken below it.
    cross_session : bool
        Whether a label may outlive its session; one of kind ``forward`` never does.
    entry : {"next_open"}
    value : str
        What y is: ``ret_over_sigma``, ``ret`` or ``label``; of barriers also ``ordinal``, ``will_peak``,
        ``will_valley``, ``mfe``, ``mdd`` or ``time_to_hit``; of excess returns also ``value``.
    ordinal_sigma : tuple of float
        Bounds of ``ordinal`` between the barriers.
    excess : ExcessSettings
    forward : ForwardSettings
    """

    kind: Literal["barrier", "excess", "forward"]
    horizon_bars: Annotated[int, Field(ge=1)]
    up_sigma: Positive
    down_sigma: Positive
    volatility: VolatilitySettings
    min_width_bps: Bps
    cross_session: bool
    entry: Literal["next_open"]
    value: str
    ordinal_sigma: Annotated[tuple[Positive, ...], BeforeValidator(_tuple)]
    excess: ExcessSettings
    forward: ForwardSettings

    @model_validator(mode="after")
    def _check_value(self) -> Self:
        known = _VALUES[self.kind]
        if self.value not in known:
            raise ValueError(f"value: found {self.value!r}, expected one of {', '.join(known)} for {self.kind} labels")
        bounds = (0.0, *self.ordinal_sigma, min(self.up_sigma, self.down_sigma))
        if list(bounds) != sorted(set(bounds)):
            raise ValueError(
                f"ordinal_sigma: found {list(self.ordinal_sigma)}, expected numbers that ascend up to less than "
                f"{bounds[-1]:g}, the nearer barrier"
            )
        return self

    @model_validator(mode="after")
    def _check_forward(self) -> Self:
        if self.forward.horizon_s == 0.0 and self.forward.latency != int(self.forward.latency):
            raise ValueError(f"forward.latency: found {self.forward.latency}, expected whole bars without horizon_s")
        if self.kind == "forward" and self.min_width_bps == 0.0:
            raise ValueError("min_width_bps: found 0, expected more: a flat price has no volatility")
        return self
