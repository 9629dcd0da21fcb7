"""The proof: every check of every feature on given histories, after the canaries have been caught."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError
from foxml.research.feature_checks.canaries import CANARIES, HONEST, canary_bars
from foxml.research.feature_checks.effort import Effort, Work
from foxml.research.feature_checks.findings import Check, ColumnFindings, Offence, Tally
from foxml.research.feature_checks.histories import column_sizes, cut_and_perturb, planned_bars, start_late
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.side_by_side import BLOCK_WEIGHT, compare_side_by_side
from foxml.research.feature_checks.source import FeatureSource
from foxml.research.feature_checks.streams import STREAM_WEIGHT, stream
from foxml.research.feature_checks.walk import RefusedSnapshot, find_refusal
from foxml.research.progress import Progress

__all__ = ["TOLERANCE", "CanaryTrial", "FeatureReport", "check_features", "try_canaries"]

TOLERANCE: Final = 1e-9
"""Largest relative difference that a measured feature may show after a late start."""
_Known = tuple[NDArray[np.float32], NDArray[np.float64]]
"""Rows of a whole history, and the mean size of each column."""
_CANARY_EFFORT: Final = {"cuts": 4, "stretch_bars": 8, "tile_bars": 64, "starts": 4, "snapshots": 12}


@dataclass(frozen=True, slots=True)
class FeatureReport:
    """What was found.

    Attributes
    ----------
    features : tuple of ColumnFindings
    symbols : tuple of str
        Whose histories were checked.
    bars : int
        Of all of them.
    too_short : tuple of str
        Symbols whose history ends before the first row, or with it.
    """

    features: tuple[ColumnFindings, ...]
    symbols: tuple[str, ...]
    bars: int
    too_short: tuple[str, ...]

    @property
    def failed(self) -> tuple[ColumnFindings, ...]:
        """Features that were caught."""
        return tuple(feature for feature in self.features if feature.failed)

    @property
    def passed(self) -> bool:
        """Whether none was caught."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class CanaryTrial:
    """Whether the checks can be believed.

    Attributes
    ----------
    name : str
    fault : str or None
        What the feature does; None for the honest one.
    caught_by : tuple of Check
        What failed.
    as_expected : bool
        Whether the checks that exist for the fault are among them; for the honest feature, whether there is none.
    """

    name: str
    fault: str | None
    caught_by: tuple[Check, ...]
    as_expected: bool


def check_features(
    sources: Sequence[FeatureSource],
    histories: Sequence[History],
    *,
    effort: Effort,
    tolerance: float = TOLERANCE,
    progress: Progress = lambda text, done=None, total=None: None,
) -> FeatureReport:
    """Put features to every check on the histories of some symbols.

    Parameters
    ----------
    sources : sequence of FeatureSource
        Each is checked by itself.
    histories : sequence of History
        Of one interval.
    effort : Effort
    tolerance : float
        Largest relative difference that a measured feature may show after a late start.
    progress : Progress
        Told how many bars of about how many have been computed.

    Raises
    ------
    DataError
        If no history is long enough for a row, with a bar after it.
    FeatureError
        If a bar is refused; names the symbol, row and time.
    """
    warmup = max(column.warmup_bars for source in sources for column in source.columns)
    long_enough = [history for history in histories if len(history) > warmup + 2]
    if not long_enough:
        longest = max(histories, key=len)
        raise DataError(
            f"no symbol has more than {warmup + 2:,} bars, which the slowest feature, {_slowest(sources)}, needs; the "
            f"longest history is that of {longest.symbol}, {len(longest):,} bars"
        )
    missing = {h.benchmark.symbol for h in long_enough if h.benchmark is not None} - {h.symbol for h in long_enough}
    if missing:
        raise DataError(f"the benchmark {', '.join(missing)} has too few bars for a row: {warmup + 2:,} or fewer")
    work = Work(sum(_planned(source, long_enough, effort) for source in sources), progress)
    found: list[ColumnFindings] = []
    for source in sources:
        tally = Tally(source.columns)
        known: dict[str, _Known] = {}
        for together in _groups(long_enough, effort.symbols_together):
            # The benchmark is in every group, and checked in the first.
            known = {history.symbol: known[history.symbol] for history in together if history.symbol in known}
            _check_together(source, together, known, tally, effort, work)
        found += tally.findings(tolerance)
    return FeatureReport(
        tuple(found),
        tuple(history.symbol for history in long_enough),
        sum(map(len, long_enough)),
        tuple(history.symbol for history in histories if history not in long_enough),
    )


