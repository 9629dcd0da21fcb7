"""What an engine decides with."""

from dataclasses import dataclass

from foxml.labels import BarrierSpec
from foxml.settings.sections.execution import ExecutionSection
from foxml.settings.sections.portfolio import PortfolioSection
from foxml.settings.sections.risk import RiskSection
from foxml.settings.sections.signals import SignalsSection

__all__ = ["EngineConfig"]


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """The rules of every step, and the label that is traded.

    Attributes
    ----------
    interval_ns : int
        Base interval.
    trade_from_ns : int
        Slices that close at or before it warm up and decide nothing.
    target : BarrierSpec
        The label that the model predicts: its levels and horizon are a trade's exits.
    signals : SignalsSection
    portfolio : PortfolioSection
    execution : ExecutionSection
    risk : RiskSection
    """

    interval_ns: int
    trade_from_ns: int
    target: BarrierSpec
    signals: SignalsSection
    portfolio: PortfolioSection
    execution: ExecutionSection
    risk: RiskSection
