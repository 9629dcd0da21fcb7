"""The sections of the page, each a function of the analysis."""

import math
from collections.abc import Sequence
from datetime import datetime

from foxml.domain.money import NANO
from foxml.report import plots
from foxml.report.analysis import Analysis
from foxml.report.breakdown import TradeGroup
from foxml.report.markup import Content, Markup, element, join, table
from foxml.report.performance import MARKET_ZONE, Performance, monthly_returns
from foxml.report.statistics import SESSIONS_PER_YEAR

__all__ = ["SECTIONS", "bps", "dollars", "headline", "moment", "number", "percent", "trade_list"]

DETAIL_LENGTH_MAX = 200
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def dollars(value: float) -> str:
    """Format money: cents below a thousand dollars.

    Examples
    --------
    >>> dollars(-12.345), dollars(1234567.8)
    ('-$12.35', '$1,234,568')
    """
    if not math.isfinite(value):
        return "n/a"
    text = f"{abs(value):,.2f}" if abs(value) < 1000.0 else f"{abs(value):,.0f}"
    return f"{'-' if value < 0.0 else ''}${text}"


def percent(value: float, places: int = 2) -> str:
    """Format a fraction in percent."""
    return f"{100.0 * value:.{places}f} %" if math.isfinite(value) else "n/a"


def number(value: float, places: int = 2) -> str:
    """Format a plain number."""
    return "never" if value == math.inf else f"{value:,.{places}f}" if math.isfinite(value) else "n/a"


def bps(value: float) -> str:
    """Format basis points."""
    return f"{value:.1f} bps" if math.isfinite(value) else "n/a"


