"""Conversion at training time: what is written, what is left out, what is refused."""

import json
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from foxml.errors import ModelError
from foxml.models import SmallModel
from foxml.research.small_models import ftrl_linear, sklearn_linear, sklearn_mixture, write_linear

X = np.random.default_rng(2).standard_normal((200, 4))
Y = X[:, 1] * 3 + 0.5


def test_zeros_are_left_out() -> None:
    """A feature that L1 has dropped may be missing without a cost."""
    document = sklearn_linear(Lasso(alpha=0.5).fit(X, Y), list("abcd"))
    assert json.loads(document)["outputs"][0]["feature"] == [1]
    row = np.array([np.nan, 1.0, np.nan, np.nan])
    assert np.isfinite(SmallModel.from_json(document, source="m").predict_row(row)).all()


def test_a_row_with_a_hole_has_a_score_only_with_an_imputer() -> None:
    """The policy is the pipeline's own, and nothing is guessed."""
    hole = X[:1].copy()
    hole[0, 1] = np.nan
    plain = SmallModel.from_json(sklearn_linear(Ridge().fit(X, Y)), source="m")
    assert np.isnan(plain.predict(hole)).all()
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), Ridge()).fit(X, Y)
    filled = SmallModel.from_json(sklearn_linear(pipeline), source="m")
    assert filled.describe().fills_missing
    np.testing.assert_allclose(filled.predict(hole)[:, 0], pipeline.predict(hole), rtol=1e-12)


def test_ftrl_weights_by_the_formula() -> None:
    """McMahan 2013: exact zeros within L1, else the closed form."""
    z = np.array([0.5, -1.0, 3.0, -4.0, 1.0])
    n = np.array([1.0, 4.0, 4.0, 9.0, 0.0])
    document = ftrl_linear(z, n, alpha=0.5, beta=1.0, l1=1.0, l2=0.25, intercept=0.125)
    output = json.loads(document)["outputs"][0]
    assert output["feature"] == [2, 3]
    assert output["weight"] == [-(3.0 - 1.0) / ((1.0 + 2.0) / 0.5 + 0.25), -(-4.0 + 1.0) / ((1.0 + 3.0) / 0.5 + 0.25)]
    model = SmallModel.from_json(document, source="m")
    raw = model.predict_row(np.array([np.nan, np.nan, 1.0, 1.0, np.nan]))[0]
    assert raw == 0.125 + output["weight"][0] + output["weight"][1]


def test_ftrl_learns_and_scores() -> None:
    """The state of the algorithm itself, step by step, becomes weights that predict."""
    generator = np.random.default_rng(3)
    z, n, alpha, beta, l1, l2 = np.zeros(4), np.zeros(4), 0.5, 1.0, 2.0, 0.1
    for _ in range(2000):
        x = generator.standard_normal(4)
        weights = np.where(np.abs(z) <= l1, 0.0, -(z - np.sign(z) * l1) / ((beta + np.sqrt(n)) / alpha + l2))
        gradient = (1 / (1 + np.exp(-x @ weights)) - float(x[1] > 0)) * x
        sigma = (np.sqrt(n + gradient**2) - np.sqrt(n)) / alpha
        z, n = z + gradient - sigma * weights, n + gradient**2
    model = SmallModel.from_json(ftrl_linear(z, n, alpha=alpha, beta=beta, l1=l1, l2=l2), source="m")
    found = model.predict(X, "output")[:, 0]
    assert ((found > 0.5) == (X[:, 1] > 0)).mean() > 0.95


@pytest.mark.parametrize("form", ["full", "tied", "diag", "spherical"])
def test_posteriors_are_those_of_scikit_learn(form: str) -> None:
    """Four forms of covariance, two in the file; the tolerance is that of sums in another order."""
    x = X.copy()
    x[::2] += 2.0
    mixture = GaussianMixture(3, covariance_type=form, random_state=1).fit(x)
    model = SmallModel.from_json(sklearn_mixture(mixture), source="m")
    np.testing.assert_allclose(model.predict(x, "output"), mixture.predict_proba(x), rtol=1e-10, atol=1e-13)
    total = np.log(np.exp(model.predict(x)).sum(axis=1))
    np.testing.assert_allclose(total, mixture.score_samples(x), rtol=1e-12)


REFUSED: list[tuple[Any, str]] = [
    (RandomForestRegressor(2), "RandomForestRegressor: expected a linear or logistic regression"),
    (make_pipeline(MinMaxScaler(), Ridge()), "expected a SimpleImputer, a StandardScaler.*found MinMaxScaler"),
    (make_pipeline(StandardScaler(), SimpleImputer(), Ridge()), "found StandardScaler, SimpleImputer"),
    (make_pipeline(SimpleImputer(add_indicator=True), Ridge()), "no indicators"),
    (make_pipeline(SimpleImputer(missing_values=0), Ridge()), "expected a number for NaN"),
]


@pytest.mark.parametrize(("model", "message"), REFUSED)
def test_what_cannot_be_written_is_refused(model: Any, message: str) -> None:
    """A step that were silently left out would change every score."""
    with pytest.raises(ModelError, match=message):
        sklearn_linear(model.fit(X, Y))


def test_other_refusals() -> None:
    """Each by its own name."""
    with pytest.raises(ModelError, match="BayesianGaussianMixture: expected a GaussianMixture"):
        sklearn_mixture(BayesianGaussianMixture(n_components=2, random_state=1).fit(X))
    with pytest.raises(ModelError, match="feature_names: expected 4, found 2"):
        sklearn_linear(Ridge().fit(X, Y), ["a", "b"])
    with pytest.raises(ModelError, match="expected finite numbers"):
        write_linear(np.array([[np.inf]]), np.zeros(1), link="identity", origin="mine")
    with pytest.raises(ModelError, match="FTRL: expected z and n of one length"):
        ftrl_linear(np.zeros(2), np.zeros(3), alpha=1.0, beta=1.0, l1=0.0, l2=0.0)
    with pytest.raises(ModelError, match="FTRL: expected alpha > 0"):
        ftrl_linear(np.zeros(2), np.zeros(2), alpha=0.0, beta=1.0, l1=0.0, l2=0.0)


def test_two_classes_have_one_output_and_three_have_three() -> None:
    """As decision_function has them."""
    for classes in (2, 3):
        label = np.digitize(Y, np.quantile(Y, np.linspace(0, 1, classes + 1)[1:-1]))
        fitted = LogisticRegression().fit(X, label)
        model = SmallModel.from_json(sklearn_linear(fitted), source="m")
        known = fitted.decision_function(X).reshape(len(X), -1)
        np.testing.assert_allclose(model.predict(X), known, rtol=1e-9, atol=1e-12)
        probabilities = fitted.predict_proba(X)
        np.testing.assert_allclose(model.predict(X, "output"), probabilities[:, -known.shape[1] :], rtol=1e-9)
