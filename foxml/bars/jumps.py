"""Overnight jumps: the price steps that no corporate action explains, and those that look like a missing split.

A split multiplies the shares and divides the price, so a missing one leaves a price step near a small ratio p/q and,
for good, about p/q times the volume in shares. A crash steps to no ratio in particular and trades far more than that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.actions import adjustment_factors
from foxml.domain.bars import CLOSE, OPEN, VOLUME, ActionKind, CorporateAction, SymbolBars

__all__ = ["SplitSuspect", "overnight_jump", "split_suspects", "unexplained_jump", "unexplained_jumps"]

_SESSIONS_BEFORE: Final = 20
_SESSIONS_AFTER: Final = 5
_LEVEL_TOLERANCE: Final = 0.2
"""How far from the ratio, in logs, the session's last close may lie: a bad print at the open is no split."""
_TOLERANCES: Final = ((1.5, 0.01, 2.5), (2.75, 0.04, 2.5), (np.inf, 0.08, 4.0))
"""Ratios (or their inverses) below the first number: how far from one a step may lie, in logs, and how many times more
or less volume there may be. Shares do fall by a fifth in a night, seldom by a half, hardly ever by two thirds."""
_UNUSUAL: Final = 6.0
"""How many usual overnight steps make an unusual one."""
_NORMAL: Final = 1.4826

_FORWARD: Final = tuple(
    Fraction(*ratio)
    for ratio in (
        (5, 4),
        (4, 3),
        (3, 2),
        (5, 3),
        (2, 1),
        (5, 2),
        (3, 1),
        (4, 1),
        (5, 1),
        (6, 1),
        (7, 1),
        (8, 1),
        (10, 1),
    )
) + tuple(Fraction(n) for n in (12, 15, 20, 25, 30, 40, 50, 100))
_RATIOS: Final = (*_FORWARD, *(1 / ratio for ratio in _FORWARD))


@dataclass(frozen=True, slots=True)
class SplitSuspect:
    """A session that opens as if a split had taken effect that no action tells of.

    Attributes
    ----------
    session_open_ns : int
    ratio : str
        New shares per old share, ``"4/1"``.
    price_ratio, volume_ratio : float
        Last close, known actions taken off, over the open; median volume of the sessions after over that before.
    """

    symbol: str
    session_open_ns: int
    ratio: str
    price_ratio: float
    volume_ratio: float


def overnight_jump(last_close: float, open_price: float, actions: Iterable[CorporateAction]) -> float:
    """Return the return from the last close to the open that actions effective in between leave unexplained.

    Examples
    --------
    >>> from foxml.domain.bars import ActionKind
    >>> split = CorporateAction("AAPL", ActionKind.SPLIT, 0, 0, 4_000_000_000)
    >>> round(overnight_jump(499.23, 127.58, [split]), 4)
    0.0222
    """
    for action in sorted(actions, key=lambda a: a.occurred_ns):
        last_close *= adjustment_factors(action, last_close)[0]
    return open_price / last_close - 1.0


def unexplained_jump(last_close: float, open_price: float, actions: Iterable[CorporateAction], jump_max: float) -> bool:
    """Whether a session opens farther from the last close than `jump_max`, the known actions taken off.

    Causal, for live use: it needs the last close, the open, and the actions of this symbol received so far that take
    effect in between. The risk guard ``overnight_jump`` halts a symbol's entries by the same number.

    Examples
    --------
    >>> unexplained_jump(499.23, 127.58, [], 0.25)
    True
    >>> unexplained_jump(499.23, 490.0, [], 0.25)
    False
    """
    jump = overnight_jump(last_close, open_price, actions)
    return not abs(jump) <= jump_max


def unexplained_jumps(bars: SymbolBars, actions: Iterable[CorporateAction], jump_max: float) -> list[tuple[int, float]]:
    """Return the session opens, and jumps, at which a history steps farther than `jump_max` with no action."""
    opens, closes, first = _overnight(bars, actions)
    jump = opens / closes - 1.0
    at = np.flatnonzero(~(np.abs(jump) <= jump_max))
    return [(int(bars.session_open_ns[first[i + 1]]), float(jump[i])) for i in at]


