"""The whole config as one frozen value."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from foxml.settings.sections.broker import BrokerSection
from foxml.settings.sections.data import BarsSection, PeriodSection, ResourcesSection
from foxml.settings.sections.execution import ExecutionSection
from foxml.settings.sections.features import FeaturesSection
from foxml.settings.sections.model import ModelSection, ValidationSection
from foxml.settings.sections.paths import PathsSection
from foxml.settings.sections.portfolio import PortfolioSection
from foxml.settings.sections.process import (
    FeedSection,
    JournalSection,
    LoggingSection,
    ReportSection,
    TimersSection,
)
from foxml.settings.sections.risk import RiskSection
from foxml.settings.sections.signals import SignalsSection
from foxml.settings.sections.target import TargetSection
from foxml.settings.sections.universe import UniverseSection
from foxml.settings.types import Section

__all__ = ["FoxmlConfig"]


class FoxmlConfig(Section):
    """Every section; each key is given by a file, the environment or the command line, never by code.

    Attributes
    ----------
    variant : str
        The variant that was laid over the base.
    """

    variant: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    paths: PathsSection
    universe: UniverseSection
    bars: BarsSection
    period: PeriodSection
    resources: ResourcesSection
    features: FeaturesSection
    target: TargetSection
    model: ModelSection
    validation: ValidationSection
    signals: SignalsSection
    portfolio: PortfolioSection
    execution: ExecutionSection
    risk: RiskSection
    broker: BrokerSection
    feed: FeedSection
    timers: TimersSection
    journal: JournalSection
    logging: LoggingSection
    report: ReportSection

    @model_validator(mode="after")
    def _spreads_of_the_universe(self) -> Self:
        for where, given in (
            ("signals", self.signals.half_spread_by_symbol),
            ("broker.simulated", self.broker.simulated.half_spread_by_symbol),
        ):
            for name in given:
                if name not in self.universe.symbols:
                    known = ", ".join(self.universe.symbols)
                    raise ValueError(f"{where}.half_spread_by_symbol.{name}: {name} is not among symbols {known}")
        return self
