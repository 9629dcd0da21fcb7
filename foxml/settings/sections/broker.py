"""Who fills the orders."""

from typing import Literal, Self

from foxml.settings.types import Bps, Money, NonNegative, Section, Share

__all__ = ["BrokerSection", "SimulatedSettings"]


class SimulatedSettings(Section):
    """Fills and costs of the simulated broker.

    Attributes
    ----------
    half_spread_bps, slippage_bps : float
        A market order pays both, against the next open.
    half_spread_by_symbol : dict of str to float
        In basis points, of symbols that have another half spread.
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
    half_spread_by_symbol: dict[str, Bps]
    slippage_bps: Bps
    commission_per_share: Money
    commission_min: Money
    participation: Share
    sec_fee_bps: NonNegative
    taf_fee_per_share: Money

    def of(self, symbol: str) -> Self:
        """Return the costs of one symbol: the same, with its own half spread."""
        own = self.half_spread_by_symbol.get(symbol)
        return self if own is None else self.model_copy(update={"half_spread_bps": own})


class BrokerSection(Section):
    """The broker.

    Attributes
    ----------
    kind : {"simulated"}
    simulated : SimulatedSettings
    """

    kind: Literal["simulated"]
    simulated: SimulatedSettings
