"""From expected returns after costs to target weights, and from a weight to shares."""

from dataclasses import dataclass
from math import fsum, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.money import NANO, round_to
from foxml.settings.sections.portfolio import PortfolioSection

__all__ = ["SizingInput", "size", "size_shares"]

DAYS_PER_YEAR: Final = 252

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SizingInput:
    """One slice's numbers, a row per symbol; NaN where a symbol has none, which sizes it to 0.

    Attributes
    ----------
    alpha_net_bps : ndarray of float64, shape (n,)
        Expected return over the horizon after costs.
    sigma_h, sigma_day : ndarray of float64, shape (n,)
        Volatility over the horizon and over a day, as fractions.
    capacity : ndarray of float64, shape (n,)
        Largest weight that `participation` of a day's volume can hold.
    held : ndarray of float64, shape (n,)
        Signed weight of the position that is held or being opened; 0 where there is none.
    """

    alpha_net_bps: Floats
    sigma_h: Floats
    sigma_day: Floats
    capacity: Floats
    held: Floats


def size(inputs: SizingInput, rules: PortfolioSection) -> Floats:
    """Size every symbol, the rules in their order.

    weight = max_weight * clip(alpha_net / (kappa * sigma_h), -1, 1), times min(1, target / yearly volatility) under a
    volatility target; then capacity, gross and net (both scale new positions down only, beside what is held), the cap
    per name, and the no-trade band. A symbol that is held keeps the weight that its signal asks for, unscaled: it says
    which way the signal points and is no order to resize.

    Parameters
    ----------
    inputs : SizingInput
    rules : PortfolioSection

    Returns
    -------
    ndarray of float64, shape (n,)
        Signed shares of equity.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        strength = inputs.alpha_net_bps / (1e4 * rules.kappa * inputs.sigma_h)
        weight = rules.max_weight * np.clip(strength, -1.0, 1.0)
        if rules.volatility_target is not None:
            weight *= np.minimum(1.0, rules.volatility_target / (inputs.sigma_day * sqrt(DAYS_PER_YEAR)))
        weight = np.clip(weight, -inputs.capacity, inputs.capacity)
    weight = np.where(np.isfinite(weight), weight, 0.0)
    if not rules.allow_short:
        weight = np.maximum(weight, 0.0)
    fresh = inputs.held == 0.0
    weight = np.where(
        fresh, _within_net(_within_gross(weight, fresh, inputs.held, rules), fresh, inputs, rules), weight
    )
    weight = np.clip(weight, -rules.max_weight, rules.max_weight)
    weight[fresh & (np.abs(weight) < rules.no_trade_band_bps / 1e4)] = 0.0
    return weight


def _within_gross(weight: Floats, fresh: NDArray[np.bool_], held: Floats, rules: PortfolioSection) -> Floats:
    wanted = fsum(np.abs(weight[fresh]).tolist())
    room = max(rules.gross_target - fsum(np.abs(held).tolist()), 0.0)
    return weight * (room / wanted) if wanted > room else weight


def _within_net(weight: Floats, fresh: NDArray[np.bool_], inputs: SizingInput, rules: PortfolioSection) -> Floats:
    """Scale the new positions on the heavy side until the net is within its bound."""
    held = fsum(inputs.held.tolist())
    long = fsum(weight[fresh & (weight > 0.0)].tolist())
    short = fsum(weight[fresh & (weight < 0.0)].tolist())
    if held + long + short > rules.net_bound and long > 0.0:
        factor = min(max((rules.net_bound - held - short) / long, 0.0), 1.0)
        return np.where(weight > 0.0, weight * factor, weight)
    if held + long + short < -rules.net_bound and short < 0.0:
        factor = min(max((-rules.net_bound - held - long) / short, 0.0), 1.0)
        return np.where(weight < 0.0, weight * factor, weight)
    return weight


def size_shares(weight: float, equity: int, price: int, lot: int) -> int:
    """Turn a weight into shares: whole lots, toward zero.

    Parameters
    ----------
    weight : float
        Signed share of equity.
    equity, price : int
        In 1e-9 dollars; nothing is bought at a price that is not positive.
    lot : int
        In 1e-9 shares.

    Returns
    -------
    int
        Signed quantity in 1e-9 shares.

    Examples
    --------
    >>> size_shares(-0.05, 100_000 * NANO, 333 * NANO, NANO) // NANO
    -15
    """
    if price <= 0 or equity <= 0:
        return 0
    quantity = round_to(int(abs(weight) * equity / price * NANO), lot, up=False)
    return quantity if weight > 0 else -quantity
