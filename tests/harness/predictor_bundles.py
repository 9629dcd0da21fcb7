"""Bundles of every kind for the trading project: its trained model's rows, scored by models of other kinds."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx_builders import INPUT, graph, perceptron, save
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from foxml.models import Bundle, BundleContents, Registry
from foxml.models.kinds import read_model
from foxml.research.small_models import sklearn_linear, sklearn_mixture

__all__ = ["MODELS", "register"]

Rows = NDArray[np.float32]
Names = tuple[str, ...]


def _linear(rows: Rows, scores: NDArray[np.float64], names: Names) -> bytes:
    return sklearn_linear(make_pipeline(SimpleImputer(), StandardScaler(), Ridge(10.0)).fit(rows, scores), names)


def _perceptron(rows: Rows, scores: NDArray[np.float64], names: Names) -> bytes:
    del scores, names
    made = perceptron((rows.shape[1], 8, 1))
    scale = numpy_helper.from_array((1.0 / (np.nanstd(rows, axis=0) + 1e-6)).astype(np.float32), "scale")
    made.graph.initializer.append(scale)
    made.graph.node.insert(0, helper.make_node("Mul", [INPUT, "scale"], ["scaled"]))
    made.graph.node[1].input[0] = "scaled"
    return save(made)


def _logarithm(rows: Rows, scores: NDArray[np.float64], names: Names) -> bytes:
    """Has no score where the first feature is not positive."""
    del scores, names
    nodes = [
        helper.make_node("Gather", [INPUT, "first"], ["column"], axis=1),
        helper.make_node("Log", ["column"], ["scores"]),
    ]
    first = numpy_helper.from_array(np.array([0]), "first")
    return save(graph(nodes, input_shape=("n", rows.shape[1]), initializers=[first]))


def _mixture(rows: Rows, scores: NDArray[np.float64], names: Names) -> bytes:
    del scores
    pipeline = make_pipeline(
        SimpleImputer(), StandardScaler(), GaussianMixture(2, covariance_type="diag", random_state=1)
    )
    return sklearn_mixture(pipeline.fit(rows), names)


MODELS: dict[str, tuple[str, Callable[[Rows, NDArray[np.float64], Names], bytes]]] = {
    "linear": ("linear", _linear),
    "onnx": ("onnx", _perceptron),
    "logarithm": ("onnx", _logarithm),
    "mixture": ("mixture", _mixture),
}


def register(registry: Registry, name: str) -> Bundle:
    """Register one of `MODELS` as the next version of the project's model."""
    kind, make = MODELS[name]
    trained = registry.load("small@1")
    rows = np.load(trained.path / "golden.npz")["rows"]
    scores = trained.model.predict(rows)[:, 0].astype(np.float64)
    model = make(rows, scores, trained.manifest.feature_names)
    found = read_model(kind, model, "model").predict(rows)
    statistics = replace(trained.manifest.score, mean=float(np.nanmean(found)), std=float(np.nanstd(found)))
    contents = BundleContents(
        model=model,
        plan_json=trained.plan_json,
        config=trained.config,
        metrics=trained.metrics,
        golden_rows=rows,
        golden_scores=found[:, 0] if found.shape[1] == 1 else found,
    )
    return registry.register(replace(trained.manifest, kind=kind, score=statistics), contents)
