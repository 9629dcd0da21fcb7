"""Prices and volumes in whole units of an instrument: what its constants admit, and what a refusal says of them."""

from collections.abc import Sequence
from typing import Final

from foxml.domain.bars import CLOSE, HIGH, LOW, OPEN, VOLUME
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO

__all__ = ["UNITS_MAX", "explained", "scale_of"]

UNITS_MAX: Final = 2**40
"""A price or volume of a bar stays below so many units: sums of their products over any window are then exact."""


def scale_of(instrument: Instrument) -> tuple[float, float]:
    """Return the price grid in dollars and the volume unit in shares."""
    return instrument.price_grid / NANO, instrument.volume_unit


def explained(reason: str, instrument: Instrument, bar: Sequence[float] | None = None) -> str:
    """Add to the reason for which a bar is refused the constant that decides, its limit and the value that broke it.

    Parameters
    ----------
    reason : str
        As the kernel gives it.
    instrument : Instrument
    bar : sequence of float, optional
        Open, high, low, close, volume, where they are at hand.
    """
    grid, unit = scale_of(instrument)
    prices = None if bar is None else [bar[OPEN], bar[HIGH], bar[LOW], bar[CLOSE]]
    if reason.endswith("too large for the instrument's price grid"):
        found = None if prices is None else max(prices)
        return f"{reason}: {_told(instrument, 'price_grid', grid, found, 'below', UNITS_MAX * grid, 'coarser')}"
    if reason.endswith("rounds to zero on the instrument's price grid"):
        found = None if prices is None else min(prices)
        return f"{reason}: {_told(instrument, 'price_grid', grid, found, 'above', grid / 2, 'finer')}"
    if reason.endswith("too large for the instrument's volume unit"):
        found = None if bar is None else bar[VOLUME]
        return f"{reason}: {_told(instrument, 'volume_unit', unit, found, 'below', UNITS_MAX * unit, 'coarser')}"
    return reason


def _told(
    instrument: Instrument, constant: str, value: float, found: float | None, side: str, limit: float, way: str
) -> str:
    seen = "" if found is None else f"found {found:.15g}, "
    return (
        f"{seen}expected {side} {limit:.15g}, since {constant} is {value:.15g}; "
        f"set a {way} universe.instruments.{instrument.symbol}.{constant}, or another asset_class"
    )
