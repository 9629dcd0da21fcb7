"""The streaming feature engine, and the batch that is a loop over it."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from foxml import _core
from foxml.domain.bars import CLOSE, BarSlice, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import FeatureError
from foxml.features.plan import FeaturePlan
from foxml.features.research_columns import not_live_capable
from foxml.features.results import Adjustment, AdjustmentLike, FeatureMatrix, SliceFeatures
from foxml.features.scales import explained, scale_of

__all__ = ["Adjustment", "AdjustmentLike", "FeatureEngine", "FeatureMatrix", "SliceFeatures"]

_OnSlice = Callable[[int, int, int, NDArray[np.float64], NDArray[np.bool_]], SliceFeatures]
_Model = _core.Forest | _core.SmallModel
_Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
_Factors = tuple[int, float, float, bool]
_History = tuple[
    tuple[float, float],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.float64],
    list[_Factors],
    NDArray[np.float64] | None,
]


class FeatureEngine:
    """Feature state and models of many symbols.

    Parameters
    ----------
    plan : FeaturePlan
    symbols : sequence of str, optional
        Symbols of the plan, in the order of every slice; all of them, in the plan's order, if None.
    models : sequence of the compiled models of `foxml.models`, their `native`
        Each scores every row in the same call; their columns must be the plan's.

    Raises
    ------
    FeatureError
        If a symbol is not in the plan, the plan's benchmark is not among them, or a model takes other features.
    """

    def __init__(
        self, plan: FeaturePlan, symbols: Sequence[str] | None = None, *, models: Sequence[_Model] = ()
    ) -> None:
        if not plan.live_capable:
            raise FeatureError(not_live_capable(tuple(column.name for column in plan.research)))
        self._plan = plan
        self._symbols = plan.symbols if symbols is None else tuple(symbols)
        self._instruments = {instrument.symbol: instrument for instrument in plan.instruments}
        if len(set(self._symbols)) != len(self._symbols):
            raise FeatureError(f"symbols must differ, found {', '.join(self._symbols)}")
        if plan.benchmark is not None and plan.benchmark not in self._symbols:
            raise FeatureError(
                f"the plan compares with {plan.benchmark}, which is not among the symbols {', '.join(self._symbols)}"
            )
        self._benchmark = None if plan.benchmark is None else self._symbols.index(plan.benchmark)
        for i, model in enumerate(models):
            _check_columns(i, model, plan.names)
        self._native_plan = plan.native()
        try:
            self._native = _core.Engine(
                self._native_plan,
                [scale_of(self._instrument(symbol)) for symbol in self._symbols],
                list(models),
                f"{plan.sha256} {' '.join(self._symbols)}",
                self._benchmark,
            )
        except ValueError as error:
            raise FeatureError(str(error)) from None
        self._on_slice: _OnSlice = self._native.slice_call(SliceFeatures)
        self._interval_ns = plan.interval_ns
        self._checked_symbols = self._symbols

    @property
    def plan(self) -> FeaturePlan:
        """What the rows are."""
        return self._plan

    @property
    def symbols(self) -> tuple[str, ...]:
        """What a slice's rows are, in order."""
        return self._symbols

    @property
    def warmup_bars(self) -> int:
        """Bars of a symbol before its first row."""
        return self._plan.warmup_bars

    def update(self, bar_slice: BarSlice) -> SliceFeatures:
        """Take in a slice.

        Raises
        ------
        FeatureError
            If the slice is of another universe or interval, or a present bar cannot be the next one of its symbol: not
            finite, a price that is not positive, high below low, negative volume, time going back. Names the symbol,
            the time and the reason; no symbol has changed.
        """
        if bar_slice.symbols is not self._checked_symbols or bar_slice.interval_ns != self._interval_ns:
            self._check_slice(bar_slice)
            self._checked_symbols = bar_slice.symbols
        try:
            return self._on_slice(
                bar_slice.close_ns,
                bar_slice.session_open_ns,
                bar_slice.session_close_ns,
                bar_slice.ohlcv,
                bar_slice.present,
            )
        except TypeError:
            plain = _plain(bar_slice)
            if plain is bar_slice:
                raise
            return self.update(plain)
        except _core.RefusedBar as error:
            index, close_ns, reason = error.args
            if index < 0:
                raise FeatureError(f"the slice at {_utc(close_ns)}: {reason}") from None
            told = explained(reason, self._instrument(self._symbols[index]), bar_slice.ohlcv[index].tolist())
            raise FeatureError(f"{self._symbols[index]} at {_utc(close_ns)}: {told}") from None

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        """Put a symbol's past on the terms after a corporate action, by building its state anew from the bars kept.

        Parameters
        ----------
        symbol_index : int
            Row of the symbol in every slice.
        price_factor, volume_factor : float
            Every earlier price and volume is multiplied by them.

        Raises
        ------
        FeatureError
            If there is no such symbol, or its past cannot be adjusted so; nothing has changed then.
        """
        if not 0 <= symbol_index < len(self._symbols):
            raise FeatureError(f"symbol_index: found {symbol_index}, expected one of {len(self._symbols)} symbols")
        try:
            self._native.adjust(symbol_index, price_factor, volume_factor)
        except ValueError as error:
            symbol = self._symbols[symbol_index]
            raise FeatureError(f"{symbol}: {explained(str(error), self._instrument(symbol))}") from None

    @overload
    def batch(
        self,
        bars: SymbolBars,
        adjustments: Sequence[AdjustmentLike] = (),
        *,
        benchmark_close: NDArray[np.float64] | None = None,
    ) -> FeatureMatrix[np.float32]: ...
    @overload
    def batch(
        self,
        bars: SymbolBars,
        adjustments: Sequence[AdjustmentLike] = (),
        *,
        benchmark_close: NDArray[np.float64] | None = None,
        double: Literal[True],
    ) -> FeatureMatrix[np.float64]: ...
    def batch(
        self,
        bars: SymbolBars,
        adjustments: Sequence[AdjustmentLike] = (),
        *,
        benchmark_close: NDArray[np.float64] | None = None,
        double: bool = False,
    ) -> FeatureMatrix[np.float32] | FeatureMatrix[np.float64]:
        """Compute a whole history of one symbol: the streaming update in a loop, from a fresh state of its own.

        The rows equal those of `update` to the bit. The engine's own state is neither read nor changed, and other
        threads run meanwhile.

        Parameters
        ----------
        bars : SymbolBars
            Raw, of a symbol of the plan and of its interval.
        adjustments : sequence of Adjustment
            Sorted by `before_bar`.
        benchmark_close : ndarray of float64, shape (T,), optional
            Raw close of the plan's benchmark at the moment of each bar, NaN where it has no bar. Not needed for the
            benchmark itself.
        double : bool, default False
            Give the doubles that the float32 values are rounded from.

        Raises
        ------
        FeatureError
            Names the symbol, and the row and time of a bar that is refused.
        """
        self._check_interval(bars)
        compute: Any = _core.batch_double if double else _core.batch
        try:
            values, ready = compute(self._native_plan, *self._history(bars, adjustments, benchmark_close))
        except _core.RefusedBar as error:
            raise FeatureError(self._refused(bars, error.args[0], error)) from None
        except (ValueError, TypeError) as error:
            raise FeatureError(f"{bars.symbol}: {explained(str(error), self._instrument(bars.symbol))}") from None
        return FeatureMatrix(values, ready, self._plan.names)

    def batch_many(
        self,
        histories: Sequence[SymbolBars],
        adjustments: Sequence[Sequence[AdjustmentLike]],
        benchmark_closes: Sequence[NDArray[np.float64] | None],
    ) -> list[FeatureMatrix[np.float32]]:
        """Compute the histories of many symbols, eight at a time side by side; each as `batch` does, to the bit.

        Parameters
        ----------
        histories : sequence of SymbolBars
        adjustments, benchmark_closes : sequence, one for each history
            As for `batch`.

        Raises
        ------
        FeatureError
            As `batch`, of the first history that is refused.
        """
        each = list(zip(histories, adjustments, benchmark_closes, strict=True))
        for bars in histories:
            self._check_interval(bars)
        try:
            found = _core.batch_many(self._native_plan, [self._history(*one) for one in each])
        except (ValueError, TypeError):
            # One by one they are told apart.
            return [self.batch(bars, due, benchmark_close=closes) for bars, due, closes in each]
        return [FeatureMatrix(values, ready, self._plan.names) for values, ready in found]

    def extend(
        self,
        bars: SymbolBars,
        adjustments: Sequence[AdjustmentLike] = (),
        *,
        benchmark_close: NDArray[np.float64] | None = None,
    ) -> FeatureMatrix[np.float32]:
        """Take in more bars of one symbol and give their rows: a history in parts, each going on where the last ended.

        For an engine of this symbol, and of the plan's benchmark where it has one. The rows of all parts equal those
        of `batch` over the whole history to the bit.

        Parameters
        ----------
        bars : SymbolBars
            Raw, all after the symbol's last.
        adjustments : sequence of Adjustment
            Sorted by `before_bar`; 0 is before the first of these bars.
        benchmark_close : ndarray of float64, shape (T,), optional
            As for `batch`.

        Raises
        ------
        FeatureError
            Names the symbol, and the row and time of a bar that is refused; nothing has changed then.
        """
        self._check_interval(bars)
        if set(self._symbols) != {bars.symbol, self._plan.benchmark or bars.symbol}:
            raise FeatureError(f"{bars.symbol}: found an engine of {', '.join(self._symbols)}, expected one of its own")
        closes, adjustments = self._beside_benchmark(bars, benchmark_close, adjustments)
        try:
            values, ready = self._native.extend(
                self._symbols.index(bars.symbol), *_columns(bars), _factors(adjustments), closes
            )
        except _core.RefusedBar as error:
            raise FeatureError(self._refused(bars, error.args[0], error)) from None
        except (ValueError, TypeError) as error:
            raise FeatureError(f"{bars.symbol}: {explained(str(error), self._instrument(bars.symbol))}") from None
        return FeatureMatrix(values, ready, self._plan.names)

    def snapshot(self) -> bytes:
        """Return the whole state, checksummed, for `restore` of an engine of the same plan and symbols."""
        return self._native.snapshot()

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot.

        Raises
        ------
        FeatureError
            If the snapshot is cut short, damaged, or of another plan, kernel or list of symbols; nothing has changed.
        """
        try:
            self._native.restore(data)
        except ValueError as error:
            raise FeatureError(str(error)) from None

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self._instruments.get(symbol)
        if instrument is None:
            raise FeatureError(f"{symbol} is not in the plan, which has {', '.join(self._instruments)}")
        return instrument

    def _history(
        self, bars: SymbolBars, adjustments: Sequence[AdjustmentLike], closes: NDArray[np.float64] | None
    ) -> _History:
        closes, adjustments = self._beside_benchmark(bars, closes, adjustments)
        return scale_of(self._instrument(bars.symbol)), *_columns(bars), _factors(adjustments), closes

    def _refused(self, bars: SymbolBars, row: int, error: _core.RefusedBar) -> str:
        _, close_ns, reason = error.args
        told = explained(reason, self._instrument(bars.symbol), bars.ohlcv[row].tolist())
        return f"{bars.symbol}, row {row} at {_utc(close_ns)}: {told}"

    def _beside_benchmark(
        self, bars: SymbolBars, closes: NDArray[np.float64] | None, adjustments: Sequence[AdjustmentLike]
    ) -> tuple[NDArray[np.float64] | None, Sequence[AdjustmentLike]]:
        """Return the benchmark's closes beside the bars, and the adjustments with its own."""
        if self._plan.benchmark is None:
            return None, [a for a in adjustments if not a.of_benchmark]
        if bars.symbol == self._plan.benchmark:
            own = [a for a in adjustments if not a.of_benchmark]
            both = [(a, Adjustment(a.before_bar, a.price_factor, a.volume_factor, of_benchmark=True)) for a in own]
            return np.ascontiguousarray(bars.ohlcv[:, CLOSE]), [a for pair in both for a in pair]
        if closes is None or closes.shape != (len(bars),):
            found = "none" if closes is None else f"the shape {closes.shape}"
            raise FeatureError(
                f"{bars.symbol}: benchmark_close: found {found}, expected {len(bars)} closes of {self._plan.benchmark}"
            )
        return np.ascontiguousarray(closes, dtype=np.float64), adjustments

    def _check_interval(self, bars: SymbolBars) -> None:
        if bars.interval_ns != self._plan.interval_ns:
            raise FeatureError(
                f"{bars.symbol}: found bars of {bars.interval_ns} ns, expected those of the plan, "
                f"{self._plan.interval_ns} ns"
            )

    def _check_slice(self, bar_slice: BarSlice) -> None:
        if bar_slice.symbols != self._symbols:
            raise FeatureError(
                f"slice {bar_slice.sequence}: found the symbols {', '.join(bar_slice.symbols)}, "
                f"expected {', '.join(self._symbols)}"
            )
        if bar_slice.interval_ns != self._plan.interval_ns:
            raise FeatureError(
                f"slice {bar_slice.sequence}: found bars of {bar_slice.interval_ns} ns, expected "
                f"{self._plan.interval_ns} ns"
            )


