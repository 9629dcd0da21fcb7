"""Leaks that are planted on purpose: a check that does not find them proves nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, CorporateAction, SymbolBars
from foxml.research.features.simple import SymbolFeatures
from foxml.research.leak_checks.canary_market import clean_material
from foxml.research.leak_checks.findings import Check
from foxml.research.leak_checks.material import (
    FeatureComputer,
    FittedPreprocessor,
    Material,
    Split,
    same_symbol_pairs,
)

__all__ = ["CANARIES", "HONEST", "Canary", "PeekingComputer", "Scaler", "clean_material", "with_column"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Canary:
    """A leak and the check that has to find it.

    Attributes
    ----------
    name : str
    fault : str or None
        What was done to the study; None for the clean one.
    caught_by : Check or None
    plant : callable
        Takes a clean material and a seed, returns one with the leak.
    """

    name: str
    fault: str | None
    caught_by: Check | None
    plant: Callable[[Material, int], Material]


class Scaler:
    """Centres and scales, as scikit-learn's StandardScaler does: the canaries need none installed."""

    def __init__(self) -> None:
        self.mean_: Floats | None = None
        self.scale_: Floats | None = None

    def fit(self, rows: NDArray[np.float32]) -> "Scaler":
        """Learn the mean and spread of each column."""
        self.mean_ = np.nanmean(rows.astype(np.float64), axis=0)
        self.scale_ = np.nanstd(rows.astype(np.float64), axis=0)
        return self


class PeekingComputer:
    """A computer whose first column is the return of the bar to come.

    Parameters
    ----------
    honest : FeatureComputer
    """

    def __init__(self, honest: FeatureComputer) -> None:
        self._honest = honest

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the rows."""
        return self._honest.names

    def compute(
        self, bars: SymbolBars, actions: Sequence[CorporateAction] = (), benchmark: SymbolBars | None = None
    ) -> SymbolFeatures:
        """Compute rows."""
        found = self._honest.compute(bars, actions, benchmark)
        close = bars.ohlcv[:, CLOSE]
        values = found.values.copy()
        values[:, 0] = np.append(close[1:], close[-1:]) / close - 1.0
        return replace(found, values=values)


def with_column(material: Material, values: Floats, place: int = 0) -> Material:
    """Return the material with other values in one column of its dataset."""
    rows = material.data.rows.copy()
    rows[:, place] = values
    return replace(material, data=replace(material.data, rows=rows))


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, 21])


def _peeking(material: Material, seed: int) -> Material:
    assert material.computer is not None
    peeking = PeekingComputer(material.computer)
    found = material
    for history in material.histories:
        own = np.flatnonzero(found.data.symbol == material.symbols.index(history.symbol))
        at = np.searchsorted(history.bars.close_ns, found.data.t0_ns[own])
        values = found.data.rows[:, 0].astype(np.float64)
        values[own] = peeking.compute(history.bars, history.actions, history.benchmark).values[at, 0]
        found = with_column(found, values)
    return replace(found, computer=peeking)


def _unpurged(material: Material, seed: int) -> Material:
    """Train on everything that was predicted before the test block, whether its label had ended or not."""
    data = material.data
    splits = [
        Split(split.name, np.flatnonzero(data.t0_ns < data.t0_ns[split.test].min()), split.test)
        for split in material.outer
    ]
    return replace(material, splits=tuple(splits))


def _shuffled_folds(material: Material, seed: int) -> Material:
    """Put rows of all times in every fold, as an ordinary shuffled cross-validation does."""
    fold = _rng(seed).integers(0, 3, len(material.data))
    splits = [Split(f"fold {k + 1}", np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(3)]
    return replace(material, splits=tuple(splits))


def _later_target(material: Material, seed: int) -> Material:
    """Give a column the target of the next sample of the symbol."""
    rows, targets = same_symbol_pairs(material.data, 1)
    values = np.zeros(len(material.data))
    values[rows] = material.data.y[targets]
    return with_column(material, values)


def _known_target(material: Material, seed: int) -> Material:
    """Give each row the target of one label earlier: all of it is known."""
    data = material.data
    rows, targets = same_symbol_pairs(data, -material.lag)
    y, ret, sigma = data.y.copy(), data.ret.copy(), data.sigma.copy()
    y[rows], ret[rows], sigma[rows] = data.y[targets], data.ret[targets], data.sigma[targets]
    return replace(material, data=replace(data, y=y, ret=ret, sigma=sigma))


def _noisy_target(material: Material, seed: int) -> Material:
    y = material.data.y
    return with_column(material, y + 1.5 * float(y.std()) * _rng(seed).standard_normal(len(y)))


def _scaled_by_all(material: Material, seed: int) -> Material:
    fitted = Scaler().fit(material.data.rows)
    given = [FittedPreprocessor("scaler", k, fitted) for k, _ in enumerate(material.outer)]
    return replace(material, preprocessors=tuple(given))


def _signed_by_symbol(material: Material, seed: int) -> Material:
    """Give a column the target under a sign that is the symbol's own, and another what tells the symbols apart."""
    data = material.data
    sign = np.where(np.arange(len(material.symbols)) % 2 == 0, 1.0, -1.0)[data.symbol]
    noise = 2.0 * float(data.y.std()) * _rng(seed).standard_normal(len(data))
    told = with_column(material, sign * (data.y + noise))
    return with_column(told, data.symbol.astype(np.float64), 1)


