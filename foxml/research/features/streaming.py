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
"""Magic, format, whose state it is, number of symbols; then for each the length of its state and the state; then the
SHA-256 of all that."""
_LENGTH: Final = struct.Struct("<Q")
_SUM_BYTES: Final = 32
_PRESENT: Final = np.ones(1, dtype=np.bool_)


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

    Each symbol has a clock of its own: bars of one symbol come in order, those of different symbols in any.

    Parameters
    ----------
    plan : FeaturePlan
    symbols : sequence of str, optional
        Symbols of the plan; all of them if None.

    Raises
    ------
    FeatureError
        If a symbol is not in the plan, or given twice.
    """

    def __init__(self, plan: FeaturePlan, symbols: Sequence[str] | None = None) -> None:
        self._plan = plan
        self._symbols = plan.symbols if symbols is None else tuple(symbols)
        if len(set(self._symbols)) != len(self._symbols):
            raise FeatureError(f"symbols must differ, found {', '.join(self._symbols)}")
        self._engines = self._fresh()

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
        moment = BarSlice(
            sequence=0,
            interval_ns=self._plan.interval_ns,
            close_ns=bar.close_ns,
            received_ns=bar.close_ns,
            session_open_ns=bar.session_open_ns,
            session_close_ns=bar.session_close_ns,
            symbols=(bar.symbol,),
            ohlcv=np.array([[bar.open, bar.high, bar.low, bar.close, bar.volume]], dtype=np.float64),
            present=_PRESENT,
        )
        found = self._engine(bar.symbol).update(moment)
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

    def snapshot(self) -> bytes:
        """Return the whole state, checksummed, for `restore` of a builder of the same plan and symbols."""
        parts = [_HEAD.pack(_MAGIC, _FORMAT, self._identity(), len(self._symbols))]
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
        states = self._unsealed(data)
        engines = self._fresh()
        for engine, state in zip(engines.values(), states, strict=True):
            engine.restore(state)
        self._engines = engines

    def _fresh(self) -> dict[str, FeatureEngine]:
        return {symbol: FeatureEngine(self._plan, [symbol]) for symbol in self._symbols}

    def _engine(self, symbol: str) -> FeatureEngine:
        if symbol not in self._engines:
            raise FeatureError(f"{symbol} is not one of {', '.join(self._symbols)}")
        return self._engines[symbol]

    def _identity(self) -> bytes:
        return hashlib.sha256(f"{self._plan.sha256} {' '.join(self._symbols)}".encode()).digest()

    def _unsealed(self, data: bytes) -> list[bytes]:
        """Return the state of each symbol, provided that the snapshot is whole and ours."""
        if len(data) < _HEAD.size + _SUM_BYTES:
            raise FeatureError(f"snapshot: expected at least {_HEAD.size + _SUM_BYTES} bytes, found {len(data)}")
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
        states, at = [], _HEAD.size
        for _ in range(count):
            (length,) = _LENGTH.unpack_from(body, at)
            at += _LENGTH.size
            states.append(body[at : at + length])
            at += length
        return states
