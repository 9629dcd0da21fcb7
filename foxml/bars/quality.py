"""What is to be said of stored bars: what is missing, what is doubtful, and what must not be trusted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.jumps import split_suspects, unexplained_jumps
from foxml.bars.normalise import bars_expected, stale_bars
from foxml.bars.outliers import bad_prints
from foxml.bars.timeframes import DAY_NS, interval_name
from foxml.domain.bars import CLOSE, HIGH, LOW, VOLUME, CorporateAction, SymbolBars

__all__ = ["Finding", "QualitySeries", "Severity", "SymbolQuality", "check_bars"]

_SHOWN_MAX: Final = 12
"""Moments of one finding that are named; the count is of all."""
_DENSE: Final = 0.5
"""A symbol with at least this share of its intervals trades all day: a session without a bar is a hole."""


class Severity(Enum):
    """How bad a finding is: only a serious one fails a check."""

    SERIOUS = "serious"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is to be known of a symbol's bars.

    Attributes
    ----------
    kind : str
    severity : Severity
    count : int
    at_ns : tuple of int
        The first of the moments concerned: closes of bars, or opens of sessions.
    text : str
    """

    kind: str
    severity: Severity
    count: int
    at_ns: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class SymbolQuality:
    """What a check found of one symbol and interval.

    Attributes
    ----------
    bars, bars_expected : int
        Stored, and in the calendar from the first session to the last.
    sessions, sessions_missing : int
        With a bar, and without one between the first and the last.
    """

    symbol: str
    interval: str
    first_close_ns: int
    last_close_ns: int
    bars: int
    bars_expected: int
    sessions: int
    sessions_missing: int
    findings: tuple[Finding, ...]

    @property
    def serious(self) -> bool:
        """Whether any finding is serious."""
        return any(finding.severity is Severity.SERIOUS for finding in self.findings)

    @property
    def coverage(self) -> float:
        """Share of the calendar's intervals that have a bar."""
        return self.bars / self.bars_expected if self.bars_expected else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class QualitySeries:
    """What is drawn of a symbol.

    Attributes
    ----------
    session_open_ns : ndarray of int64, shape (s,)
        Every session of the calendar between the first and the last bar.
    coverage : ndarray of float64, shape (s,)
        Bars over intervals of each session; 0 of a missing one.
    close : ndarray of float64, shape (s,)
        Raw close of each session; NaN of a missing one.
    outlier_ns, outlier_price : ndarrays, shape (k,)
        Close time of each bad print, and the price that lay far off.
    minute, volume_share : ndarrays, shape (m,)
        Minutes from the open to each bar's end, and the mean share of its session's volume.
    """

    session_open_ns: NDArray[np.int64]
    coverage: NDArray[np.float64]
    close: NDArray[np.float64]
    outlier_ns: NDArray[np.int64]
    outlier_price: NDArray[np.float64]
    minute: NDArray[np.float64]
    volume_share: NDArray[np.float64]