def _plain(bar_slice: BarSlice) -> BarSlice:
    """Return the slice in arrays as the kernel reads them: itself where they are such."""
    ohlcv = np.ascontiguousarray(bar_slice.ohlcv, dtype=np.float64)
    present = np.ascontiguousarray(bar_slice.present, dtype=np.bool_)
    if ohlcv is bar_slice.ohlcv and present is bar_slice.present:
        return bar_slice
    return dataclasses.replace(bar_slice, ohlcv=ohlcv, present=present)


def _columns(bars: SymbolBars) -> _Columns:
    return (
        np.ascontiguousarray(bars.close_ns, dtype=np.int64),
        np.ascontiguousarray(bars.session_open_ns, dtype=np.int64),
        np.ascontiguousarray(bars.session_close_ns, dtype=np.int64),
        np.ascontiguousarray(bars.ohlcv, dtype=np.float64),
    )


def _factors(adjustments: Sequence[AdjustmentLike]) -> list[_Factors]:
    return [(a.before_bar, a.price_factor, a.volume_factor, a.of_benchmark) for a in adjustments]


def _check_columns(index: int, model: _Model, names: Sequence[str]) -> None:
    """Refuse a model that names other columns; one that numbers them (``Column_0`` ...) is taken at its count."""
    found = model.feature_names
    if model.feature_count != len(names):
        raise FeatureError(f"models[{index}]: takes {model.feature_count} features, the plan has {len(names)}")
    if not found or found == [f"Column_{i}" for i in range(len(found))]:
        return
    for i, (own, planned) in enumerate(zip(found, names, strict=True)):
        if own != planned:
            raise FeatureError(f"models[{index}]: column {i} is {own}, in the plan it is {planned}")


def _utc(close_ns: int) -> str:
    return str(np.datetime_as_string(np.datetime64(close_ns, "ns"), unit="s")) + "Z"
