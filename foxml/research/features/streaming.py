"""Features of bars as they come, of any number of symbols."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import BarSlice
from foxml.errors import FeatureError
from foxml.features import FeatureEngine, FeaturePlan

__all__ = ["StreamingFeatureBuilder", "SymbolBar"]

_MAGIC: Final = b"FOXMLSFB"
_FORMAT: Final = 1
_HEAD: Final = struct.Struct("<8sI32sI")
"""Magic, format, whose state it is, number of symbols; then the benchmark's last bar; then for each symbol the length
of its state and the state; then the SHA-256 of all that."""
_LATEST: Final = struct.Struct("<q5d")
_LENGTH: Final = struct.Struct("<Q")
_SUM_BYTES: Final = 32
_NEVER: Final = -(2**63)


@dataclass(frozen=True, slots=True)
class SymbolBar:
    """One bar of one symbol.

    Attributes
    ----------
    symbol : str
    close_ns : int
        When it ended and became known.
    session_open_ns, session_close_ns : int
        Bounds of the session that it belongs to.
    open, high, low, close : float
        Raw, in dollars.
    volume : float
        In shares.
    """

    symbol: str
    close_ns: int
    session_open_ns: int
    session_close_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class StreamingFeatureBuilder:
    """Bars of many symbols, one at a time, to rows.

    Each symbol has a clock of its own: bars of one symbol come in order, those of different symbols in any, but for the
    plan's benchmark: its bar of a moment comes before those of the symbols that are compared with it.

    Parameters
    ----------
    plan : FeaturePlan
    symbols : sequence of str, optional
        Symbols of the plan; all of them if None.

    Raises
    ------
    FeatureError
        If a symbol is not in the plan or given twice, or the plan's benchmark is not among them.
    """

    def __init__(self, plan: FeaturePlan, symbols: Sequence[str] | None = None) -> None:
        self._plan = plan
        self._symbols = plan.symbols if symbols is None else tuple(symbols)
        if len(set(self._symbols)) != len(self._symbols):
            raise FeatureError(f"symbols must differ, found {', '.join(self._symbols)}")
        if plan.benchmark is not None and plan.benchmark not in self._symbols:
            raise FeatureError(
                f"the plan compares with {plan.benchmark}, which is not among the symbols {', '.join(self._symbols)}"
            )
        self._engines = self._fresh()
        self._latest: tuple[int, NDArray[np.float64]] | None = None

    @property
    def plan(self) -> FeaturePlan:
        """What the rows are."""
        return self._plan

    @property
    def symbols(self) -> tuple[str, ...]:
        """Whose bars are taken."""
        return self._symbols

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of a row."""
        return self._plan.names

    @property
    def warmup_bars(self) -> int:
        """Bars of a symbol before its first row."""
        return self._plan.warmup_bars

    def update(self, bar: SymbolBar) -> NDArray[np.float32] | None:
        """Take in a bar.

        Returns
        -------
        ndarray of float32, shape (F,), or None
            The row that is known when the bar ends, NaN in cells without a value; None while the symbol warms up.

        Raises
        ------
        FeatureError
            If the symbol is unknown or the bar cannot be its next; nothing has changed then.
        """
        engine = self._engine(bar.symbol)
        ohlcv = np.full((len(engine.symbols), 5), np.nan)
        ohlcv[0] = (bar.open, bar.high, bar.low, bar.close, bar.volume)
        if len(ohlcv) > 1 and self._latest is not None and self._latest[0] == bar.close_ns:
            ohlcv[1] = self._latest[1]
        found = engine.update(
            BarSlice(
                sequence=0,
                interval_ns=self._plan.interval_ns,
                close_ns=bar.close_ns,
                received_ns=bar.close_ns,
                session_open_ns=bar.session_open_ns,
                session_close_ns=bar.session_close_ns,
                symbols=engine.symbols,
                ohlcv=ohlcv,
                present=np.array([True, *(~np.isnan(ohlcv[1:, 0]))]),
            )
        )
        if bar.symbol == self._plan.benchmark:
            self._latest = bar.close_ns, ohlcv[0]
        return found.rows[0] if found.ready[0] else None

    def adjust(self, symbol: str, price_factor: float, volume_factor: float) -> None:
        """Put a symbol's past on the terms after a corporate action, before its next bar.

        Parameters
        ----------
        symbol : str
        price_factor, volume_factor : float
            Every earlier price and volume is multiplied by them; `foxml.bars.actions.adjustment_factors` gives them.

        Raises
        ------
        FeatureError
            If the symbol is unknown or its past cannot be adjusted so; nothing has changed then.
        """
        self._engine(symbol).adjust(0, price_factor, volume_factor)
        if symbol == self._plan.benchmark:
            for other, engine in self._engines.items():
                if other != symbol:
                    engine.adjust(1, price_factor, volume_factor)

    def snapshot(self) -> bytes:
        """Return the whole state, checksummed, for `restore` of a builder of the same plan and symbols."""
        parts = [_HEAD.pack(_MAGIC, _FORMAT, self._identity(), len(self._symbols))]
        close_ns, ohlcv = (_NEVER, np.zeros(5)) if self._latest is None else self._latest
        parts.append(_LATEST.pack(close_ns, *ohlcv.tolist()))
        for symbol in self._symbols:
            state = self._engines[symbol].snapshot()
            parts += [_LENGTH.pack(len(state)), state]
        body = b"".join(parts)
        return body + hashlib.sha256(body).digest()

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot.

        Raises
        ------
        FeatureError
            If it is cut short, damaged, of another version, or of another plan or list of symbols; nothing has changed
            then.
        """
        body = self._unsealed(data)
        close_ns, *ohlcv = _LATEST.unpack_from(body)
        engines, at = self._fresh(), _LATEST.size
        for engine in engines.values():
            (length,) = _LENGTH.unpack_from(body, at)
            at += _LENGTH.size
            engine.restore(body[at : at + length])
            at += length
        self._engines = engines
        self._latest = None if close_ns == _NEVER else (close_ns, np.array(ohlcv))

    def _fresh(self) -> dict[str, FeatureEngine]:
        beside = [] if self._plan.benchmark is None else [self._plan.benchmark]
        own = {symbol: list(dict.fromkeys([symbol, *beside])) for symbol in self._symbols}
        return {symbol: FeatureEngine(self._plan, symbols) for symbol, symbols in own.items()}

    def _engine(self, symbol: str) -> FeatureEngine:
        if symbol not in self._engines:
            raise FeatureError(f"{symbol} is not one of {', '.join(self._symbols)}")
        return self._engines[symbol]

    def _identity(self) -> bytes:
        return hashlib.sha256(f"{self._plan.sha256} {' '.join(self._symbols)}".encode()).digest()

    def _unsealed(self, data: bytes) -> bytes:
        """Return what follows the head, provided that the snapshot is whole and ours."""
        if len(data) < _HEAD.size + _LATEST.size + _SUM_BYTES:
            raise FeatureError(f"snapshot: found {len(data)} bytes, fewer than any has")
        magic, version, identity, count = _HEAD.unpack_from(data)
        if magic != _MAGIC:
            raise FeatureError("snapshot: these bytes are not one of a StreamingFeatureBuilder")
        if version != _FORMAT:
            raise FeatureError(f"snapshot: found format {version}, expected {_FORMAT}")
        body, checksum = data[:-_SUM_BYTES], data[-_SUM_BYTES:]
        if hashlib.sha256(body).digest() != checksum:
            raise FeatureError("snapshot: damaged or cut short: its checksum does not fit")
        if identity != self._identity() or count != len(self._symbols):
            raise FeatureError("snapshot: of another plan, kernel or list of symbols")
        return body[_HEAD.size :]