def _groups(histories: Sequence[History], most: int) -> Iterator[list[History]]:
    """Yield the symbols that are streamed together: each group has the benchmark in it, if there is one."""
    compared_with = {history.benchmark.symbol for history in histories if history.benchmark is not None}
    benchmark = [history for history in histories if history.symbol in compared_with]
    others = [history for history in histories if history.symbol not in compared_with]
    for k in range(0, max(len(others), 1), most):
        yield benchmark + others[k : k + most]


def _check_together(
    source: FeatureSource,
    histories: Sequence[History],
    known: dict[str, _Known],
    tally: Tally,
    effort: Effort,
    work: Work,
) -> None:
    """Check some symbols; what is `known` of one that was checked before is only streamed with the others."""
    for history in histories:
        symbol = history.symbol
        if symbol in known:
            continue
        whole = source.batch(history)
        work.add(len(history), f"{symbol}: whole history")
        tally.count(whole.values, whole.ready)
        rows, sizes = known[symbol] = source.rows(history), column_sizes(whole.values)
        tally.compare(
            Check.STREAMED,
            rows,
            whole.values.astype(np.float32),
            bars=history.bars,
            sizes=sizes,
            where="the rows that training takes, and the doubles that they are rounded from",
        )
        cut_and_perturb(source, history, whole, tally, effort, work.on(f"{symbol}: no future"))
        start_late(source, history, whole, tally, effort, work.on(f"{symbol}: late starts"))
        compare_side_by_side(source, history, tally, effort, work.on(f"{symbol}: side by side"))
    _stream_together(source, histories, known, tally, effort, work)


def _stream_together(
    source: FeatureSource,
    histories: Sequence[History],
    known: Mapping[str, _Known],
    tally: Tally,
    effort: Effort,
    work: Work,
) -> None:
    """Stream; a feature whose snapshot is not taken back has failed, and the others are streamed again without it."""
    try:
        stream(source, histories, known, tally, effort, work.on(f"{len(histories)} symbols: streams"))
    except RefusedSnapshot as refused:
        found = find_refusal(source, histories, refused.close_ns)
        where = f"the stream's own snapshot before this bar refused: {refused.reason}"
        offence = Offence(found.symbol, refused.close_ns, math.nan, math.nan, where)
        tally.fail(Check.RESTORED, found.name, offence)
        left = [i for i, column in enumerate(source.columns) if column.name != found.name]
        if left:
            part = source.select([source.columns[i].name for i in left])
            # Its rows are ready sooner, if the slowest feature has gone.
            rest = {history.symbol: (part.rows(history), known[history.symbol][1][left]) for history in histories}
            _stream_together(part, histories, rest, tally, effort, work)


def _planned(source: FeatureSource, histories: Sequence[History], effort: Effort) -> int:
    slices = sum(map(len, histories)) / min(len(histories), effort.symbols_together)
    batches = sum(len(history) + planned_bars(source, len(history), effort) for history in histories)
    blocks = BLOCK_WEIGHT * sum(map(len, histories)) if source.lanes > 1 else 0
    return batches + blocks + int(slices) * STREAM_WEIGHT


def _slowest(sources: Sequence[FeatureSource]) -> str:
    columns = [column for source in sources for column in source.columns]
    return max(columns, key=lambda column: column.warmup_bars).name


def try_canaries(seed: int = 7) -> tuple[CanaryTrial, ...]:
    """Check features that are wrong on purpose, and one that is not, on a small market of their own.

    Returns
    -------
    tuple of CanaryTrial
        A check can be believed if each is as expected.
    """
    histories = [History(bars) for bars in canary_bars(seed)]
    effort = Effort(seed, **_CANARY_EFFORT)
    trials = []
    for canary in (HONEST, *CANARIES.values()):
        (found,) = check_features([canary.source()], histories, effort=effort).features
        expected = not found.failed if canary is HONEST else set(canary.caught_by) <= set(found.failed)
        trials.append(CanaryTrial(canary.name, canary.fault, found.failed, expected))
    return tuple(trials)
