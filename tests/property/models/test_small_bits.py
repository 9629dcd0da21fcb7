"""Drawn linear models and mixtures score the bits of the plain computation, and the library's numbers nearly."""

from typing import Any

import numpy as np
import pytest
from forest_rows import differing_bits, same_numbers
from numpy.typing import NDArray
from rotating_share import share_of_this_run
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_references import reference_output, reference_raw

from foxml.models import SmallModel
from foxml.research.small_models import sklearn_linear, sklearn_mixture

_MODELS_A_DAY = 6
_SPECIAL = (0.0, -0.0, 5e-324, 1e-45, 1e30, -1e30, 1e300, np.inf, -np.inf, np.nan)


def _seeds() -> list[int]:
    share = share_of_this_run()
    if share == "all":
        return list(range(20 * _MODELS_A_DAY))
    first = (int(share) + 1000) * _MODELS_A_DAY
    return list(range(first, first + _MODELS_A_DAY))


def _table(generator: np.random.Generator) -> NDArray[np.float64]:
    """Rows of 1 to 12 features on scales of their own, two clusters apart."""
    features = int(generator.integers(1, 13))
    x = generator.standard_normal((300, features)) @ generator.standard_normal((features, features))
    x[::2] += generator.normal(scale=2.0, size=features)
    scales: NDArray[np.float64] = 10.0 ** generator.integers(-2, 3, size=features)
    return x * scales


def _before(generator: np.random.Generator) -> list[Any]:
    choices: list[list[Any]] = [
        [],
        [StandardScaler()],
        [SimpleImputer()],
        [SimpleImputer(strategy="median"), StandardScaler()],
    ]
    return choices[generator.integers(len(choices))]


def _linear(generator: np.random.Generator, x: NDArray[np.float64]) -> tuple[Any, bytes, str]:
    y = x @ generator.standard_normal(x.shape[1]) / np.abs(x).mean() + generator.standard_normal(len(x))
    kind = int(generator.integers(6))
    if kind == 0:
        last, label, method = LogisticRegression(max_iter=50), y > np.median(y), "predict_proba"
    elif kind == 1:
        last, label, method = (
            LogisticRegression(max_iter=50),
            np.digitize(y, np.quantile(y, [0.3, 0.6])),
            "predict_proba",
        )
    elif kind == 2:
        last, label, method = Ridge(), np.column_stack([y, y * y]), "predict"
    else:
        last, label, method = [Ridge(), LinearRegression(), ElasticNet(alpha=0.1)][kind - 3], y, "predict"
    model = make_pipeline(*_before(generator), last)
    with np.errstate(all="ignore"):
        model.fit(x, label)
    return model, sklearn_linear(model), method


def _mixture(generator: np.random.Generator, x: NDArray[np.float64]) -> tuple[Any, bytes, str]:
    form = ["full", "tied", "diag", "spherical"][generator.integers(4)]
    last = GaussianMixture(int(generator.integers(2, 5)), covariance_type=form, random_state=1, reg_covar=1e-3)
    model = make_pipeline(*_before(generator), last).fit(x)
    return model, sklearn_mixture(model), "predict_proba"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("seed", _seeds())
@pytest.mark.parametrize("family", [_linear, _mixture])
def test_it_scores_as_it_is_written(family: Any, seed: int) -> None:
    """Training, backtest and daemon must agree to the last bit; the library is followed as far as its sums allow."""
    generator = np.random.default_rng(seed)
    x = _table(generator)
    fitted, document, method = family(generator, x)
    model = SmallModel.from_json(document, source="m")
    rows = x[:100].copy()
    known = getattr(fitted, method)(rows).reshape(len(rows), -1)
    found = model.predict(rows, "output")
    if known.shape[1] == 2 * found.shape[1]:
        known = known[:, 1:]  # of two classes the model gives the second
    scale = max(1.0, float(np.abs(known).max()))
    np.testing.assert_allclose(found, known, rtol=0, atol=1e-12 * scale)

    holes = generator.random(rows.shape) < 0.05
    rows[holes] = generator.choice(_SPECIAL, int(holes.sum()))
    with np.errstate(over="ignore"):
        floats = rows.astype(np.float32)
    for typed in (rows, floats):
        raw = model.predict(typed)
        assert same_numbers(raw, reference_raw(document, typed))
        assert same_numbers(model.predict(typed, "output"), reference_output(document, typed))
        assert differing_bits(raw, np.stack([model.predict_row(row) for row in typed])) == 0
        assert not np.isinf(raw).any()
