"""Returns from a latency after the prediction to a horizon later, within the session, with a class for not trading."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, SymbolBars
from foxml.errors import DataError
from foxml.labels import PriceFactors, ewma_volatility
from foxml.numerics import log
from foxml.research.targets.panel import check_panel
from foxml.research.targets.table import Targets, gather

__all__ = ["ForwardSpec", "HFTForwardReturnsBuilder"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ForwardSpec:
    """Forward log returns ln(M[t + latency + horizon] / M[t + latency]).

    Attributes
    ----------
    horizons : tuple of float
        In `unit`.
    unit : {"bars", "seconds"}
        Bars are the symbol's own; whole numbers of them.
    latency : float
        From the prediction to the entry, in `unit`. With 0, the entry is the price that the features saw.
    spread_bps : float
        Full spread, where none is given bar by bar.
    fee_bps : float
        Of one leg.
    max_age_bars : float
        In seconds, the price at a moment is that of the last bar closed by then; one older than so many intervals is
        none.
    lam : float
        Decay of the volatility that sigma is made of.
    min_width_bps : float
        Least sigma.
    """

    horizons: tuple[float, ...]
    unit: Literal["bars", "seconds"] = "bars"
    latency: float = 1.0
    spread_bps: float = 0.0
    fee_bps: float = 0.0
    max_age_bars: float = 1.0
    lam: float = 0.94
    min_width_bps: float = 0.1

    def __post_init__(self) -> None:
        if self.unit not in ("bars", "seconds"):
            raise ValueError(f"unit must be bars or seconds, found {self.unit!r}")
        if not self.horizons or not all(h > 0 for h in self.horizons):
            raise ValueError(f"horizons must be positive, and at least one, found {list(self.horizons)}")
        for name in ("latency", "spread_bps", "fee_bps", "max_age_bars"):
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"{name} must not be negative, found {getattr(self, name)}")
        if self.unit == "bars" and any(x != int(x) for x in (*self.horizons, self.latency)):
            raise ValueError(f"horizons and latency must be whole bars, found {list(self.horizons)} and {self.latency}")
        if not 0.0 < self.lam < 1.0:
            raise ValueError(f"lam must lie between 0 and 1, found {self.lam}")
        if not self.min_width_bps > 0.0:
            raise ValueError(f"min_width_bps must be positive, found {self.min_width_bps}")

    def to_json(self) -> dict[str, Any]:
        """Return the definition as plain values."""
        return asdict(self)


class HFTForwardReturnsBuilder:
    """Short forward returns after a latency, never across a session's end.

    Parameters
    ----------
    spec : ForwardSpec
    symbols : sequence of str
        The universe, in its order.
    """

    def __init__(self, spec: ForwardSpec, symbols: Sequence[str]) -> None:
        self._spec = spec
        self._symbols = tuple(symbols)

    def build(
        self,
        histories: Sequence[SymbolBars],
        *,
        mids: Sequence[Floats] | None = None,
        spreads_bps: Sequence[Floats] | None = None,
    ) -> tuple[Targets, ...]:
        """Label every bar, once a horizon.

        Parameters
        ----------
        histories : sequence of SymbolBars
            In the order of the symbols. Splits and dividends fall between sessions, so none lies within a label.
        mids : sequence of ndarray of float64, optional
            For each history the mid price at each bar's close; NaN: none. By default the close.
        spreads_bps : sequence of ndarray of float64, optional
            For each history the full spread at each bar's close.

        Returns
        -------
        tuple of Targets
            In the order of the horizons. `ret` is the log return, `label` its sign, or 0 where it is not larger than
            the full spread at the entry and two fees. In seconds, `t1_ns` is the moment itself. Missing are:
            ``volatility_warming_up``, ``session_end``, ``horizon_past_data`` and ``no_price``.

        Raises
        ------
        DataError
            If a history, mid or spread cannot be, or a horizon in seconds is shorter than a bar.
        """
        check_panel(histories, self._symbols)
        spec = self._spec
        prices: Sequence[Floats] = [bars.ohlcv[:, CLOSE] for bars in histories]
        if mids is not None:
            prices = _checked("mids", mids, histories)
        spreads: Sequence[Floats]
        if spreads_bps is None:
            spreads = [np.full(len(bars), spec.spread_bps) for bars in histories]
        else:
            spreads = _checked("spreads_bps", spreads_bps, histories)
            for bars, spread in zip(histories, spreads, strict=True):
                wrong = np.flatnonzero(~(spread >= 0.0))
                if len(wrong):
                    found = spread[wrong[0]]
                    raise DataError(f"spreads_bps of {bars.symbol}: row {wrong[0]}: found {found}, expected at least 0")
        return tuple(
            gather([self._symbol(i, bars, prices[i], spreads[i], horizon) for i, bars in enumerate(histories)])
            for horizon in spec.horizons
        )

    def _symbol(self, i: int, bars: SymbolBars, price: Floats, spread: Floats, horizon: float) -> Targets:
        spec = self._spec
        reasons: dict[str, Mask] = {}
        none = PriceFactors(np.empty(0, dtype=np.int64), np.empty(0))
        if spec.unit == "bars":
            places, bars_ahead = _in_bars(bars, int(spec.latency), int(horizon)), horizon
        else:
            places, bars_ahead = _in_seconds(bars, spec, horizon), horizon * SECOND_NS / bars.interval_ns
        sigma = ewma_volatility(bars, none, spec.lam, cross_session=False) * sqrt(bars_ahead)
        reasons["volatility_warming_up"] = np.isnan(sigma)
        reasons["session_end"] = places.outside
        reasons["horizon_past_data"] = places.past
        begin, end = price[places.entry], price[places.end]
        known = (begin > 0.0) & (end > 0.0) & (begin < np.inf) & (end < np.inf)
        reasons["no_price"] = places.stale | ~known
        kept, missing = np.ones(len(bars), dtype=np.bool_), {}
        for reason, holds in reasons.items():
            missing[reason] = int((kept & holds).sum())
            kept &= ~holds
        ret = log(end[kept] / begin[kept])
        cost = (spread[places.entry[kept]] + 2.0 * spec.fee_bps) / 1e4
        return Targets(
            symbol=np.full(len(ret), i, dtype=np.int32),
            t0_ns=bars.close_ns[kept],
            t1_ns=places.t1_ns[kept],
            session_ns=bars.session_open_ns[kept],
            ret=ret,
            sigma=np.maximum(sigma[kept], spec.min_width_bps / 1e4),
            label=np.where(np.abs(ret) <= cost, 0.0, np.sign(ret)).astype(np.int8),
            ambiguous=np.zeros(len(ret), dtype=np.bool_),
            missing=missing,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Bars whose prices a label is made of, and why there may be none; shape (n,)."""

    entry: Ints
    end: Ints
    t1_ns: Ints
    outside: Mask
    past: Mask
    stale: Mask


