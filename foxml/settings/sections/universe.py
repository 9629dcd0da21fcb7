"""What is traded."""

from typing import Self

from pydantic import model_validator

from foxml.domain.instruments import Instrument
from foxml.settings.types import Positive, PositiveMoney, Section, Words

__all__ = ["InstrumentSettings", "UniverseSection"]


class InstrumentSettings(Section):
    """Constants of one instrument.

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


class UniverseSection(Section):
    """The symbols of a run, in the order in which they are numbered.

    Attributes
    ----------
    symbols : tuple of str
    benchmark : str or None
        One of the symbols.
    default_instrument : InstrumentSettings
        Constants of a symbol that `instruments` does not name.
    instruments : dict of str to InstrumentSettings
        Constants of the symbols that differ.
    """

    symbols: Words
    benchmark: str | None
    default_instrument: InstrumentSettings
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
                raise ValueError(f"instruments: {name} is not among symbols {known}")
        return self

    def build(self) -> tuple[Instrument, ...]:
        """Make the instruments, in the order of `symbols`."""
        made = []
        for symbol in self.symbols:
            constants = self.instruments.get(symbol, self.default_instrument)
            made.append(
                Instrument(
                    symbol=symbol,
                    tick=constants.tick,
                    lot=constants.lot,
                    price_grid=constants.price_grid,
                    volume_unit=constants.volume_unit,
                )
            )
        return tuple(made)
