"""The triple-barrier label: its definition."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from foxml.settings.sections.target import TargetSection

__all__ = ["BarrierSpec", "WidthKind", "barrier_spec"]

WidthKind = Literal["ewma", "atr", "fixed"]


@dataclass(frozen=True, slots=True)
class BarrierSpec:
    """A triple-barrier label (Lopez de Prado, Advances in Financial Machine Learning, 3.2 to 3.6).

    Entry at the next bar's open; a barrier `up_sigma` above it, one `down_sigma` below it, both in volatility over
    the horizon, and an end after `horizon_bars`.

    Attributes
    ----------
    horizon_bars : int
        Bars from entry to the vertical barrier.
    up_sigma, down_sigma : float
        Widths in units of sigma_h.
    lam : float
        Decay of the volatility estimate, in (0, 1).
    min_width_bps : float
        Least sigma_h.
    cross_session : bool
        Whether a label may span a session's end. If not, it ends with the session, and volatility comes from returns
        within sessions.
    width : {"ewma", "atr", "fixed"}
        What sigma_h is: the exponentially weighted volatility over the horizon, a multiple of the average true range,
        or a constant. Sessions that trade measure the first alone.
    atr_bars : int
    atr_multiple : float
        Of ``atr``.
    fixed_bps : float
        Of ``fixed``.
    ordinal_sigma : tuple of float
        Ascending bounds, in sigma_h, that part the labels that touched no barrier into classes.
    """

    horizon_bars: int
    up_sigma: float = 1.5
    down_sigma: float = 1.5
    lam: float = 0.94
    min_width_bps: float = 10.0
    cross_session: bool = True
    width: WidthKind = "ewma"
    atr_bars: int = 14
    atr_multiple: float = 1.0
    fixed_bps: float = 100.0
    ordinal_sigma: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("horizon_bars", "up_sigma", "down_sigma", "atr_bars", "atr_multiple", "fixed_bps"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, found {getattr(self, name)}")
        if not 0.0 < self.lam < 1.0:
            raise ValueError(f"lam must lie between 0 and 1, found {self.lam}")
        if not self.min_width_bps >= 0.0:
            raise ValueError(f"min_width_bps must not be negative, found {self.min_width_bps}")
        if self.width not in get_args(WidthKind):
            raise ValueError(f"width must be one of {', '.join(get_args(WidthKind))}, found {self.width!r}")
        bounds = (0.0, *self.ordinal_sigma, min(self.up_sigma, self.down_sigma))
        if any(not low < high for low, high in pairwise(bounds)):
            raise ValueError(
                f"ordinal_sigma must ascend between 0 and the nearer barrier, {bounds[-1]:g}, "
                f"found {list(self.ordinal_sigma)}"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the definition as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "BarrierSpec":
        """Build from what `to_json` returned."""
        return cls(**{**fields, "ordinal_sigma": tuple(fields.get("ordinal_sigma", ()))})


def barrier_spec(target: TargetSection) -> BarrierSpec:
    """Return the label that the config's section ``target`` defines; what its width does not need stays at rest."""
    widths: dict[WidthKind, dict[str, Any]] = {
        "ewma": {"lam": target.volatility.lam},
        "atr": {"atr_bars": target.volatility.atr_bars, "atr_multiple": target.volatility.atr_multiple},
        "fixed": {"fixed_bps": target.volatility.fixed_bps},
    }
    return BarrierSpec(
        horizon_bars=target.horizon_bars,
        up_sigma=target.up_sigma,
        down_sigma=target.down_sigma,
        min_width_bps=target.min_width_bps,
        cross_session=target.cross_session,
        width=target.volatility.kind,
        ordinal_sigma=target.ordinal_sigma,
        **widths[target.volatility.kind],
    )
