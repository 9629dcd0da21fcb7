"""From a vendor's bars to ours: sessions, the session grid, one bar an interval, every drop and change counted.

Causal: what becomes of a bar depends on that bar, those before it and the calendar, so the live feed calls the same
function. (The one exception leaves out both of two rows that claim the same interval.)
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foxml.bars.calendar import TradingCalendar
from foxml.bars.cleaning import STRICT, BarMark, Cleaning
from foxml.bars.kernel import place_rows
from foxml.bars.outliers import bad_prints
from foxml.bars.raw import RawBars
from foxml.bars.rows import clean_rows, deduplicated, refuse, time_ordered
from foxml.bars.store_changes import rows_of
from foxml.bars.timeframes import DAY_NS
from foxml.domain.bars import CLOSE, VOLUME, SymbolBars
from foxml.errors import DataError

__all__ = [
    "Normalised",
    "QualityReport",
    "bars_expected",
    "clean",
    "deduplicated",
    "normalise",
    "stale_bars",
    "time_ordered",
]

Mask = NDArray[np.bool_]
Times = NDArray[np.int64]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What became of the rows of one symbol.

    Attributes
    ----------
    rows_read, bars_kept : int
        ``rows_read + changed.get("filled", 0) == bars_kept + sum(dropped.values())``.
    dropped : dict of str to int
        Rows left out, by reason.
    bars_expected : int
        Bars that the calendar has between the first and the last one kept; those not kept are absent, never filled
        unless it was asked for.
    changed : dict of str to int
        Bars that are not as they were read, by what was done: widened, moved to the grid, filled.
    marked : dict of str to int
        Bars kept as they were that are to be looked at, by reason.
    """

    symbol: str
    rows_read: int
    bars_kept: int
    bars_expected: int
    dropped: dict[str, int]
    changed: dict[str, int] = field(default_factory=dict)
    marked: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Normalised:
    """Bars, what became of the rows, and a mark on each bar.

    Attributes
    ----------
    bars : SymbolBars
    report : QualityReport
    marks : ndarray of uint8, shape (n,)
        `BarMark` flags of each bar.
    """

    bars: SymbolBars
    report: QualityReport
    marks: NDArray[np.uint8]

    def marked(self, mark: BarMark) -> Mask:
        """Return which bars bear any of some marks."""
        return np.asarray((self.marks & np.uint8(int(mark))) != 0)


def normalise(
    raw: RawBars, calendar: TradingCalendar, interval_ns: int, cleaning: Cleaning = STRICT
) -> tuple[SymbolBars, QualityReport]:
    """Keep the bars of sessions and give each its close and session: `clean` without the marks."""
    found = clean(raw, calendar, interval_ns, cleaning)
    return found.bars, found.report


def clean(raw: RawBars, calendar: TradingCalendar, interval_ns: int, cleaning: Cleaning = STRICT) -> Normalised:
    """Keep the bars of sessions, give each its close and session, and apply the policies for all that may be wrong.

    A bar that starts before the open and ends after it is taken as the session's first, shortened one: a vendor that
    labels 9:30 to 10:00 as the 9:00 hour means exactly that.

    Parameters
    ----------
    raw : RawBars
    calendar : TradingCalendar
        Of regular sessions.
    interval_ns : int
    cleaning : Cleaning, default strict
        For a live feed the same as the model was trained with; with "mark" or "drop" of outliers, pass at least four
        windows of bars before the new one.

    Raises
    ------
    DataError
        As the policies say: by default if rows cannot be bars (NaN, not positive, high below low, negative volume),
        are unsorted or duplicate, or lie outside the calendar; names the file and row.
    """
    dropped: dict[str, int] = {}
    hours = calendar.extended() if cleaning.hours == "extended" else calendar
    found = _placed_at_once(raw, calendar, hours, interval_ns, cleaning, dropped)
    bars, marks = found or _placed_by_policy(raw, calendar, hours, interval_ns, cleaning, dropped)
    kept = _judged(bars, marks, cleaning, dropped)
    if not kept.all():
        bars, marks = rows_of(bars, kept), marks[kept]
    if cleaning.missing == "fill" and interval_ns < DAY_NS:
        bars, marks = _filled(bars, marks)
    return Normalised(bars, _report(bars, marks, len(raw), dropped, hours), marks)