def _in_bars(bars: SymbolBars, latency: int, horizon: int) -> _Places:
    n = len(bars)
    entry, end = np.arange(n) + latency, np.arange(n) + latency + horizon
    past = end >= n
    entry, end = np.minimum(entry, n - 1), np.minimum(end, n - 1)
    # Of a label that would end past the data, whether its session ended first is known where the last bar says so.
    outside = bars.session_open_ns[end] != bars.session_open_ns
    outside |= past & (bars.close_ns[end] >= bars.session_close_ns)
    return _Places(entry, end, bars.close_ns[end], outside, past, np.zeros(n, dtype=np.bool_))


def _in_seconds(bars: SymbolBars, spec: ForwardSpec, horizon: float) -> _Places:
    close = bars.close_ns
    if round(horizon * SECOND_NS) < bars.interval_ns:
        least = bars.interval_ns / SECOND_NS
        raise DataError(f"horizon: found {horizon:g} s, expected at least one bar of {bars.symbol}, {least:g} s")
    entry_ns = close + round(spec.latency * SECOND_NS)
    end_ns = entry_ns + round(horizon * SECOND_NS)
    entry = np.searchsorted(close, entry_ns, side="right") - 1
    end = np.searchsorted(close, end_ns, side="right") - 1
    age_ns = spec.max_age_bars * bars.interval_ns
    stale = (entry_ns - close[entry] > age_ns) | (end_ns - close[end] > age_ns) | (end == np.arange(len(bars)))
    return _Places(entry, end, end_ns, end_ns > bars.session_close_ns, end_ns > close[-1:], stale)


def _checked(name: str, arrays: Sequence[Floats], histories: Sequence[SymbolBars]) -> Sequence[Floats]:
    if len(arrays) != len(histories):
        raise DataError(f"{name}: found {len(arrays)} arrays, expected one for each of {len(histories)} histories")
    for array, bars in zip(arrays, histories, strict=True):
        if array.shape != (len(bars),):
            raise DataError(f"{name} of {bars.symbol}: found shape {array.shape}, expected {(len(bars),)}")
    return arrays