def check_bars(
    bars: SymbolBars,
    actions: Sequence[CorporateAction],
    calendar: TradingCalendar,
    *,
    jump_max: float = 0.25,
    window_bars: int = 21,
    threshold: float = 20.0,
    floor_bps: float = 10.0,
    stale_repeats_min: int = 3,
) -> tuple[SymbolQuality, QualitySeries]:
    """Look at a symbol's stored bars; looks at all of them at once, so it is for reports, never for decisions.

    Parameters
    ----------
    bars : SymbolBars
        Raw, at least one.
    actions : sequence of CorporateAction
    calendar : TradingCalendar
        Of regular sessions; bars of extended hours are known by their sessions.
    jump_max : float
        Largest overnight return that needs no explanation.
    window_bars, threshold, floor_bps : int, float, float
        Of bad prints (`foxml.bars.outliers`).
    stale_repeats_min : int
    """
    if bars.session_open_ns[0] not in calendar.open_ns:
        extended = calendar.extended()
        calendar = extended if bars.session_open_ns[0] in extended.open_ns else calendar
    findings = [_invalid(bars), _off_calendar(bars, calendar)]
    series = _series(bars, calendar)
    missing = series.session_open_ns[series.coverage == 0.0]
    findings.append(_sessions_missing(missing, series))
    outlier = np.empty(0, dtype=np.int64)
    if findings[0] is None:
        findings += _price_steps(bars, actions, jump_max)
        outlier = np.flatnonzero(
            bad_prints(
                bars.ohlcv, bars.session_open_ns, window_bars=window_bars, threshold=threshold, floor_bps=floor_bps
            )
        )
        series = _with_outliers(series, bars, outlier)
    stale = np.flatnonzero(
        stale_bars(bars.ohlcv, bars.session_open_ns, bars.close_ns, bars.interval_ns, stale_repeats_min)
    )
    empty = np.flatnonzero(bars.ohlcv[:, VOLUME] == 0)
    expected = bars_expected(bars, calendar)
    absent = max(expected - len(bars), 0)
    findings += [
        _of_bars("bad prints", Severity.WARNING, bars, outlier, "high or low far from the bars before"),
        _of_bars("stale", Severity.WARNING, bars, stale, "repeats its neighbour in all values"),
        _of_bars("zero volume", Severity.NOTE, bars, empty, "no volume"),
        Finding("absent", Severity.NOTE, absent, (), "intervals without a bar, left as they are") if absent else None,
    ]
    quality = SymbolQuality(
        bars.symbol,
        interval_name(bars.interval_ns),
        int(bars.close_ns[0]),
        int(bars.close_ns[-1]),
        len(bars),
        expected,
        int((series.coverage > 0).sum()),
        len(missing),
        tuple(finding for finding in findings if finding is not None),
    )
    return quality, series


def _invalid(bars: SymbolBars) -> Finding | None:
    prices = bars.ohlcv[:, :VOLUME]
    broken = ~np.isfinite(bars.ohlcv).all(axis=1) | (prices <= 0).any(axis=1) | (bars.ohlcv[:, VOLUME] < 0)
    broken |= (prices[:, HIGH] < prices.max(axis=1)) | (prices[:, LOW] > prices.min(axis=1))
    broken[1:] |= np.diff(bars.close_ns) <= 0
    return _of_bars("invalid", Severity.SERIOUS, bars, np.flatnonzero(broken), "cannot be a bar, or is out of order")


def _off_calendar(bars: SymbolBars, calendar: TradingCalendar) -> Finding | None:
    at = np.minimum(np.searchsorted(calendar.open_ns, bars.session_open_ns), len(calendar.open_ns) - 1)
    wrong = (calendar.open_ns[at] != bars.session_open_ns) | (calendar.close_ns[at] != bars.session_close_ns)
    wrong |= (bars.close_ns <= bars.session_open_ns) | (bars.close_ns > bars.session_close_ns)
    text = f"in no session of {calendar.name}, or with other hours than it has"
    return _of_bars("off the calendar", Severity.SERIOUS, bars, np.flatnonzero(wrong), text)


def _sessions_missing(missing: NDArray[np.int64], series: QualitySeries) -> Finding | None:
    if not len(missing):
        return None
    dense = float(np.median(series.coverage[series.coverage > 0])) >= _DENSE
    days = [_day(ns).isoformat() for ns in missing[:3].tolist()]
    text = f"no bar on {', '.join(days)}{' ...' if len(missing) > len(days) else ''}"
    severity = Severity.SERIOUS if dense else Severity.WARNING
    return Finding("sessions missing", severity, len(missing), tuple(missing[:_SHOWN_MAX].tolist()), text)


