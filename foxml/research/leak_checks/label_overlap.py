"""No label that is learned from may meet a label that is judged by."""

import numpy as np

from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import Index, Material, Split
from foxml.research.leak_checks.probe import Probe
from foxml.research.pipeline import Dataset

__all__ = ["label_overlap", "overlapping"]


def overlapping(data: Dataset, train: Index, test: Index) -> Index:
    """Return the training rows whose label meets a test label, both closed at both ends.

    Parameters
    ----------
    data : Dataset
    train, test : ndarray of int64
    """
    order = np.argsort(data.t0_ns[test], kind="stable")
    begins = data.t0_ns[test][order]
    latest = np.maximum.accumulate(data.t1_ns[test][order])
    before = np.searchsorted(begins, data.t1_ns[train], side="right")
    meets = (before > 0) & (latest[np.maximum(before - 1, 0)] >= data.t0_ns[train])
    return np.asarray(train[meets], dtype=np.int64)


def label_overlap(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Compare the label intervals of every split as it is used, those that early stopping looks at among them."""
    splits = [split for split in material.splits if len(split.train) and len(split.test)]
    if not splits:
        return Observation(Scope(), "no split was given", applies=False)
    clues: list[Clue] = []
    for split in splits:
        clues += _clues(material, split)
    seen = np.unique(np.concatenate([np.concatenate([split.train, split.test]) for split in splits]))
    symbols = len(np.unique(material.data.symbol[seen]))
    compared = sum(len(split.train) for split in splits)
    return Observation(
        Scope(len(seen), len(splits), 0, symbols),
        f"{compared:,} training labels against the test labels of {len(splits)} splits",
        tuple(clues),
    )


def _clues(material: Material, split: Split) -> list[Clue]:
    data, found = material.data, []
    wrong = np.flatnonzero(data.t1_ns[split.train] <= data.t0_ns[split.train])
    if len(wrong):
        found.append(
            Clue(Verdict.FAIL, split.name, f"{len(wrong):,} training labels end with or before their prediction")
        )
    both = np.intersect1d(split.train, split.test)
    if len(both):
        found.append(Clue(Verdict.FAIL, split.name, f"{len(both):,} rows are learned from and tested on"))
    meets = np.setdiff1d(overlapping(data, split.train, split.test), both)
    if len(meets):
        found.append(
            Clue(
                Verdict.FAIL,
                split.name,
                f"{len(meets):,} of {len(split.train):,} training labels meet a test label, the first that of row "
                f"{int(meets[0])}",
            )
        )
    elif not len(both) and not split.inner:
        found += _embargo(material, split)
    return found


def _embargo(material: Material, split: Split) -> list[Clue]:
    """Count the moments between the last training label that ends before the test block and the block."""
    data = material.data
    first_ns = data.t0_ns[split.test].min()
    ends = data.t1_ns[split.train]
    ended = ends[ends < first_ns]
    if not len(ended) or not material.embargo_bars:
        return []
    moments = np.unique(data.t0_ns)
    between = int(np.searchsorted(moments, first_ns) - np.searchsorted(moments, ended.max(), side="right")) + 1
    if between > material.embargo_bars:
        return []
    return [
        Clue(
            Verdict.SUSPECT,
            split.name,
            f"{between - 1} moments between the end of the last training label and the first test prediction, expected "
            f"{material.embargo_bars}",
        )
    ]
