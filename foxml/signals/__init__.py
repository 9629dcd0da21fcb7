"""From a model's scores to expected returns after costs, in basis points over a stated horizon."""

from foxml.signals.card import ModelCard
from foxml.signals.model import SignalInput, SignalModel, SignalStep

__all__ = ["ModelCard", "SignalInput", "SignalModel", "SignalStep"]
