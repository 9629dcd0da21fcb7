"""Linear models and mixtures of scikit-learn, and FTRL's weights, written in FoxML's own form.

The compiled core scores them from its own sums, in an order that libraries do not promise: NumPy's dot products differ
in their last bits from machine to machine. So scores of training, golden rows among them, are computed by
`foxml.models.SmallModel` of what is written here, and never by the library.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Ridge,
    RidgeCV,
    SGDRegressor,
)
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from foxml.errors import ModelError

__all__ = ["ftrl_linear", "sklearn_linear", "sklearn_mixture", "write_linear"]

_REGRESSORS = (LinearRegression, Ridge, RidgeCV, Lasso, LassoCV, ElasticNet, ElasticNetCV, SGDRegressor)
_CLASSIFIERS = (LogisticRegression, LogisticRegressionCV)
_Numbers = NDArray[np.float64] | Sequence[float] | None


@dataclass(frozen=True, slots=True)
class _Steps:
    """What a pipeline does to a row before its last estimator sees it."""

    fill: _Numbers = None
    mean: _Numbers = None
    scale: _Numbers = None


def sklearn_linear(model: BaseEstimator, feature_names: Sequence[str] | None = None) -> bytes:
    """Write a fitted linear model of scikit-learn in FoxML's form.

    Raw scores are those of ``predict`` (regression) or ``decision_function`` (logistic regression), outputs those of
    ``predict`` or ``predict_proba`` (of two classes: of the second), but for the last bits. Weights of exactly 0 are
    left out: such a feature is not read.

    Parameters
    ----------
    model : estimator
        ``LinearRegression``, ``Ridge``, ``Lasso``, ``ElasticNet`` (also with cross-validation), ``SGDRegressor``,
        ``LogisticRegression``; or a pipeline of a ``SimpleImputer``, a ``StandardScaler`` (each may be left out) and
        one of these.
    feature_names : sequence of str, optional
        Of the columns; none if not given.

    Returns
    -------
    bytes
        For `foxml.models.SmallModel.from_json`. A row with NaN in a feature that is read has no score unless the
        pipeline has an imputer.

    Raises
    ------
    ModelError
        If the model is of another kind.
    """
    steps, last = _pipeline(model)
    link = "identity"
    if isinstance(last, _CLASSIFIERS):
        classes = len(last.classes_)
        if classes > 2 and getattr(last, "solver", "") == "liblinear":
            raise ModelError(f"{type(last).__name__}: solver: liblinear fits each class by itself, which no link gives")
        link = "softmax" if classes > 2 else "sigmoid"
    elif not isinstance(last, _REGRESSORS):
        raise ModelError(f"{type(last).__name__}: expected a linear or logistic regression")
    weights = np.atleast_2d(np.asarray(last.coef_, dtype=np.float64))
    intercepts = np.broadcast_to(np.asarray(last.intercept_, dtype=np.float64), (len(weights),))
    return write_linear(
        weights,
        intercepts,
        link=link,
        feature_names=feature_names,
        fill=steps.fill,
        mean=steps.mean,
        scale=steps.scale,
        origin=f"scikit-learn {type(last).__name__}",
    )


def ftrl_linear(
    z: NDArray[np.float64],
    n: NDArray[np.float64],
    *,
    alpha: float,
    beta: float,
    l1: float,
    l2: float,
    intercept: float = 0.0,
    link: str = "sigmoid",
    feature_names: Sequence[str] | None = None,
    fill: _Numbers = None,
    mean: _Numbers = None,
    scale: _Numbers = None,
) -> bytes:
    """Write the weights of FTRL-Proximal's state in FoxML's form (McMahan et al., KDD 2013, algorithm 1).

    A weight is exactly 0 where ``|z| <= l1``, else ``-(z - sign(z) l1) / ((beta + sqrt(n)) / alpha + l2)``.

    Parameters
    ----------
    z, n : ndarray of float64, shape (features,)
        The state: sums of gradients less what the learning rates took back, and sums of their squares.
    alpha, beta, l1, l2 : float
        Learning rate and penalties that it was trained with.
    intercept, link, feature_names, fill, mean, scale
        As for `write_linear`.

    Returns
    -------
    bytes
        For `foxml.models.SmallModel.from_json`.

    Raises
    ------
    ModelError
        If the state is not two vectors of one length, or a parameter makes no sense.
    """
    if z.shape != n.shape or z.ndim != 1 or not (n >= 0).all():
        raise ModelError(f"FTRL: expected z and n of one length, n not negative; found {z.shape} and {n.shape}")
    if not (alpha > 0 and beta >= 0 and l1 >= 0 and l2 >= 0):
        raise ModelError(f"FTRL: expected alpha > 0 and others >= 0, found {alpha}, {beta}, {l1}, {l2}")
    penalty = (beta + np.sqrt(n)) / alpha + l2
    is_zero = np.abs(z) <= l1
    weights = np.where(is_zero, 0.0, -(z - np.sign(z) * l1) / np.where(is_zero, 1.0, penalty))
    return write_linear(
        weights[None, :],
        np.array([intercept]),
        link=link,
        feature_names=feature_names,
        fill=fill,
        mean=mean,
        scale=scale,
        origin="FTRL-Proximal",
    )


def write_linear(
    weights: NDArray[np.float64],
    intercepts: NDArray[np.float64],
    *,
    link: str,
    feature_names: Sequence[str] | None = None,
    fill: _Numbers = None,
    mean: _Numbers = None,
    scale: _Numbers = None,
    origin: str,
) -> bytes:
    """Write weights in FoxML's form, in the order of the features; those of exactly 0 are left out.

    Parameters
    ----------
    weights : ndarray of float64, shape (outputs, features)
    intercepts : ndarray of float64, shape (outputs,)
    link : str
        ``identity``, ``sigmoid`` or ``softmax``.
    feature_names : sequence of str, optional
    fill, mean, scale : ndarray, optional
        One a feature: what takes the place of NaN; what is taken off; what the rest is divided by.
    origin : str
        Where the weights come from, for people.

    Returns
    -------
    bytes
        For `foxml.models.SmallModel.from_json`.

    Raises
    ------
    ModelError
        If a number is not finite.
    """
    document = _frame("foxml-linear", weights.shape[1], feature_names, _Steps(fill, mean, scale), origin)
    document["link"] = link
    document["outputs"] = [
        {
            "intercept": float(intercept),
            "feature": np.flatnonzero(row).tolist(),
            "weight": row[np.flatnonzero(row)].astype(np.float64).tolist(),
        }
        for row, intercept in zip(weights, intercepts, strict=True)
    ]
    return _encode(document)


def sklearn_mixture(model: BaseEstimator, feature_names: Sequence[str] | None = None) -> bytes:
    """Write a fitted mixture of normal distributions in FoxML's form.

    Outputs are ``predict_proba``, raw scores the logarithms of the weighted densities, but for the last bits.

    Parameters
    ----------
    model : GaussianMixture, or a pipeline of a SimpleImputer, a StandardScaler (each may be left out) and one
        Of two components or more; ``full``, ``tied``, ``diag`` or ``spherical``.
    feature_names : sequence of str, optional

    Returns
    -------
    bytes
        For `foxml.models.SmallModel.from_json`.

    Raises
    ------
    ModelError
        If the model is of another kind: the posteriors of a ``BayesianGaussianMixture`` are others.
    """
    steps, last = _pipeline(model)
    if not isinstance(last, GaussianMixture):
        raise ModelError(f"{type(last).__name__}: expected a GaussianMixture")
    count, features = last.means_.shape
    is_diagonal = last.covariance_type in ("diag", "spherical")
    document = _frame("foxml-mixture", features, feature_names, steps, "scikit-learn GaussianMixture")
    document["covariance"] = "diagonal" if is_diagonal else "full"
    found = last.covariances_
    if last.covariance_type == "tied":
        found = np.broadcast_to(found, (count, features, features))
    elif last.covariance_type == "spherical":
        found = np.broadcast_to(found[:, None], (count, features))
    lower = np.tril_indices(features)
    document["components"] = [
        {
            "weight": float(weight),
            "mean": mean.tolist(),
            "covariance": (covariance if is_diagonal else covariance[lower]).tolist(),
        }
        for weight, mean, covariance in zip(last.weights_, last.means_, found, strict=True)
    ]
    return _encode(document)


def _pipeline(model: Any) -> tuple[_Steps, Any]:
    """Take a pipeline apart; an estimator by itself has no steps."""
    if not isinstance(model, Pipeline):
        return _Steps(), model
    *before, last = [estimator for _, estimator in model.steps if estimator not in (None, "passthrough")]
    kinds = [type(estimator) for estimator in before]
    if kinds not in ([], [SimpleImputer], [StandardScaler], [SimpleImputer, StandardScaler]):
        names = ", ".join(kind.__name__ for kind in kinds)
        raise ModelError(f"Pipeline: expected a SimpleImputer, a StandardScaler, or one after the other; found {names}")
    fill = mean = scale = None
    for estimator in before:
        if isinstance(estimator, SimpleImputer):
            fill = _fill(estimator)
        else:
            mean, scale = estimator.mean_, estimator.scale_
            mean = mean if estimator.with_mean else None
    return _Steps(fill, mean, scale), last


def _fill(imputer: SimpleImputer) -> NDArray[np.float64]:
    fill = np.asarray(imputer.statistics_, dtype=np.float64)
    if imputer.add_indicator or not np.isnan(imputer.missing_values) or not np.isfinite(fill).all():
        raise ModelError(
            "SimpleImputer: expected a number for NaN in every feature and no indicators, found missing_values "
            f"{imputer.missing_values}, add_indicator {imputer.add_indicator}, statistics {fill.tolist()}"
        )
    return fill


def _frame(form: str, features: int, feature_names: Sequence[str] | None, steps: _Steps, origin: str) -> dict[str, Any]:
    document: dict[str, Any] = {"format": form, "version": 1, "origin": origin, "feature_count": features}
    if feature_names is not None:
        if len(feature_names) != features:
            raise ModelError(f"feature_names: expected {features}, found {len(feature_names)}")
        document["feature_names"] = list(feature_names)
    document["missing"] = "nan" if steps.fill is None else "fill"
    for key, values in (("fill", steps.fill), ("mean", steps.mean), ("scale", steps.scale)):
        if values is not None:
            document[key] = np.asarray(values, dtype=np.float64).tolist()
    return document


def _encode(document: dict[str, Any]) -> bytes:
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    except ValueError:
        raise ModelError(f"{document['origin']}: expected finite numbers, found NaN or infinity") from None
