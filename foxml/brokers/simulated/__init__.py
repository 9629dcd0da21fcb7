"""A broker that fills from bars, honestly: nothing fills on the bar that the decision was made on."""

from foxml.brokers.simulated.broker import SimulatedBroker

__all__ = ["SimulatedBroker"]
