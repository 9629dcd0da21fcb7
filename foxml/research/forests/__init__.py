"""Forests of scikit-learn, NGBoost and CatBoost in FoxML's own form, which the compiled core scores to the same bits.

What these libraries save cannot be read without pickle, or is no full description: a model is converted where it was
trained.
"""

from foxml.research.forests.natural_gradient import ngboost_forest
from foxml.research.forests.oblivious import catboost_forest
from foxml.research.forests.scikit_learn import sklearn_forest

__all__ = ["catboost_forest", "ngboost_forest", "sklearn_forest"]
