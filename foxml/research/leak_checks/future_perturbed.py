"""Rows of the dataset must be what they were if everything after them had been different."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.errors import FeatureError
from foxml.research.feature_checks.history import History
from foxml.research.leak_checks.effort import Effort
from foxml.research.leak_checks.findings import Clue, Limits, Observation, Scope, Verdict
from foxml.research.leak_checks.material import FeatureComputer, Material
from foxml.research.leak_checks.probe import Probe

__all__ = ["future_perturbed"]

_FUTURE_BARS: Final = 130  # a higher bar that is open when the future begins ends within it


def future_perturbed(material: Material, effort: Effort, limits: Limits, probe: Probe) -> Observation:
    """Compute the rows again, by the computer that training used, from bars whose future is cut off, noise, or NaN.

    Every row up to that moment is compared to the bit with the dataset's own.
    """
    computer = material.computer
    if computer is None or not material.histories:
        return Observation(
            Scope(), "neither bars nor a computer were given: rows cannot be computed again", applies=False
        )
    rng = np.random.default_rng([effort.seed, 11])
    histories = [h for h in material.histories if h.symbol in material.symbols][: effort.symbols_max]
    tally = _Tally(material)
    for number, history in enumerate(histories):
        probe.progress(f"{history.symbol}: other futures", number, len(histories))
        own = np.flatnonzero(material.data.symbol == material.symbols.index(history.symbol))
        if not len(own):
            continue
        first = int(np.searchsorted(history.bars.close_ns, material.data.t0_ns[own].min()))
        most = len(history) - 1
        if first + 1 > most:
            continue
        cuts = sorted({most, *rng.integers(first + 1, most + 1, max(effort.cuts - 1, 0)).tolist()})
        for known in cuts:
            _perturb(computer, history, known, own, tally, rng)
    scope = Scope(len(tally.rows), 0, len(material.data.feature_names), len(histories), tally.histories)
    summary = (
        f"{tally.compared:,} rows of {tally.histories} histories with another future, {tally.refused} of which were "
        "refused"
    )
    return Observation(scope, summary, tally.clues())


class _Tally:
    def __init__(self, material: Material) -> None:
        self.material = material
        self.compared = 0
        self.histories = 0
        self.refused = 0
        self.rows: set[int] = set()
        self._differing = np.zeros(len(material.data.feature_names), dtype=np.int64)
        self._first: dict[int, str] = {}
        self._scores = 0

    def compare(self, found: NDArray[np.float32], rows: NDArray[np.int64], where: str) -> None:
        """Compare to the bit; NaN equals NaN."""
        data = self.material.data
        expected = data.rows[rows]
        apart = (found.view(np.int32) != expected.view(np.int32)) & ~(np.isnan(found) & np.isnan(expected))
        self.compared += len(rows)
        self.rows.update(rows.tolist())
        self._differing += apart.sum(axis=0)
        symbol = self.material.symbols[int(data.symbol[rows[0]])] if len(rows) else ""
        for column in np.flatnonzero(apart.any(axis=0)).tolist():
            at = int(apart[:, column].argmax())
            moment = np.datetime64(int(data.t0_ns[rows[at]]), "ns").astype("datetime64[s]")
            self._first.setdefault(
                column,
                f"{where}: first {symbol} {moment} UTC: {float(found[at, column])!r} for "
                f"{float(expected[at, column])!r}",
            )
        model = self.material.model
        if model is not None and apart.any():
            self._scores += int((model.scores(found) != model.scores(expected)).sum())

    def clues(self) -> tuple[Clue, ...]:
        """Columns that changed, the most often changed first."""
        names = self.material.data.feature_names
        ordered = sorted(self._first, key=lambda column: -int(self._differing[column]))
        found = [
            Clue(
                Verdict.FAIL,
                names[column],
                f"{int(self._differing[column]):,} of {self.compared:,} rows change with their future; "
                f"{self._first[column]}",
            )
            for column in ordered
        ]
        if self._scores and self.material.model is not None:
            found.append(
                Clue(Verdict.FAIL, self.material.model.name, f"{self._scores:,} scores change with their future")
            )
        return tuple(found)


def _perturb(
    computer: FeatureComputer,
    history: History,
    known: int,
    own: NDArray[np.int64],
    tally: _Tally,
    rng: np.random.Generator,
) -> None:
    data_t0 = tally.material.data.t0_ns[own]
    last_ns = int(history.bars.close_ns[known - 1])
    rows = own[data_t0 <= last_ns]
    if not len(rows):
        return
    at = np.searchsorted(history.bars.close_ns, tally.material.data.t0_ns[rows])
    part = history.part(0, min(len(history), known + _FUTURE_BARS))
    futures = {
        "cut off": history.part(0, known),
        "noise": part.with_future(known, part.noise_after(known, rng)),
        "NaN": part.with_future(known, np.full((len(part) - known, 5), np.nan)),
    }
    for word, other in futures.items():
        try:
            found = computer.compute(other.bars, other.actions, other.benchmark)
        except FeatureError:
            if word != "NaN":
                raise
            tally.refused += 1  # such bars are refused: no row can owe anything to them
            continue
        tally.histories += 1
        tally.compare(np.ascontiguousarray(found.values[at]), rows, f"{word} after it")