def _price_steps(bars: SymbolBars, actions: Sequence[CorporateAction], jump_max: float) -> list[Finding | None]:
    suspects = split_suspects(bars, actions)
    at = {suspect.session_open_ns for suspect in suspects}
    jumps = [(ns, jump) for ns, jump in unexplained_jumps(bars, actions, jump_max) if ns not in at]
    found: list[Finding | None] = []
    if suspects:
        told = [
            f"{s.ratio} on {_day(s.session_open_ns)} (price x{1 / s.price_ratio:.3f}, volume x{s.volume_ratio:.2f})"
            for s in suspects
        ]
        times = tuple(s.session_open_ns for s in suspects[:_SHOWN_MAX])
        found.append(Finding("missing split", Severity.SERIOUS, len(suspects), times, "looks like " + "; ".join(told)))
    if jumps:
        told = [f"{jump:+.1%} on {_day(ns)}" for ns, jump in jumps[:3]]
        text = f"{', '.join(told)}{' ...' if len(jumps) > len(told) else ''}, and no action explains it"
        times = tuple(ns for ns, _ in jumps[:_SHOWN_MAX])
        found.append(Finding("overnight jump", Severity.WARNING, len(jumps), times, text))
    return found


def _of_bars(kind: str, severity: Severity, bars: SymbolBars, at: NDArray[np.int64], text: str) -> Finding | None:
    if not len(at):
        return None
    times = bars.close_ns[at[:_SHOWN_MAX]].tolist()
    return Finding(kind, severity, len(at), tuple(times), f"{text}; first {_day(times[0])}")


def _series(bars: SymbolBars, calendar: TradingCalendar) -> QualitySeries:
    first, last = np.searchsorted(calendar.open_ns, [bars.session_open_ns[0], bars.session_open_ns[-1]])
    opens, closes = calendar.open_ns[first : last + 1], calendar.close_ns[first : last + 1]
    interval_ns = bars.interval_ns
    slots = np.ones(len(opens)) if interval_ns >= DAY_NS else -(-closes // interval_ns) - opens // interval_ns
    at = np.minimum(np.searchsorted(opens, bars.session_open_ns), len(opens) - 1) if len(opens) else None
    coverage, close = np.zeros(len(opens)), np.full(len(opens), np.nan)
    minute, share = np.empty(0), np.empty(0)
    if at is not None:
        of_calendar = opens[at] == bars.session_open_ns
        coverage = np.bincount(at[of_calendar], minlength=len(opens)) / slots
        close[at[of_calendar]] = bars.ohlcv[of_calendar, CLOSE]
        if interval_ns < DAY_NS:
            minute, share = _volume_by_minute(bars)
    nothing = np.empty(0)
    return QualitySeries(opens, coverage, close, nothing.astype(np.int64), nothing, minute, share)


def _volume_by_minute(bars: SymbolBars) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean share of a session's volume by where in the session a bar ends; an absent bar counts as none."""
    sessions, of = np.unique(bars.session_open_ns, return_inverse=True)
    total = np.bincount(of, weights=bars.ohlcv[:, VOLUME])
    share = bars.ohlcv[:, VOLUME] / np.maximum(total[of], 1e-300)
    step = max(bars.interval_ns, 60_000_000_000)
    slot = -(-(bars.close_ns - bars.session_open_ns) // step)
    mean = np.bincount(slot, weights=share) / len(sessions)
    used = np.flatnonzero(np.bincount(slot))
    return np.asarray(used * (step / 60e9), dtype=np.float64), np.asarray(mean[used], dtype=np.float64)


def _with_outliers(series: QualitySeries, bars: SymbolBars, at: NDArray[np.int64]) -> QualitySeries:
    middle = np.median(bars.ohlcv[at, :VOLUME], axis=1)[:, None] if len(at) else np.empty((0, 1))
    far = np.abs(np.log(bars.ohlcv[at, :VOLUME] / middle)).argmax(axis=1) if len(at) else at
    price = bars.ohlcv[at, :VOLUME][np.arange(len(at)), far] if len(at) else np.empty(0)
    return QualitySeries(
        series.session_open_ns,
        series.coverage,
        series.close,
        bars.close_ns[at],
        price,
        series.minute,
        series.volume_share,
    )


def _day(ns: int) -> dt.date:
    return dt.datetime.fromtimestamp(ns // 1_000_000_000, tz=dt.UTC).date()
