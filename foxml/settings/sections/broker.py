"""Who fills the orders."""

from typing import Literal

from foxml.settings.types import Bps, Money, NonNegative, Section, Share

__all__ = ["BrokerSection", "SimulatedSettings"]


class SimulatedSettings(Section):
    """Fills and costs of the simulated broker.

    Attributes
    ----------
    half_spread_bps, slippage_bps : float
        A market order pays both, against the next open.
    commission_per_share, commission_min : int
        In 1e-9 dollars (written in dollars); the least is per order.
    participation : float
        Largest share of a bar's volume that is filled, all orders together.
    sec_fee_bps : float
        Regulatory fee on the proceeds of a sale.
    taf_fee_per_share : int
        Trading activity fee of a sale, in 1e-9 dollars (written in dollars).
    """

    half_spread_bps: Bps
    slippage_bps: Bps
    commission_per_share: Money
    commission_min: Money
    participation: Share
    sec_fee_bps: NonNegative
    taf_fee_per_share: Money


class BrokerSection(Section):
    """The broker.

    Attributes
    ----------
    kind : {"simulated"}
    simulated : SimulatedSettings
    """

    kind: Literal["simulated"]
    simulated: SimulatedSettings
