"""The triple-barrier label: its definition."""

from dataclasses import asdict, dataclass
from typing import Any

from foxml.settings.sections.target import TargetSection

__all__ = ["BarrierSpec", "barrier_spec"]


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
    """

    horizon_bars: int
    up_sigma: float = 1.5
    down_sigma: float = 1.5
    lam: float = 0.94
    min_width_bps: float = 10.0
    cross_session: bool = True

    def __post_init__(self) -> None:
        for name in ("horizon_bars", "up_sigma", "down_sigma"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, found {getattr(self, name)}")
        if not 0.0 < self.lam < 1.0:
            raise ValueError(f"lam must lie between 0 and 1, found {self.lam}")
        if not self.min_width_bps >= 0.0:
            raise ValueError(f"min_width_bps must not be negative, found {self.min_width_bps}")

    def to_json(self) -> dict[str, Any]:
        """Return the definition as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "BarrierSpec":
        """Build from what `to_json` returned."""
        return cls(**fields)


def barrier_spec(target: TargetSection) -> BarrierSpec:
    """Return the label that the config's section ``target`` defines."""
    return BarrierSpec(
        horizon_bars=target.horizon_bars,
        up_sigma=target.up_sigma,
        down_sigma=target.down_sigma,
        lam=target.volatility.decay,
        min_width_bps=target.min_width_bps,
        cross_session=target.cross_session,
    )
