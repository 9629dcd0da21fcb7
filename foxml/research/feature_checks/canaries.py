"""Features that are wrong on purpose: a check that does not catch them proves nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import BarSlice, SymbolBars
from foxml.errors import FeatureError
from foxml.features import SliceFeatures
from foxml.research.feature_checks.computed import ComputedSource, ComputedStream
from foxml.research.feature_checks.findings import Check
from foxml.research.feature_checks.history import History
from foxml.research.feature_checks.source import FeatureSource
from foxml.research.features.user import BarColumns, ResearchFeature

__all__ = ["CANARIES", "HONEST", "Canary", "canary_bars"]

_WINDOW: Final = 20
_LANES: Final = 8
_FIVE_MINUTES_NS: Final = 300_000_000_000
_DAY_NS: Final = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Canary:
    """A feature and what has to be found wrong with it.

    Attributes
    ----------
    name : str
    fault : str or None
        What the feature does; None for the honest one.
    caught_by : tuple of Check
        The checks that exist for this fault; others may catch it, too.
    source : callable
    """

    name: str
    fault: str | None
    caught_by: tuple[Check, ...]
    source: Callable[[], FeatureSource]


def _distance_from_mean(bars: BarColumns) -> NDArray[np.float64]:
    found = np.full(len(bars), np.nan)
    if len(bars) >= _WINDOW:
        windows = np.lib.stride_tricks.sliding_window_view(bars.close, _WINDOW)
        found[_WINDOW - 1 :] = bars.close[_WINDOW - 1 :] / windows.mean(axis=1) - 1.0
    return found


def _next_return(bars: BarColumns) -> NDArray[np.float64]:
    following = np.append(bars.close[1:], bars.close[-1])
    return following / bars.close - 1.0


def _close_of_higher_bar(bars: BarColumns) -> NDArray[np.float64]:
    higher = (bars.close_ns - 1) // (3 * bars.interval_ns)
    last = np.searchsorted(higher, higher, side="right") - 1
    return bars.close[last] / bars.open - 1.0


def _distance_from_partial_mean(bars: BarColumns) -> NDArray[np.float64]:
    found = np.empty(len(bars))
    for i in range(len(bars)):
        found[i] = bars.close[i] / bars.close[max(0, i - _WINDOW + 1) : i + 1].mean() - 1.0
    return found


def _feature(name: str, warmup_bars: int, compute: Callable[[BarColumns], NDArray[np.float64]]) -> ResearchFeature:
    return ResearchFeature(name, "canaries", "wrong on purpose", warmup_bars, compute)


class _OtherStream(ComputedStream):
    def row(self, i: int, interval_ns: int) -> NDArray[np.float64]:
        row = super().row(i, interval_ns).astype(np.float32)
        return np.nextafter(row, np.float32(np.inf)).astype(np.float64)


class _ForgetfulStream(ComputedStream):
    def snapshot(self) -> bytes:
        kept, self.bars = self.bars, [np.full_like(bars, bars[-1:]) if len(bars) else bars for bars in self.bars]
        data = super().snapshot()
        self.bars = kept
        return data


class _UnreadableStream(ComputedStream):
    def restore(self, data: bytes) -> None:
        raise FeatureError("a snapshot that it wrote itself, refused")


class _TaintedStream(ComputedStream):
    def update(self, bar_slice: BarSlice) -> SliceFeatures:
        found = super().update(bar_slice)
        if not np.isfinite(bar_slice.ohlcv[bar_slice.present]).all():
            raise FeatureError("a bar that is no number, refused after it was taken in")
        return found


class _CrossedStream(ComputedStream):
    def row(self, i: int, interval_ns: int) -> NDArray[np.float64]:
        return super().row((i + 2) % _LANES if i < _LANES <= len(self.symbols) else i, interval_ns)


def _crossed_batches() -> FeatureSource:
    class Source(ComputedSource):
        lanes = _LANES

        def rows_together(self, histories: Sequence[History]) -> list[NDArray[np.float32]]:
            rows = super().rows_together(histories)
            return rows[4:] + rows[:4] if len(rows) == _LANES else rows

    return Source([_feature("crossed_batches", _WINDOW - 1, _distance_from_mean)])


def _streamed_by(name: str, stream: type[ComputedStream], in_block: int = 1) -> Callable[[], FeatureSource]:
    class Source(ComputedSource):
        lanes = in_block

        def stream(self, symbols: Sequence[str]) -> ComputedStream:
            return stream(self, symbols)

    return lambda: Source([_feature(name, _WINDOW - 1, _distance_from_mean)])


def _computed(name: str, warmup_bars: int, compute: Callable[[BarColumns], NDArray[np.float64]]) -> FeatureSource:
    return ComputedSource([_feature(name, warmup_bars, compute)])


HONEST: Final = Canary(
    "honest",
    None,
    (),
    lambda: _computed("honest", _WINDOW - 1, _distance_from_mean),
)
"""Must pass: a check that fails everything proves as little."""

CANARIES: Final[Mapping[str, Canary]] = MappingProxyType(
    {
        canary.name: canary
        for canary in (
            Canary(
                "peeks_ahead",
                "reads the close of the next bar",
                (Check.TRUNCATED, Check.PERTURBED),
                lambda: _computed("peeks_ahead", 1, _next_return),
            ),
            Canary(
                "unfinished_higher_bar",
                "reads the close of a bar three times as long before it has ended",
                (Check.TRUNCATED, Check.PERTURBED),
                lambda: _computed("unfinished_higher_bar", 3, _close_of_higher_bar),
            ),
            Canary(
                "short_warmup",
                f"looks back over {_WINDOW} bars and declares a warm-up of 5",
                (Check.STARTED_LATE,),
                lambda: _computed("short_warmup", 5, _distance_from_partial_mean),
            ),
            Canary(
                "forgetful_snapshot",
                "loses what it has seen in a snapshot",
                (Check.RESTORED,),
                _streamed_by("forgetful_snapshot", _ForgetfulStream),
            ),
            Canary(
                "refused_snapshot",
                "does not take back its own snapshot",
                (Check.RESTORED,),
                _streamed_by("refused_snapshot", _UnreadableStream),
            ),
            Canary(
                "tainted_by_damage",
                "keeps a bar that it refused",
                (Check.DAMAGED,),
                _streamed_by("tainted_by_damage", _TaintedStream),
            ),
            Canary(
                "other_stream",
                "has a stream that differs from its batch in the last bit",
                (Check.STREAMED,),
                _streamed_by("other_stream", _OtherStream),
            ),
            Canary(
                "crossed_lanes",
                "gives a symbol another one's numbers where eight are streamed together",
                (Check.SIDE_BY_SIDE,),
                _streamed_by("crossed_lanes", _CrossedStream, _LANES),
            ),
            Canary(
                "crossed_batches",
                "gives a symbol another one's numbers where eight histories are computed together",
                (Check.SIDE_BY_SIDE,),
                _crossed_batches,
            ),
        )
    }
)


def canary_bars(seed: int, sessions: int = 4) -> tuple[SymbolBars, ...]:
    """Make two symbols' random walks in bars of 5 minutes: a market of the canaries' own, without a calendar."""
    per_session = 78
    rng = np.random.default_rng([seed, 4])
    day = np.repeat(np.arange(sessions, dtype=np.int64), per_session)
    place = np.tile(np.arange(1, per_session + 1, dtype=np.int64), sessions)
    open_ns = day * _DAY_NS + 52_200_000_000_000
    found = []
    for symbol in ("CANA", "CANB"):
        n = len(day)
        close = np.round(50.0 * np.exp(np.cumsum(rng.normal(0.0, 0.002, n))), 2)
        opened = np.append(close[:1], close[:-1])
        reach = np.round(rng.uniform(0.01, 0.2, (2, n)), 2)
        ohlcv = np.column_stack(
            [
                opened,
                np.maximum(opened, close) + reach[0],
                np.minimum(opened, close) - reach[1],
                close,
                rng.integers(100, 10_000, n).astype(np.float64),
            ]
        )
        found.append(
            SymbolBars(
                symbol,
                _FIVE_MINUTES_NS,
                open_ns + place * _FIVE_MINUTES_NS,
                open_ns,
                open_ns + per_session * _FIVE_MINUTES_NS,
                ohlcv,
            )
        )
    return tuple(found)