def moment(ns: int | None) -> str:
    """Format a moment in New York time."""
    return "n/a" if ns is None else datetime.fromtimestamp(ns // NANO, tz=MARKET_ZONE).strftime("%Y-%m-%d %H:%M")


def signed(value: float, text: str) -> Markup:
    """Colour a text by the sign of its value."""
    return element("span", text, class_="bad" if value < 0.0 else "good" if value > 0.0 else "flat")


def headline(analysis: Analysis) -> Markup:
    """Return the handful of numbers that say how it went."""
    if not analysis.performance:
        return element("p", "This journal holds no decision yet: there is nothing to judge.", class_="note")
    p, c = analysis.performance[0], analysis.costs
    facts: list[tuple[str, Content]] = [
        ("PnL after costs", signed(c.net_pnl, dollars(c.net_pnl))),
        ("Total return", signed(p.total_return, percent(p.total_return))),
        ("Annual return", percent(p.annual_return)),
        ("Sharpe ratio, annual", number(p.sharpe)),
        ("Deflated Sharpe (DSR)", percent(p.dsr, 1)),
        ("Max drawdown", percent(p.max_drawdown)),
        ("Round trips", f"{analysis.trades.trades:,}"),
        ("Costs", f"{dollars(c.fees + c.spread_and_slippage)}"),
    ]
    boxes = (element("div", element("b", value), element("span", name), class_="fact") for name, value in facts)
    return element("div", *boxes, class_="facts")


def about(analysis: Analysis) -> Markup:
    """Return what was run: the journal, its code, config and model."""
    run = analysis.run
    first = run.close_ns[run.decided[0]] if len(run.decided) else None
    last = run.close_ns[run.decided[-1]] if len(run.decided) else None
    rows: list[tuple[Content, Content]] = [
        ("Journal", run.journal_id),
        ("First to last decision, New York", f"{moment(first)} to {moment(last)}"),
        ("Decisions, of slices in the journal", f"{len(run.decided):,} of {len(run.close_ns):,}"),
        ("Symbols", ", ".join(run.symbols)),
        ("Starts of the process", str(run.starts)),
    ]
    rows += [(name, _told(name, value)) for name, value in run.details.items() if name != "symbols"]
    body = (
        element("tr", element("th", name, class_="left"), element("td", value, class_="wrap")) for name, value in rows
    )
    return element("table", element("tbody", *body), class_="about")


def _told(name: str, value: str) -> Content:
    """Return a detail as people read it: moments in New York, what is long folded away."""
    if name.endswith("_ns") and value.isdigit() and name != "interval_ns":
        return f"{moment(int(value))} ({value})"
    if len(value) > DETAIL_LENGTH_MAX:
        return element("details", element("summary", f"{value[:40]}…"), value)
    return value


def performance(analysis: Analysis) -> Markup:
    """Strategy and buy-and-hold side by side, with how far to believe it."""
    if not analysis.performance:
        return Markup("")

    def line(name: str, text: Sequence[str]) -> tuple[Content, ...]:
        return (name, *text)

    found = analysis.performance
    rows = [
        line("Final value", [dollars(p.final_value) for p in found]),
        line("Total return", [percent(p.total_return) for p in found]),
        line("Annual return, compounded", [percent(p.annual_return) for p in found]),
        line("Annual volatility", [percent(p.annual_volatility) for p in found]),
        line("Sharpe ratio, annual", [number(p.sharpe) for p in found]),
        line("PSR: probability that it is above 0", [percent(p.psr, 1) for p in found]),
        line("Track record needed for 95 %, years", [number(p.min_track_record_years, 1) for p in found]),
        line("Max drawdown", [percent(p.max_drawdown) for p in found]),
        line("  from", [moment(p.max_drawdown_start_ns) for p in found]),
        line("  to", [moment(p.max_drawdown_end_ns) for p in found]),
        line("Best session", [percent(p.best_session) for p in found]),
        line("Worst session", [percent(p.worst_session) for p in found]),
        line("Skewness of sessions", [number(p.skewness) for p in found]),
        line("Kurtosis of sessions (normal: 3)", [number(p.kurtosis, 1) for p in found]),
        line("Correlation with the strategy", ["", *(number(c) for c, _ in analysis.relative.values())]),
        line("The strategy's beta to it", ["", *(number(b) for _, b in analysis.relative.values())]),
    ]
    return join([table(["", *(p.name for p in found)], rows), element("p", _trials_text(found[0]), class_="note")])


def _trials_text(p: Performance) -> str:
    basis = (
        f"Sessions: {p.sessions:,}, over {p.years:.2f} years; ratios are annualised by {SESSIONS_PER_YEAR:.0f}, "
        "over cash at no interest. Buy and hold reinvests dividends and pays no costs. "
    )
    if math.isnan(p.sharpe):
        return basis + "There is no Sharpe ratio: too few sessions, or none that differs."
    if math.isnan(p.dsr):
        return basis + "The deflated Sharpe ratio is not known: the journal does not say how many models were tried."
    if p.trials == 1:
        return basis + "One trial is logged: nothing was selected, so the deflated Sharpe ratio (DSR) is the PSR."
    return basis + (
        f"Trials logged: {p.trials:,}. The best of as many worthless models is expected to show an annual Sharpe ratio "
        f"of {p.expected_max_sharpe:.2f}; the probability that the true one of this run is above that (DSR) is "
        f"{percent(p.dsr, 1)}."
    )


def charts(analysis: Analysis) -> Markup:
    """Equity, drawdown and exposure over time."""
    if not analysis.curves:
        return Markup("")
    drawn = join([plots.equity_plot(analysis.run), plots.exposure_plot(analysis.run)])
    return element("div", element("div", drawn, class_="wide"), class_="scroll")


def months(analysis: Analysis) -> Markup:
    """Return of each month and year."""
    if not analysis.curves:
        return Markup("")
    found = monthly_returns(analysis.curves[0])
    beside = monthly_returns(analysis.curves[-1])
    rows = []
    for year in sorted({year for year, _ in found}):
        cells: list[Content] = [str(year)]
        for month in range(1, 13):
            value = found.get((year, month))
            cells.append("" if value is None else _tenths(value))
        cells += [_compounded(found, year), _compounded(beside, year)]
        rows.append(tuple(cells))
    headers = ["%", *MONTHS, "Year", analysis.curves[-1].name]
    return table(headers, rows)


def _compounded(found: dict[tuple[int, int], float], year: int) -> Markup:
    total = math.prod(1.0 + value for (y, _), value in found.items() if y == year) - 1.0
    return _tenths(total)


def _tenths(value: float) -> Markup:
    tenths = round(100.0 * value, 1) + 0.0  # never "-0.0"
    return signed(tenths, f"{tenths:.1f}")


def cost_table(analysis: Analysis) -> Markup:
    """From gross to net."""
    c, x = analysis.costs, analysis.exposure
    rows: list[tuple[Content, Content]] = [
        ("PnL before costs", dollars(c.gross_pnl)),
        ("Spread and slippage", dollars(-c.spread_and_slippage)),
        ("Commissions and fees", dollars(-c.fees)),
        ("PnL after costs", signed(c.net_pnl, dollars(c.net_pnl))),
        ("Cost per dollar traded", bps(c.cost_bps)),
        ("Fills", f"{c.fills:,}"),
        ("Traded, both ways", dollars(c.notional)),
        ("Turnover, times equity a year", number(c.turnover_per_year, 1)),
        ("Drift from decision to the next open (minus: against us)", dollars(-c.delay)),
        ("Gross exposure, mean / largest", f"{percent(x.mean_gross, 1)} / {percent(x.max_gross, 1)}"),
        ("Net exposure, mean", percent(x.mean_net, 1)),
        ("Decisions with a position", percent(x.time_invested, 1)),
    ]
    note = (
        "Spread and slippage are measured against the open of the bar that filled a market order, and against the "
        "trigger (or the open beyond it) of a stop. PnL counts open positions at their last close."
    )
    return join([table(["", ""], rows), element("p", note, class_="note")])


def trade_groups(analysis: Analysis) -> Markup:
    """Round trips by side, reason of exit and hour of entry."""
    everything = [analysis.trades] if analysis.trades.trades else []
    parts = [element("h3", "By side and by reason of exit")]
    parts.append(_groups("", [*everything, *analysis.sides, *analysis.exits]))
    parts.append(element("h3", "By hour of entry, New York"))
    parts.append(_groups("Hour", analysis.hours))
    return join(parts)


def _groups(first: str, groups: Sequence[TradeGroup]) -> Markup:
    headers = [first, "Trips", "Won", "PnL", "Mean", "Held, h", "Fees", "Best", "Worst"]
    rows = [
        (
            g.key,
            f"{g.trades:,}",
            percent(g.win_rate, 1),
            signed(g.pnl, dollars(g.pnl)),
            bps(g.mean_bps),
            number(g.mean_hours, 1),
            dollars(g.fees),
            dollars(g.best),
            dollars(g.worst),
        )
        for g in groups
    ]
    return table(headers, rows, empty="No round trip was closed.")


def symbol_table(analysis: Analysis) -> Markup:
    """One row a symbol."""
    headers = ["Symbol", "Trips", "Won", "PnL", "Mean", "Fees", "Slippage", "Traded", "Denials", "Buy and hold"]
    rows = [
        (
            row.symbol,
            f"{row.trips.trades:,}",
            percent(row.trips.win_rate, 1),
            signed(row.trips.pnl, dollars(row.trips.pnl)),
            bps(row.trips.mean_bps),
            dollars(row.trips.fees),
            dollars(row.spread_and_slippage),
            dollars(row.notional),
            f"{row.denials:,}",
            percent(row.buy_and_hold, 1),
        )
        for row in analysis.symbols
    ]
    return table(headers, rows, empty="No symbols.")


def order_table(analysis: Analysis) -> Markup:
    """Orders, denials, halts and faults."""
    run = analysis.run
    words = ("submitted", "fills", "cancelled", "expired", "rejected", "lost", "never_sent")
    counts = ", ".join(f"{analysis.counts.get(word, 0):,} {word.replace('_', ' ')}" for word in words)
    denials = [(d.code, d.limit, d.observed, f"{d.count:,}", f"{d.symbols:,}") for d in analysis.denials]
    halts = [
        (moment(ns), h.before.name.lower(), h.after.name.lower(), h.cause.code, h.cause.observed) for ns, h in run.halts
    ]
    halts += [(moment(h.occurred_ns), "", h.level.name.lower(), "operator", h.reason) for h in run.operator_halts]
    faults = [(moment(fault.occurred_ns), fault.reason) for fault in run.faults]
    return join(
        [
            element("p", "Orders: " + counts + "."),
            element("h3", "Denials by code"),
            table(
                ["Code", "Limit", "Latest seen", "Denials", "Symbols"], denials, left=3, empty="Risk refused nothing."
            ),
            element("h3", "Halts"),
            table(
                ["New York", "From", "To", "Cause", "Seen"], sorted(halts), left=5, empty="The halt level never moved."
            ),
            table(["New York", "Fault"], faults, left=2, empty="No fault was raised."),
        ]
    )


def score_section(analysis: Analysis) -> Markup:
    """Scores against what followed, and the spread of session returns."""
    found = analysis.calibration
    parts: list[Content] = []
    if found is None or not found.bins:
        parts.append(element("p", "Too few scores with a known outcome.", class_="note"))
    else:
        text = (
            f"Correlation of score and return (IC) {found.ic:+.4f}, of their ranks {found.rank_ic:+.4f}, over "
            f"{found.n:,} rows; returns over {found.horizon_bars} bars overlap, which leaves about "
            f"{found.n_effective:,.0f} independent ones. Returns run from the next bar's open, dividends included, "
            "before costs."
        )
        parts.append(element("p", text))
    drawn = [plots.calibration_plot(found)] if found is not None and found.bins else []
    drawn += [plots.histogram_plot(analysis.curves[0])] if analysis.curves else []
    parts.append(element("div", *drawn, class_="pair"))
    return join(parts)


def trade_list(analysis: Analysis, trades_max: int) -> Markup:
    """List the latest round trips, one a row."""
    trades = analysis.run.trades
    rows = [
        (
            t.symbol,
            "long" if t.side_sign > 0 else "short",
            moment(t.entry_ns),
            moment(t.exit_ns),
            t.exit_reason,
            f"{t.quantity / NANO:,.0f}",
            f"{t.entry_price / NANO:,.4f}",
            f"{t.exit_price / NANO:,.4f}",
            dollars(t.fees / NANO),
            signed(t.pnl, dollars(t.pnl / NANO)),
        )
        for t in trades[max(len(trades) - trades_max, 0) :]
    ]
    headers = ["Symbol", "Side", "Entry", "Exit", "Why", "Shares", "Entry, $", "Exit, $", "Fees", "PnL"]
    note = f"The last {trades_max:,} of {len(trades):,}." if len(trades) > trades_max else ""
    listed = table(headers, rows, left=5, empty="No round trip was closed.")
    return join([element("p", note, class_="note"), element("details", element("summary", "Show them"), listed)])


SECTIONS = (
    ("Equity", charts),
    ("Performance", performance),
    ("Returns by month", months),
    ("Costs and exposure", cost_table),
    ("Symbols", symbol_table),
    ("Round trips", trade_groups),
    ("Scores and what followed", score_section),
    ("Orders, denials, halts", order_table),
    ("What was run", about),
)
