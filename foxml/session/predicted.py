"""Features of the engine, scored by a model that is not in it: one call of the model for all rows of a slice."""

import numpy as np

from foxml.domain.bars import BarSlice
from foxml.domain.ports import Predictor
from foxml.features import FeatureEngine, SliceFeatures

__all__ = ["PredictedFeatures"]


class PredictedFeatures:
    """A feature engine and a predictor beside it, which see slices as one.

    Parameters
    ----------
    features : FeatureEngine
    predictor : Predictor
        Its output 0 is the score.
    """

    def __init__(self, features: FeatureEngine, predictor: Predictor) -> None:
        self._features = features
        self._predictor = predictor

    def update(self, bar_slice: BarSlice) -> SliceFeatures:
        """Take in a slice; a symbol that is not ready has no score.

        Raises
        ------
        FeatureError
            As `FeatureEngine.update` does; nothing has changed then.
        ModelError
            If the predictor fails.
        """
        found = self._features.update(bar_slice)
        scores = np.full((len(found.ready), 1), np.nan)
        if found.ready.any():
            scores[found.ready, 0] = self._predictor.predict(found.rows[found.ready])[:, 0]
        return SliceFeatures(found.rows, found.ready, scores)

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        """Put a symbol's past on the terms after a corporate action; see `FeatureEngine.adjust`.

        Raises
        ------
        FeatureError
        """
        self._features.adjust(symbol_index, price_factor, volume_factor)
