"""What is traded."""

from typing import Self

from pydantic import model_validator

from foxml.domain.instruments import Instrument
from foxml.settings.types import Positive, PositiveMoney, Section, Words

__all__ = ["AssetClassSettings", "InstrumentSettings", "UniverseSection"]


class AssetClassSettings(Section):
    """Constants that the instruments of a class share.

    Attributes
    ----------
    tick : int
        Price increment of orders, in 1e-9 dollars (written in dollars).
    lot : int
        Quantity increment of orders, in 1e-9 shares (written in shares).
    price_grid : int
        Grid of bar prices, in 1e-9 dollars (written in dollars).
    volume_unit : float
        Shares per unit of volume in features.
    """

    tick: PositiveMoney
    lot: PositiveMoney
    price_grid: PositiveMoney
    volume_unit: Positive


class InstrumentSettings(Section):
    """What sets one symbol apart; a key that is left out is the universe's (the class) or the class's (the rest).

    Attributes
    ----------
    asset_class : str or None
    tick, lot, price_grid : int or None
    volume_unit : float or None
        See `AssetClassSettings`.
    """

    asset_class: str | None = None
    tick: PositiveMoney | None = None
    lot: PositiveMoney | None = None
    price_grid: PositiveMoney | None = None
    volume_unit: Positive | None = None


class UniverseSection(Section):
    """The symbols of a run, in the order in which they are numbered.

    Attributes
    ----------
    symbols : tuple of str
    benchmark : str or None
        One of the symbols.
    asset_class : str
        Class of a symbol that `instruments` gives no other.
    asset_classes : dict of str to AssetClassSettings
    instruments : dict of str to InstrumentSettings
        The symbols that differ from their class, or are of another one.
    """

    symbols: Words
    benchmark: str | None
    asset_class: str
    asset_classes: dict[str, AssetClassSettings]
    instruments: dict[str, InstrumentSettings]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.symbols:
            raise ValueError("symbols: expected at least one symbol")
        repeated = sorted({symbol for symbol in self.symbols if self.symbols.count(symbol) > 1})
        if repeated:
            raise ValueError(f"symbols: {', '.join(repeated)} given more than once")
        odd = [symbol for symbol in self.symbols if not symbol or not symbol.replace(".", "").isalnum()]
        if odd:
            raise ValueError(f"symbols: {odd[0]!r} is no symbol, expected letters, digits and dots")
        known = ", ".join(self.symbols)
        if self.benchmark is not None and self.benchmark not in self.symbols:
            raise ValueError(f"benchmark: {self.benchmark} is not among symbols {known}")
        for name in self.instruments:
            if name not in self.symbols:
                raise ValueError(f"instruments.{name}: {name} is not among symbols {known}")
        classes = ", ".join(self.asset_classes)
        if self.asset_class not in self.asset_classes:
            raise ValueError(f"asset_class: found {self.asset_class}, expected one of asset_classes {classes}")
        for name, own in self.instruments.items():
            if own.asset_class is not None and own.asset_class not in self.asset_classes:
                raise ValueError(
                    f"instruments.{name}.asset_class: found {own.asset_class}, expected one of asset_classes {classes}"
                )
        return self

    def build(self) -> tuple[Instrument, ...]:
        """Make the instruments, in the order of `symbols`."""
        return tuple(self._instrument(symbol) for symbol in self.symbols)

    def _instrument(self, symbol: str) -> Instrument:
        own = self.instruments.get(symbol, InstrumentSettings())
        shared = self.asset_classes[own.asset_class or self.asset_class]
        return Instrument(
            symbol=symbol,
            tick=own.tick or shared.tick,
            lot=own.lot or shared.lot,
            price_grid=own.price_grid or shared.price_grid,
            volume_unit=own.volume_unit or shared.volume_unit,
        )
