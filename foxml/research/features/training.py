"""Rows that models are trained on: the kernel's columns, then those that the user computes in Python."""

from collections.abc import Sequence

import numpy as np

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.errors import FeatureError
from foxml.features import FeaturePlan
from foxml.research.features.adjustments import timed_adjustments
from foxml.research.features.simple import SimpleFeatureComputer, SymbolFeatures
from foxml.research.features.user import ResearchFeature, compute_history

__all__ = ["TrainingFeatureComputer"]


class TrainingFeatureComputer(SimpleFeatureComputer):
    """Bars in memory to all columns of a plan.

    Parameters
    ----------
    plan : FeaturePlan
    research : sequence of ResearchFeature
        What the plan's columns of research are; `import_research` finds them.

    Raises
    ------
    FeatureError
        If they are not those of the plan.
    """

    def __init__(self, plan: FeaturePlan, research: Sequence[ResearchFeature] = ()) -> None:
        expected = tuple(column.name for column in plan.research)
        found = tuple(feature.name for feature in research)
        if found != expected:
            raise FeatureError(
                f"research: found {', '.join(found) or 'no features'}, expected {', '.join(expected) or 'none'}"
            )
        super().__init__(plan.kernel_part)
        self._whole = plan
        self._research = tuple(research)

    @property
    def plan(self) -> FeaturePlan:
        """What the rows are."""
        return self._whole

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the rows."""
        return self._whole.row_names

    def compute(
        self, bars: SymbolBars, actions: Sequence[CorporateAction] = (), benchmark: SymbolBars | None = None
    ) -> SymbolFeatures:
        """Compute the rows of one symbol's history; the user's own features are not shown the benchmark.

        Raises
        ------
        FeatureError
            As `SimpleFeatureComputer.compute`, and if one of the user's own features fails; names it and the symbol.
        """
        kernel = super().compute(bars, actions, benchmark)
        if not self._research:
            return kernel
        adjustments = timed_adjustments(bars, actions)
        own = [compute_history(feature, bars, adjustments).astype(np.float32) for feature in self._research]
        ready = kernel.ready & (np.arange(len(bars)) >= self._whole.warmup_bars)
        values = np.column_stack([kernel.values, *own])
        values[~ready] = np.nan
        return SymbolFeatures(bars.symbol, bars.close_ns, values, ready, self.names)
