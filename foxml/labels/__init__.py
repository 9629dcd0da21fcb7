"""Labels: what a prediction is about, and the tracker that says how it came out. Used live and in research."""

from foxml.labels.barrier import BarrierSpec, barrier_spec
from foxml.labels.batch import BarrierOutcomes, PriceFactors, barrier_outcomes, check_bars
from foxml.labels.tracker import LabelTracker, Matured, Touched
from foxml.labels.volatility import EwmaVolatility, settled_bars
from foxml.labels.widths import barrier_widths, ewma_volatility

__all__ = [
    "BarrierOutcomes",
    "BarrierSpec",
    "EwmaVolatility",
    "LabelTracker",
    "Matured",
    "PriceFactors",
    "Touched",
    "barrier_outcomes",
    "barrier_spec",
    "barrier_widths",
    "check_bars",
    "ewma_volatility",
    "settled_bars",
]
