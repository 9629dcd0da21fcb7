"""Returns over a benchmark, and how they compare across symbols."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import sqrt
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import CLOSE, OPEN, CorporateAction, SymbolBars
from foxml.errors import DataError
from foxml.labels import PriceFactors
from foxml.numerics import log
from foxml.research.targets.crosssection import CrossSection, compared
from foxml.research.targets.panel import check_panel, price_factors
from foxml.research.targets.rolling import pair_moments
from foxml.research.targets.table import Targets, gather

__all__ = ["ExcessReturnsBuilder", "ExcessSpec"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class ExcessSpec:
    """A return over a benchmark.

    Attributes
    ----------
    horizon_bars : int
        From the open of the next moment to the close of the moment so many after the prediction.
    method : {"excess", "residual"}
        r_i - r_b, or r_i - beta r_b.
    beta_bars : int
        Returns of both up to the prediction that beta and sigma are measured on.
    shrink_beta : bool
        Whether beta is taken as 2/3 beta + 1/3 (Blume 1971).
    over_sigma : bool
        Whether the value is divided by the volatility of the residual over the horizon.
    cross_section : {"none", "demean", "rank", "zscore"}
        How the value is then compared with the other symbols' of the same moment.
    neutral_band : float
        The class is 0 where the value is not farther from 0 than this.
    cross_session : bool
        Whether a label may outlive its session. If not, returns from one session to the next are not measured either.
    """

    horizon_bars: int
    method: Literal["excess", "residual"] = "excess"
    beta_bars: int = 250
    shrink_beta: bool = False
    over_sigma: bool = False
    cross_section: CrossSection = "none"
    neutral_band: float = 0.0
    cross_session: bool = True

    def __post_init__(self) -> None:
        for name, least in (("horizon_bars", 1), ("beta_bars", 3), ("neutral_band", 0.0)):
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} must be at least {least}, found {getattr(self, name)}")
        for name, known in (("method", ("excess", "residual")), ("cross_section", get_args(CrossSection))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, found {getattr(self, name)!r}")

    def to_json(self) -> dict[str, Any]:
        """Return the definition as plain values."""
        return asdict(self)


class ExcessReturnsBuilder:
    """Returns over a benchmark's, on the moments of the whole panel.

    Entry and end are moments, the same for every symbol: one without a bar at either has no label, rather than one of
    another length.

    Parameters
    ----------
    spec : ExcessSpec
    symbols : sequence of str
        The universe, in its order.
    benchmark : str
        One of them; it has no labels of its own.

    Raises
    ------
    DataError
        If the benchmark is not among the symbols.
    """

    def __init__(self, spec: ExcessSpec, symbols: Sequence[str], benchmark: str) -> None:
        if benchmark not in symbols:
            raise DataError(f"benchmark: found {benchmark}, expected one of {', '.join(symbols)}")
        self._spec = spec
        self._symbols = tuple(symbols)
        self._benchmark = self._symbols.index(benchmark)

    def build(self, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction] = ()) -> Targets:
        """Label every bar.

        Parameters
        ----------
        histories : sequence of SymbolBars
            Raw bars in the order of the symbols.
        actions : sequence of CorporateAction
            A split or dividend within a label is part of its return.

        Returns
        -------
        Targets
            `ret` is the return over the benchmark's, `sigma` the volatility of that difference over the horizon,
            measured on the past, `value` what `over_sigma` and `cross_section` make of `ret`, `label` its class.
            Missing are: ``benchmark`` (its own bars), ``beta_warming_up``, ``constant_returns`` (nothing to measure
            beta or sigma on), ``horizon_past_data``, ``session_end``, ``absent_bar`` and ``too_few_symbols``.

        Raises
        ------
        DataError
            If the histories are not those of the symbols, or a price cannot be.
        """
        check_panel(histories, self._symbols)
        spec = self._spec
        moments, first = np.unique(np.concatenate([bars.close_ns for bars in histories]), return_index=True)
        session = np.concatenate([bars.session_open_ns for bars in histories])[first]
        factors = price_factors(histories, actions)
        lines = [_Line(bars, f, moments, spec) for bars, f in zip(histories, factors, strict=True)]
        other = lines[self._benchmark]
        parts = [self._symbol(i, line, other, moments, session) for i, line in enumerate(lines) if i != self._benchmark]
        if not parts:
            raise DataError(f"benchmark: found {self._symbols} alone, expected a symbol to compare with it")
        found = gather(parts)
        value = found.ret / found.sigma if spec.over_sigma else found.ret
        value, kept = compared(value, found.t0_ns, spec.cross_section)
        label = np.where(np.abs(value) > spec.neutral_band, np.sign(value), 0.0).astype(np.int8)
        missing = {"benchmark": len(other.at), **found.missing, "too_few_symbols": int((~kept).sum())}
        missing = {reason: count for reason, count in missing.items() if count}
        return replace(_rows(found, kept), value=value[kept], label=label[kept], missing=missing)

    def _symbol(self, i: int, own: "_Line", other: "_Line", moments: Ints, session: Ints) -> Targets:
        spec, n = self._spec, len(own.at)
        end = own.at + spec.horizon_bars
        inside = end < len(moments)
        end = np.where(inside, end, 0)
        reasons: dict[str, Mask] = {}
        beta, sigma = _measured(own, other, spec)
        reasons["beta_warming_up"] = np.isnan(sigma)
        reasons["constant_returns"] = ~(sigma > 0.0) | np.isnan(beta)
        reasons["horizon_past_data"] = ~inside
        if not spec.cross_session:
            reasons["session_end"] = session[end] != session[own.at]
        start = np.minimum(own.at + 1, len(moments) - 1)
        ours, theirs = own.between(start, end), other.between(start, end)
        reasons["absent_bar"] = np.isnan(ours) | np.isnan(theirs)
        kept, missing = np.ones(n, dtype=np.bool_), {}
        for reason, holds in reasons.items():
            missing[reason] = int((kept & holds).sum())
            kept &= ~holds
        ret = (ours - beta * theirs)[kept]
        return Targets(
            symbol=np.full(len(ret), i, dtype=np.int32),
            t0_ns=moments[own.at[kept]],
            t1_ns=moments[end[kept]],
            session_ns=session[own.at[kept]],
            ret=ret,
            sigma=sigma[kept],
            label=np.zeros(len(ret), dtype=np.int8),
            ambiguous=np.zeros(len(ret), dtype=np.bool_),
            missing=missing,
        )


class _Line:
    """One symbol on the moments of the panel.

    Prices are on the terms of the first bar: what comes later changes none of them.
    """

    def __init__(self, bars: SymbolBars, factors: PriceFactors, moments: Ints, spec: ExcessSpec) -> None:
        self.at = np.searchsorted(moments, bars.close_ns)
        steps = np.ones(len(bars))
        np.multiply.at(steps, factors.rows, factors.factors)
        terms = np.cumprod(steps)
        self._open = np.full(len(moments), np.nan)
        self._close = np.full(len(moments), np.nan)
        self._open[self.at] = bars.ohlcv[:, OPEN] / terms
        self._close[self.at] = bars.ohlcv[:, CLOSE] / terms
        follows = np.zeros(len(bars), dtype=np.bool_)
        follows[1:] = np.diff(self.at) == 1
        if not spec.cross_session:
            follows[1:] &= bars.session_open_ns[1:] == bars.session_open_ns[:-1]
        now = self.at[follows]
        self.returns = np.full(len(moments), np.nan)
        self.returns[now] = log(self._close[now] / self._close[now - 1])

    def between(self, start: Ints, end: Ints) -> Floats:
        """Return from the open of one moment to the close of another; NaN where either has no bar."""
        found: Floats = self._close[end] / self._open[start] - 1.0
        return found


def _measured(own: _Line, other: _Line, spec: ExcessSpec) -> tuple[Floats, Floats]:
    """Return beta, and the residual's volatility over the horizon, at every bar; NaN while too few were seen."""
    x, y = other.returns[own.at], own.returns[own.at]
    paired = ~np.isnan(x) & ~np.isnan(y)
    window = spec.beta_bars
    sums = pair_moments(x[paired], y[paired], window)
    slope: Floats = np.ones(len(sums.xx))
    if spec.method == "residual":
        varies = sums.xx > 0.0
        slope = np.where(varies, sums.xy / np.where(varies, sums.xx, 1.0), np.nan)
        if spec.shrink_beta:
            slope = 2.0 / 3.0 * slope + 1.0 / 3.0
    explained = slope * slope * sums.xx
    unexplained = sums.yy - 2.0 * slope * sums.xy + explained
    # What is left after rounding of a difference of equals is no volatility.
    unexplained = np.where(unexplained > _ROUNDING * (sums.yy + explained), unexplained, 0.0)
    spread = np.where(np.isnan(slope), 0.0, np.sqrt(unexplained / (window - 1))) * sqrt(spec.horizon_bars)
    seen = np.cumsum(paired) - window
    warm = seen >= 0
    beta, sigma = np.full(len(x), np.nan), np.full(len(x), np.nan)
    beta[warm], sigma[warm] = slope[seen[warm]], spread[seen[warm]]
    return beta, sigma


def _rows(found: Targets, kept: Mask) -> Targets:
    return replace(
        found,
        symbol=found.symbol[kept],
        t0_ns=found.t0_ns[kept],
        t1_ns=found.t1_ns[kept],
        session_ns=found.session_ns[kept],
        ret=found.ret[kept],
        sigma=found.sigma[kept],
        ambiguous=found.ambiguous[kept],
    )
