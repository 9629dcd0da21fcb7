"""Labels: what a prediction is about, and the tracker that says how it came out. Used live and in research."""

from foxml.labels.barrier import BarrierSpec, barrier_spec
from foxml.labels.tracker import LabelTracker, Matured, Touched
from foxml.labels.volatility import EwmaVolatility, settled_bars

__all__ = ["BarrierSpec", "EwmaVolatility", "LabelTracker", "Matured", "Touched", "barrier_spec", "settled_bars"]
