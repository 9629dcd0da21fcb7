"""The checks that compare batches of changed histories with the batch of the whole one."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.errors import FeatureError
from foxml.features import FeatureMatrix
from foxml.research.feature_checks.effort import Effort
from foxml.research.feature_checks.findings import Check, Tally
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.source import FeatureSource

__all__ = ["column_sizes", "cut_and_perturb", "planned_bars", "start_late", "warmup_groups"]

_CUT_WEIGHT: Final = 4  # a bar of the whole plan, and its comparison, in bars of a late start
_FUTURE_BARS: Final = (
    130  # longer than an hour of minutes: the higher bar that is open when the future begins ends within it
)

Told = Callable[[int], None]


def column_sizes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean size of each column, 0 where it has no value."""
    finite = np.isfinite(values)
    total = np.where(finite, np.abs(values), 0.0).sum(axis=0)
    counts = np.maximum(finite.sum(axis=0), 1)
    return np.asarray(total / counts, dtype=np.float64)


def warmup_groups(source: FeatureSource) -> dict[int, tuple[str, ...]]:
    """Columns by their declared warm-up: each is judged from its own, not from the slowest of the plan."""
    groups: dict[int, list[str]] = {}
    for column in source.columns:
        groups.setdefault(column.warmup_bars, []).append(column.name)
    return {warmup: tuple(names) for warmup, names in sorted(groups.items())}


def planned_bars(source: FeatureSource, bars: int, effort: Effort) -> int:
    """About how many bars `cut_and_perturb` and `start_late` compute for a history of this length."""
    warmup = max(column.warmup_bars for column in source.columns)
    stretch = min(bars, warmup + effort.stretch_bars)
    cut = effort.cuts * bars + 2 * (2 * effort.stretch_bars + 1) * stretch
    late = sum(
        bars + bars * (g + _tile_bars(g, effort)) // _tile_bars(g, effort) + effort.starts * (g + 8)
        for g in warmup_groups(source)
    )
    return _CUT_WEIGHT * cut + late


def cut_and_perturb(
    source: FeatureSource,
    history: History,
    whole: FeatureMatrix[np.float64],
    tally: Tally,
    effort: Effort,
    told: Told,
) -> None:
    """Compare rows up to a bar with those of a history that ends with it, and of histories that go on differently."""
    rng = np.random.default_rng([effort.seed, 1])
    n, sizes = len(history), column_sizes(whole.values)
    first = int(whole.ready.argmax())
    moments = [n - 1, *rng.integers(first + 1, n, effort.cuts - 1).tolist()]
    for known in sorted(set(moments)):
        end = min(n, known + _FUTURE_BARS)
        _without_future(source, history, whole.values, known, tally, sizes)
        _other_futures(source, history.part(0, end), whole.values, known, tally, sizes, rng)
        told(_CUT_WEIGHT * (known + end))
    for begin, end in _stretches(n, max(column.warmup_bars for column in source.columns), effort, rng):
        part = history.part(begin, end)
        own = source.batch(part).values
        told(_CUT_WEIGHT * (end - begin))
        for known in range(max(1, end - begin - effort.stretch_bars), end - begin):
            _without_future(source, part, own, known, tally, sizes)
            _other_futures(source, part, own, known, tally, sizes, rng)
            told(_CUT_WEIGHT * 2 * (end - begin))


def _stretches(n: int, warmup: int, effort: Effort, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    length = min(n, warmup + effort.stretch_bars)
    yield n - length, n
    if n > length:
        begin = int(rng.integers(0, n - length))
        yield begin, begin + length


def _without_future(
    source: FeatureSource,
    history: History,
    expected: NDArray[np.float64],
    known: int,
    tally: Tally,
    sizes: NDArray[np.float64],
) -> None:
    part = history.part(0, known)
    found = source.batch(part).values
    where = "the history cut off after this bar or a later one"
    tally.compare(Check.TRUNCATED, found, expected[:known], bars=part.bars, sizes=sizes, where=where)


def _other_futures(
    source: FeatureSource,
    history: History,
    expected: NDArray[np.float64],
    known: int,
    tally: Tally,
    sizes: NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    past = history.part(0, known).bars
    futures = {
        "noise": history.noise_after(known, rng),
        "NaN": np.full((len(history) - known, 5), np.nan),
    }
    for word, future in futures.items():
        try:
            found = source.batch(history.with_future(known, future)).values[:known]
        except FeatureError:
            if word == "noise":
                raise
            continue  # such bars are refused: no row can owe anything to them
        where = f"{word} in the place of the bars after this one or a later one"
        tally.compare(Check.PERTURBED, found, expected[:known], bars=past, sizes=sizes, where=where)


def _tile_bars(warmup: int, effort: Effort) -> int:
    """Rows compared after a late start: never fewer than it took to warm up, or most of the work would be warming."""
    return max(effort.tile_bars, warmup)


def start_late(
    source: FeatureSource,
    history: History,
    whole: FeatureMatrix[np.float64],
    tally: Tally,
    effort: Effort,
    told: Told,
) -> None:
    """Compare the rows of histories that start later, each feature from its own declared warm-up on.

    The starts are such that every bar after the first tile of a feature's warm history is compared once, and some more
    are taken at random.
    """
    rng = np.random.default_rng([effort.seed, 2])
    n, sizes = len(history), column_sizes(whole.values)
    place = {column.name: i for i, column in enumerate(source.columns)}
    for warmup, names in warmup_groups(source).items():
        group = source.select(names)
        at = [place[name] for name in names]
        values = np.ascontiguousarray(whole.values[:, at])
        if max(column.warmup_bars for column in source.columns) > warmup:
            values = group.batch(history).values  # the plan's rows begin with its slowest feature
            told(n)
        last = n - warmup - 1
        if last < 1:
            continue
        tile = _tile_bars(warmup, effort)
        tiles = range(int(rng.integers(1, min(tile, last) + 1)), last + 1, tile)
        extra = rng.integers(1, last + 1, effort.starts).tolist()
        for start, rows in [*((s, tile) for s in tiles), *((s, 8) for s in extra)]:
            end = min(n, start + warmup + rows)
            late = group.batch(history.part(start, end))
            begin = min(warmup, int(late.ready.argmax()) if late.ready.any() else warmup)
            tally.compare(
                Check.STARTED_LATE,
                late.values[begin:],
                values[start + begin : end],
                bars=history.part(start + begin, end).bars,
                sizes=sizes[at],
                where=f"the history started with {begin} to {end - start} bars before this one",
                names=names,
            )
            told(end - start)