def _one_period(material: Material, seed: int) -> Material:
    """Give a column the target of some days, and noise on the others; the other columns know nothing."""
    rng, data = _rng(seed), material.data
    for place in range(1, len(data.feature_names)):
        material = with_column(material, rng.permutation(data.rows[:, place]), place)
    tested = np.unique(np.concatenate([split.test for split in material.outer]))
    begin, end = np.quantile(data.t0_ns[tested], [0.5, 0.7])
    within = (data.t0_ns >= begin) & (data.t0_ns < end)
    early = data.t0_ns < np.quantile(data.t0_ns, 0.3)
    noise = float(data.y.std()) * rng.standard_normal((2, len(data)))
    return with_column(material, np.where(within | early, data.y + 0.2 * noise[0], noise[1]))


HONEST: Final = Canary("clean", None, None, lambda material, seed: _scaled_within(material))
"""Must pass: a check that fails everything proves as little."""


def _scaled_within(material: Material) -> Material:
    """Return the study with a scaler of each fold that is fitted on its training rows."""
    given = [
        FittedPreprocessor("scaler", k, Scaler().fit(material.data.rows[split.train]))
        for k, split in enumerate(material.outer)
    ]
    return replace(material, preprocessors=tuple(given))


CANARIES: Final[Mapping[str, Canary]] = MappingProxyType(
    {
        canary.name: canary
        for canary in (
            Canary("peeking_column", "has a column that reads the next bar", Check.FUTURE_PERTURBED, _peeking),
            Canary("unpurged", "trains on labels that end within the test", Check.LABEL_OVERLAP, _unpurged),
            Canary(
                "target_copied",
                "has the target as a column",
                Check.TARGET_IN_FEATURES,
                lambda material, seed: with_column(material, material.data.y),
            ),
            Canary(
                "target_bent",
                "has a falling function of the target as a column",
                Check.TARGET_IN_FEATURES,
                lambda material, seed: with_column(material, np.exp(-material.data.y)),
            ),
            Canary("target_later", "has the next target as a column", Check.TARGET_IN_FEATURES, _later_target),
            Canary("target_known", "has targets of a label earlier", Check.SHIFTED_TARGET, _known_target),
            Canary("target_noisy", "has the target under noise as a column", Check.SHIFTED_TARGET, _noisy_target),
            Canary("scaled_by_all", "scales by rows of the test", Check.FITTED_OUTSIDE, _scaled_by_all),
            Canary("shuffled_folds", "is judged by shuffled folds", Check.SHUFFLED_TIME, _shuffled_folds),
            Canary("signed_by_symbol", "knows each symbol by itself", Check.SYMBOL_HOLDOUT, _signed_by_symbol),
            Canary("one_column", "lives from one column", Check.DOMINANCE, _noisy_target),
            Canary("one_period", "lives from a few days", Check.DOMINANCE, _one_period),
        )
    }
)
