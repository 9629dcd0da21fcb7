"""What a round trip is expected to cost."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from foxml.settings.sections.signals import SignalsSection

__all__ = ["after_costs", "half_spreads_bps", "round_trip_bps"]

Floats = NDArray[np.float64]


def half_spreads_bps(rules: SignalsSection, symbols: Sequence[str]) -> Floats | None:
    """Return the half spread of each symbol; None where all have that of the rules."""
    own = rules.half_spread_by_symbol
    if not own:
        return None
    return np.array([own.get(symbol, rules.half_spread_bps) for symbol in symbols])


def round_trip_bps(
    sigma_day: Floats, day_share: Floats, rules: SignalsSection, half_spread_bps: Floats | None = None
) -> Floats:
    """Cost of entering and leaving: 2 half spreads, both legs' fees, and square-root impact.

    cost = 2 half_spread + 2 fee + 2 k3 1e4 sigma_day sqrt(q / ADV) (the square-root law, Toth et al. 2011). There is no
    term for timing risk: it is not an expected cost.

    Parameters
    ----------
    sigma_day : ndarray of float64, shape (n,)
        Volatility of a day, as a fraction.
    day_share : ndarray of float64, shape (n,)
        The order's share of a day's average volume; NaN where that is unknown.
    rules : SignalsSection
    half_spread_bps : ndarray of float64, shape (n,), optional
        Of each symbol; by default that of the rules.

    Returns
    -------
    ndarray of float64, shape (n,)
        In basis points of the price.
    """
    half = np.full(len(sigma_day), rules.half_spread_bps) if half_spread_bps is None else half_spread_bps
    fixed = 2.0 * half + 2.0 * rules.fee_bps
    if rules.impact == 0.0:
        return fixed
    return fixed + 2.0 * rules.impact * 1e4 * sigma_day * np.sqrt(day_share)


def after_costs(alpha_bps: Floats, cost_bps: Floats) -> Floats:
    """Take the cost off the size of the expected return, never beyond zero: sign(a) max(0, abs(a) - cost)."""
    return np.sign(alpha_bps) * np.maximum(0.0, np.abs(alpha_bps) - cost_bps)
