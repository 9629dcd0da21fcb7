"""The limits of all guards and trips: the ``risk:`` section of the config, where each is required."""

from foxml.settings.sections.risk import RiskSection

__all__ = ["RiskLimits"]

RiskLimits = RiskSection
