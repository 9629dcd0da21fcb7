"""What the benchmarks of the features share: our paths, the grid, and the proof that a peer computes the same."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from feature_bars import Floats, History, random_history
from feature_checks import NotEqualError, check_equal, check_rejects
from feature_drivers import Engine, OurLibrary, TalibC
from feature_families import Family, Grid, grid_of, peer_columns

PATHS = ("scalar", "avx2", "avx512")
CHECKED_BARS = 30_000


@lru_cache(maxsize=1)
def library() -> OurLibrary:
    """Our engine on the path that it chooses by itself."""
    return OurLibrary()


@lru_cache(maxsize=1)
def libraries() -> tuple[OurLibrary, ...]:
    """Our engine on each path that this machine has."""
    found = []
    for path in PATHS:
        try:
            found.append(OurLibrary(path))
        except RuntimeError as error:
            print(f"  {path} is left out: {error}")
    return tuple(found)


@lru_cache(maxsize=8)
def history(bars: int) -> History:
    """The bars of the benchmarks."""
    return random_history(bars)


@lru_cache(maxsize=1)
def grid() -> Grid:
    """Families times windows of this catalogue."""
    return grid_of(library().names())


def ns(seconds: float, count: int) -> float:
    """Seconds of `count` pieces of work as nanoseconds of one."""
    return seconds / count * 1e9


def warmup(columns: Sequence[str]) -> int:
    """Bars before the first row of a plan of these columns."""
    engine = Engine(library(), columns)
    bars = engine.warmup_bars
    engine.close()
    return bars


def streaming(path: OurLibrary, columns: Sequence[str], bars: History, warm: int) -> Callable[[], float]:
    """Return a run from the same warm state over the same bars each time, one call a bar."""
    engine = Engine(path, columns)
    engine.stream(bars, 0, warm)
    engine.remember()

    def run() -> float:
        engine.rewind()
        return engine.stream(bars, warm, len(bars))

    return run


@dataclass(frozen=True, slots=True)
class Ours:
    """Our features of a history in doubles, and the first row at which all are valid."""

    values: Floats
    first: int


def our_values(bars: History, columns: Sequence[str]) -> Ours:
    """Compute columns over a history; the float32 rows of the stream must be these, rounded once."""
    engine = Engine(library(), columns)
    values = np.empty((len(bars), len(columns)))
    engine.batch(bars, values)
    rows = np.empty(values.shape, dtype=np.float32)
    engine.stream(bars, 0, len(bars), rows)
    assert np.array_equal(rows, values.astype(np.float32), equal_nan=True), "the stream's rows are not the batch's"
    first = engine.warmup_bars
    engine.close()
    assert first < len(bars) // 2, f"{first} bars of warm-up leave too little of {len(bars)} to compare"
    return Ours(values, first)


def check_paths(bars: History, columns: Sequence[str]) -> None:
    """Make sure that no path differs from another in a bit."""
    matrices = []
    for path in libraries():
        engine = Engine(path, columns)
        matrices.append(np.empty((len(bars), len(columns))))
        engine.batch(bars, matrices[-1])
        engine.close()
    first, *others = libraries()
    for path, matrix in zip(others, matrices[1:], strict=True):
        assert np.array_equal(matrices[0].view(np.int64), matrix.view(np.int64)), f"{path.isa} differs from {first.isa}"


def check_grid(peer: str, outputs: Floats, bars: History, laid: Grid) -> int:
    """Hold a peer's outputs of the grid's calls against ours; returns the cells compared."""
    ours = our_values(bars, laid.columns)
    theirs = peer_columns(laid, bars, outputs)
    floors = [family.floor for family, _, _ in laid.members]
    return prove_equal(peer, laid.columns, ours, theirs, floors)


def talib_outputs(bars: History, laid: Grid) -> Floats:
    """Every output of the grid's calls, from TA-Lib's C streams, shape (outputs, T)."""
    talib = TalibC(laid.calls)
    outputs = np.full((talib.outputs, len(bars)), np.nan)
    talib.each(bars, 1000, outputs)
    talib.close()
    return outputs


def equal_members(
    peer: str, members: Iterable[tuple[Family, int]], values: Floats, bars: History
) -> tuple[list[tuple[Family, int]], list[str]]:
    """Keep the columns in which a peer computes what we do; returns those, and a line on each other feature."""
    asked = list(members)
    ours = our_values(bars, [family.column(window) for family, window in asked])
    kept: list[tuple[Family, int]] = []
    errors: dict[str, list[str]] = {}
    for k, (family, window) in enumerate(asked):
        one = Ours(ours.values[:, k : k + 1], ours.first)
        try:
            prove_equal(peer, [family.column(window)], one, values[:, k : k + 1], [family.floor])
        except NotEqualError as error:
            errors.setdefault(family.feature, []).append(str(error))
        else:
            kept.append((family, window))
    return kept, [f"{found[0]} (and {len(found) - 1} more windows)" for found in errors.values()]


def prove_equal(peer: str, names: Sequence[str], ours: Ours, theirs: Floats, floors: Sequence[float]) -> int:
    """Check the rows in which ours are valid, and that the check would see a difference; returns the cells compared."""
    own, other = ours.values[ours.first :], theirs[ours.first :]
    compared = check_equal(peer, names, own, other, floors)
    check_rejects(peer, names, own, other, floors)
    return compared
