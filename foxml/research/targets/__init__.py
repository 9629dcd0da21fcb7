"""Targets: what models learn, by the same definitions that run live."""

from foxml.research.targets.barrier import BarrierTargetBuilder, primary_sides
from foxml.research.targets.excess import ExcessReturnsBuilder, ExcessSpec
from foxml.research.targets.forward import ForwardSpec, HFTForwardReturnsBuilder
from foxml.research.targets.table import Targets

__all__ = [
    "BarrierTargetBuilder",
    "ExcessReturnsBuilder",
    "ExcessSpec",
    "ForwardSpec",
    "HFTForwardReturnsBuilder",
    "Targets",
    "primary_sides",
]