def _placed_at_once(
    raw: RawBars,
    calendar: TradingCalendar,
    hours: TradingCalendar,
    interval_ns: int,
    cleaning: Cleaning,
    dropped: dict[str, int],
) -> tuple[SymbolBars, Marks] | None:
    """Place rows that no policy has anything to say about, in one pass; None where one has.

    What `_placed_by_policy` gives of them, to the bit.
    """
    if interval_ns >= DAY_NS:
        return None
    placed = place_rows(
        raw.start_ns, raw.ohlcv, raw.vwap, raw.trade_count,
        open_ns=hours.open_ns, close_ns=hours.close_ns, covered_ns=calendar.covered_ns, interval_ns=interval_ns,
    )  # fmt: skip
    if (
        placed is None
        or (placed.off_grid > 0 and cleaning.off_grid != "drop")
        or (placed.empty_rows > 0 and cleaning.zero_volume != "keep")
    ):
        return None
    _count_left_out(placed.outside, placed.off_grid, cleaning, dropped)
    bars = SymbolBars(
        raw.symbol,
        interval_ns,
        placed.close_ns,
        placed.session_open_ns,
        placed.session_close_ns,
        placed.ohlcv,
        placed.vwap,
        placed.trade_count,
    )
    assert int(BarMark.ZERO_VOLUME) == 1
    return bars, placed.empty


def _placed_by_policy(
    raw: RawBars,
    calendar: TradingCalendar,
    hours: TradingCalendar,
    interval_ns: int,
    cleaning: Cleaning,
    dropped: dict[str, int],
) -> tuple[SymbolBars, Marks]:
    """Place rows in sessions and on the grid, one policy after another having its say."""
    rows, widened = clean_rows(raw, calendar, cleaning, dropped)
    grid = _Grid(rows, hours, interval_ns, cleaning, dropped)
    marks = np.where(widened[grid.kept], np.uint8(BarMark.WIDENED), np.uint8(0))
    marks[grid.moved[grid.kept]] |= np.uint8(BarMark.MOVED)
    rows, session, close_ns = rows.take(grid.kept), grid.session[grid.kept], grid.close_ns[grid.kept]
    alone = _one_an_interval(rows, close_ns, cleaning)
    if not alone.all():
        dropped["a second bar for one interval"] = int((~alone).sum())
        rows, session, close_ns, marks = rows.take(alone), session[alone], close_ns[alone], marks[alone]
    marks[rows.ohlcv[:, VOLUME] == 0] |= np.uint8(BarMark.ZERO_VOLUME)
    bars = SymbolBars(
        rows.symbol,
        interval_ns,
        close_ns,
        hours.open_ns[session],
        hours.close_ns[session],
        np.ascontiguousarray(rows.ohlcv),
        rows.vwap,
        rows.trade_count,
    )
    return bars, marks


def _count_left_out(outside: int, off_grid: int, cleaning: Cleaning, dropped: dict[str, int]) -> None:
    reason = "outside extended hours" if cleaning.hours == "extended" else "outside regular hours"
    for name, count in ((reason, outside), ("off the grid", off_grid)):
        if count:
            dropped[name] = count