def split_suspects(bars: SymbolBars, actions: Iterable[CorporateAction]) -> list[SplitSuspect]:
    """Find the sessions of a history that look like the ex-date of a split that is missing from the actions.

    Looks at the sessions after as well: for reports, never for decisions.

    Parameters
    ----------
    bars : SymbolBars
        Raw.
    actions : iterable of CorporateAction
        Known ones; those of other symbols are ignored.
    """
    actions = [action for action in actions if action.symbol == bars.symbol]
    opens, closes, first = _overnight(bars, actions)
    if len(first) < _SESSIONS_AFTER + 2:
        return []
    step = np.log(closes / opens)
    level = np.log(closes / bars.ohlcv[np.append(first[2:], len(bars)) - 1, CLOSE])
    volume = np.add.reduceat(bars.ohlcv[:, VOLUME], first)
    split_at = _sessions_of_splits(bars, first, actions)
    found = []
    for i in np.flatnonzero(np.abs(step) > np.log(1.2)).tolist():
        ratio, off = _nearest(float(step[i]))
        past = step[max(0, i - 3 * _SESSIONS_BEFORE) : i]
        usual = _NORMAL * float(np.median(np.abs(past))) if len(past) >= _SESSIONS_BEFORE else 0.0
        near, volume_near = _tolerance(ratio)
        if off > near or abs(step[i]) < _UNUSUAL * usual:
            continue
        if abs(level[i] - np.log(float(ratio))) > _LEVEL_TOLERANCE:
            continue
        moved = _volume_ratio(volume, i + 1, split_at)
        if abs(np.log(moved / float(ratio))) > np.log(volume_near):
            continue
        open_ns = int(bars.session_open_ns[first[i + 1]])
        text = f"{ratio.numerator}/{ratio.denominator}"
        found.append(SplitSuspect(bars.symbol, open_ns, text, float(np.exp(step[i])), moved))
    return found


def _overnight(
    bars: SymbolBars, actions: Iterable[CorporateAction]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return opens of sessions from the second on, the closes before them on their terms, and where sessions begin."""
    changes = np.flatnonzero(bars.session_open_ns[1:] != bars.session_open_ns[:-1]) + 1
    first = np.concatenate(([0], changes)) if len(bars) else np.empty(0, dtype=np.int64)
    opens, closes = bars.ohlcv[changes, OPEN], bars.ohlcv[changes - 1, CLOSE].copy()
    for action in sorted(actions, key=lambda a: a.occurred_ns):
        at = int(np.searchsorted(bars.session_open_ns[changes], action.occurred_ns))
        # Effective between the two sessions: one before the session in which bars begin changes no step.
        inside = at < len(changes) and bars.close_ns[changes[at] - 1] <= action.occurred_ns
        if action.symbol == bars.symbol and inside:
            closes[at] *= adjustment_factors(action, float(closes[at]))[0]
    return opens, closes, first


def _sessions_of_splits(
    bars: SymbolBars, first: NDArray[np.int64], actions: Iterable[CorporateAction]
) -> NDArray[np.int64]:
    times = sorted(action.occurred_ns for action in actions if action.kind is ActionKind.SPLIT)
    return np.searchsorted(bars.session_open_ns[first], np.array(times, dtype=np.int64))


def _nearest(step: float) -> tuple[Fraction, float]:
    off = [abs(step - float(np.log(float(ratio)))) for ratio in _RATIOS]
    best = int(np.argmin(off))
    return _RATIOS[best], off[best]


def _tolerance(ratio: Fraction) -> tuple[float, float]:
    size = float(max(ratio, 1 / ratio))
    return next((near, volume) for below, near, volume in _TOLERANCES if size < below)


def _volume_ratio(volume: NDArray[np.float64], at: int, split_at: NDArray[np.int64]) -> float:
    """Median volume of the sessions from `at` on over that before it, up to the next known split on either side."""
    start = max([at - _SESSIONS_BEFORE, 0, *split_at[split_at < at].tolist()])
    end = min([at + _SESSIONS_AFTER, len(volume), *split_at[split_at > at].tolist()])
    before, after = float(np.median(volume[start:at])), float(np.median(volume[at:end]))
    return after / before if before > 0.0 and after > 0.0 else np.nan
