"""Features and targets to one dataset, with every dropped row counted."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.research.features import SimpleFeatureComputer
from foxml.research.normalization import DataNormalization
from foxml.research.targets import Targets
from foxml.research.weights import average_uniqueness, label_spans

__all__ = ["DataNormalization", "Dataset", "build_dataset"]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Samples of a panel, ordered by time and then symbol.

    Attributes
    ----------
    rows : ndarray of float32, shape (n, F)
    y, ret, sigma, weights : ndarray of float64, shape (n,)
        Target, return from entry to end, sigma_h at t0, and average uniqueness: 0 where both barriers lay within one
        bar, since for a label without a side nobody can say which came first.
    t0_ns, t1_ns, session_ns : ndarray of int64, shape (n,)
    symbol : ndarray of int32, shape (n,)
    feature_names : tuple of str, length F
    dropped : mapping of str to int
        Bars without a sample, by reason.
    """

    rows: NDArray[np.float32]
    y: NDArray[np.float64]
    ret: NDArray[np.float64]
    sigma: NDArray[np.float64]
    weights: NDArray[np.float64]
    t0_ns: NDArray[np.int64]
    t1_ns: NDArray[np.int64]
    session_ns: NDArray[np.int64]
    symbol: NDArray[np.int32]
    feature_names: tuple[str, ...]
    dropped: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def groups(self) -> NDArray[np.int64]:
        """What splitters read: t0, t1 and session of each sample, shape (n, 3)."""
        return np.stack([self.t0_ns, self.t1_ns, self.session_ns], axis=1)

    @property
    def outcome(self) -> NDArray[np.float64]:
        """Return over sigma_h: what scores are judged by, whatever y is."""
        return self.ret / self.sigma

    @property
    def ambiguous(self) -> NDArray[np.bool_]:
        """Where both barriers lay within one bar."""
        return np.equal(self.weights, 0.0)

    def sha256(self) -> str:
        """Fingerprint of the samples."""
        digest = hashlib.sha256("\0".join(self.feature_names).encode())
        numbers = (self.rows, self.y, self.ret, self.sigma, self.weights)
        for array in (*numbers, self.t0_ns, self.t1_ns, self.session_ns, self.symbol):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def build_dataset(
    histories: Sequence[SymbolBars],
    actions: Sequence[CorporateAction],
    targets: Targets,
    *,
    features: SimpleFeatureComputer,
    value: str,
) -> Dataset:
    """Join features with targets.

    Parameters
    ----------
    histories : sequence of SymbolBars
        Raw, in the order of the universe.
    actions : sequence of CorporateAction
    targets : Targets
    features : SimpleFeatureComputer
    value : str
        What y is; see `Targets.values`.
    """
    n = len(targets)
    rows = np.full((n, len(features.names)), np.nan, dtype=np.float32)
    ready = np.zeros(n, dtype=np.bool_)
    weights = np.ones(n)
    benchmark = next((bars for bars in histories if bars.symbol == features.plan.benchmark), None)
    for i, bars in enumerate(histories):
        own = np.flatnonzero(targets.symbol == i)
        if not len(own):
            continue
        matrix = features.compute(bars, actions, benchmark)
        at = np.searchsorted(bars.close_ns, targets.t0_ns[own])
        rows[own], ready[own] = matrix.values[at], matrix.ready[at]
        weights[own] = average_uniqueness(label_spans(targets.t0_ns[own], targets.t1_ns[own], bars.close_ns))
    weights[targets.ambiguous] = 0.0
    y = targets.values(value)
    finite = np.isfinite(y)
    kept = ready & finite
    dropped = Counter(targets.missing)
    dropped.update(features_warming_up=int((~ready).sum()), target_not_finite=int((ready & ~finite).sum()))
    return Dataset(
        rows[kept],
        y[kept],
        targets.ret[kept],
        targets.sigma[kept],
        weights[kept],
        targets.t0_ns[kept],
        targets.t1_ns[kept],
        targets.session_ns[kept],
        targets.symbol[kept],
        features.names,
        dict(+dropped),
    )