class _Grid:
    """Where rows lie among sessions and on the grid, and which of them are kept."""

    def __init__(
        self,
        raw: RawBars,
        calendar: TradingCalendar,
        interval_ns: int,
        cleaning: Cleaning,
        dropped: dict[str, int],
    ) -> None:
        start_ns = raw.start_ns
        self.moved = np.zeros(len(raw), dtype=np.bool_)
        if interval_ns >= DAY_NS:
            self.session = calendar.locate_dates(_dates(start_ns))
            self.close_ns = calendar.close_ns[np.maximum(self.session, 0)]
            on_grid = np.ones(len(raw), dtype=np.bool_)
        else:
            self.session, self.close_ns = _intraday(start_ns, calendar, interval_ns)
            on_grid = _fits(start_ns, self.session, calendar, interval_ns)
            if cleaning.off_grid == "floor" and not on_grid.all():
                self.moved = (self.session >= 0) & ~on_grid
                start_ns = np.where(self.moved, start_ns // interval_ns * interval_ns, start_ns)
                self.session, self.close_ns = _intraday(start_ns, calendar, interval_ns)
                on_grid = on_grid | self.moved
        inside = self.session >= 0
        if cleaning.off_grid == "error":
            refuse(raw, inside & ~on_grid, "starts on no whole interval")
        self.kept = inside & on_grid
        _count_left_out(int((~inside).sum()), int((inside & ~on_grid).sum()), cleaning, dropped)


def _intraday(start_ns: Times, calendar: TradingCalendar, interval_ns: int) -> tuple[Times, Times]:
    session = calendar.locate(start_ns)
    straddles = calendar.locate(start_ns + interval_ns - 1)
    session = np.where(session >= 0, session, straddles)
    close_ns = np.minimum(start_ns + interval_ns, calendar.close_ns[np.maximum(session, 0)])
    return session, close_ns


def _fits(start_ns: Times, session: Times, calendar: TradingCalendar, interval_ns: int) -> Mask:
    """Whether a bar starts a whole number of intervals after midnight UTC, or after its session's open."""
    since_open = start_ns - calendar.open_ns[np.maximum(session, 0)]
    return np.asarray((start_ns % interval_ns == 0) | (since_open % interval_ns == 0))


def _dates(start_ns: Times) -> Times:
    # A daily label is the session's midnight in exchange time or in UTC: half a day later both are on its date.
    return np.asarray((start_ns + DAY_NS // 2) // DAY_NS)


def _one_an_interval(rows: RawBars, close_ns: Times, cleaning: Cleaning) -> Mask:
    """Return which rows are kept where several end at one time; an order that no sorting explains is refused."""
    alone = np.ones(len(rows), dtype=np.bool_)
    step = np.diff(close_ns)
    if (step > 0).all():
        return alone
    if cleaning.conflicts == "error" or (step < 0).any():
        at = int(np.flatnonzero(step <= 0)[0])
        row = int(rows.row[at + 1])
        raise DataError(f"{rows.source}:{row}: {rows.symbol}: a second bar for the interval of the row before it")
    first = np.concatenate(([True], step > 0))
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(rows))
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        alone[start:end] = False
        if cleaning.conflicts != "drop":
            lines = rows.row[start:end]
            alone[start + int(lines.argmin() if cleaning.conflicts == "first" else lines.argmax())] = True
    return alone


def _judged(bars: SymbolBars, marks: Marks, cleaning: Cleaning, dropped: dict[str, int]) -> Mask:
    """Mark stale bars and bad prints; return which bars are kept."""
    kept = np.ones(len(bars), dtype=np.bool_)
    session = bars.session_open_ns
    if cleaning.stale != "ignore":
        stale = stale_bars(bars.ohlcv, session, bars.close_ns, bars.interval_ns, cleaning.stale_repeats_min)
        marks[stale] |= np.uint8(BarMark.STALE)
        if cleaning.stale == "drop" and stale.any():
            dropped["stale"] = int(stale.sum())
            kept &= ~stale
    if cleaning.outliers != "ignore":
        judged = np.flatnonzero(kept)
        outlier = judged[
            bad_prints(
                bars.ohlcv[judged],
                session[judged],
                window_bars=cleaning.outlier_window_bars,
                threshold=cleaning.outlier_threshold,
                floor_bps=cleaning.outlier_floor_bps,
            )
        ]
        marks[outlier] |= np.uint8(BarMark.OUTLIER)
        if cleaning.outliers == "drop" and len(outlier):
            dropped["bad print"] = len(outlier)
            kept[outlier] = False
    return kept


def stale_bars(ohlcv: NDArray[np.float64], session: Times, close_ns: Times, interval_ns: int, repeats_min: int) -> Mask:
    """Return bars that are at least the so manyth repeat in a row of the bar right before them."""
    same = np.zeros(len(ohlcv), dtype=np.bool_)
    # Only neighbours: a thin share may well trade the same lot at the same price an hour later.
    same[1:] = (
        (ohlcv[1:] == ohlcv[:-1]).all(axis=1)
        & (ohlcv[1:, VOLUME] > 0)
        & (session[1:] == session[:-1])
        & (np.diff(close_ns) <= interval_ns)
    )
    index = np.arange(len(same))
    run = index - np.maximum.accumulate(np.where(same, 0, index))
    return np.asarray(run >= repeats_min)


def _filled(bars: SymbolBars, marks: NDArray[np.uint8]) -> tuple[SymbolBars, NDArray[np.uint8]]:
    """Repeat the last close, with no volume, where a session's bars leave a hole, up to the session's close.

    Nothing is filled after the newest bar: whether its session will have more is not known.
    """
    if len(bars) == 0:
        return bars, marks
    interval_ns = bars.interval_ns
    last = np.append(bars.session_open_ns[1:] != bars.session_open_ns[:-1], True)
    until = np.where(last, bars.session_close_ns, np.append(bars.close_ns[1:], 0))
    until[-1] = bars.close_ns[-1]
    holes = -(-(until - bars.close_ns) // interval_ns) - np.where(last, 0, 1)
    if not holes.any():
        return bars, marks
    source = np.repeat(np.arange(len(bars)), holes + 1)
    step = np.arange(len(source)) - np.repeat(np.cumsum(holes + 1) - (holes + 1), holes + 1)
    new = step > 0
    ohlcv = bars.ohlcv[source]
    ohlcv[new, :VOLUME] = ohlcv[new, CLOSE][:, None]
    ohlcv[new, VOLUME] = 0.0
    vwap = None if bars.vwap is None else np.where(new, np.nan, bars.vwap[source])
    trades = None if bars.trade_count is None else np.where(new, 0, bars.trade_count[source])
    close_ns = np.minimum(bars.close_ns[source] + step * interval_ns, bars.session_close_ns[source])
    opens, closes = bars.session_open_ns[source], bars.session_close_ns[source]
    filled = SymbolBars(bars.symbol, interval_ns, close_ns, opens, closes, ohlcv, vwap, trades)
    return filled, np.where(new, np.uint8(BarMark.FILLED), marks[source])


def _report(
    bars: SymbolBars, marks: NDArray[np.uint8], rows_read: int, dropped: dict[str, int], calendar: TradingCalendar
) -> QualityReport:
    def counted(**of: BarMark) -> dict[str, int]:
        bits = {name.replace("_", " "): np.uint8(int(mark)) for name, mark in of.items()} if marks.any() else {}
        counts = {name: int(np.count_nonzero(marks & bit)) for name, bit in bits.items()}
        return {name: count for name, count in counts.items() if count}

    changed = counted(widened=BarMark.WIDENED, moved_to_the_grid=BarMark.MOVED, filled=BarMark.FILLED)
    marked = counted(zero_volume=BarMark.ZERO_VOLUME, stale=BarMark.STALE, bad_print=BarMark.OUTLIER)
    expected = bars_expected(bars, calendar)
    return QualityReport(bars.symbol, rows_read, len(bars), expected, dropped, changed, marked)


def bars_expected(bars: SymbolBars, calendar: TradingCalendar) -> int:
    """Count the bars that a calendar has from the session of the first bar to that of the last one."""
    if len(bars) == 0:
        return 0
    first, last = np.searchsorted(calendar.open_ns, [bars.session_open_ns[0], bars.session_open_ns[-1]])
    opens, closes = calendar.open_ns[first : last + 1], calendar.close_ns[first : last + 1]
    if bars.interval_ns >= DAY_NS:
        return len(opens)
    # The grid is anchored at whole intervals of UTC: a session may begin or end inside one.
    return int((-(-closes // bars.interval_ns) - opens // bars.interval_ns).sum())
