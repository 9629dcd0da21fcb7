"""What is traded, and the constants of its definition."""

from dataclasses import dataclass

from foxml.domain.money import NANO

__all__ = ["Instrument"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument, by default of the kind of a US equity. Every field is a constant and part of a plan's hash.

    The constants of each asset class are in ``config/base.yaml``, under ``universe.asset_classes``.

    Attributes
    ----------
    symbol : str
    tick : int
        Price increment of orders, in 1e-9 dollars.
    lot : int
        Quantity increment of orders, in 1e-9 shares.
    price_grid : int
        Grid that bar prices are rounded to before they enter a feature, in 1e-9 dollars.
    volume_unit : float
        Shares per unit of volume in features.
    """

    symbol: str
    tick: int = 10_000_000
    lot: int = NANO
    price_grid: int = 1_000
    volume_unit: float = 1.0

    def __post_init__(self) -> None:
        if not self.symbol:
            raise ValueError("symbol must not be empty")
        for name in ("tick", "lot", "price_grid", "volume_unit"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} of {self.symbol} must be positive, found {getattr(self, name)}")
