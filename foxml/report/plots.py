"""The plots of a run's report."""

from typing import TYPE_CHECKING

import numpy as np

from foxml.report import statistics as st
from foxml.report.breakdown import Calibration
from foxml.report.figures import BAD, FOREGROUND, GOOD, MUTED, SERIES, WIDTH, date_axis, dates, formatter, svg
from foxml.report.markup import Markup
from foxml.report.performance import Curve, curves, session_ends
from foxml.report.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["calibration_plot", "equity_plot", "exposure_plot", "histogram_plot"]

_POINTS_MAX = 3000


def equity_plot(run: Run) -> Markup:
    """Draw the money of each curve above its fall from the peak; session by session if decisions are too many."""
    drawn = curves(run, every_decision=len(run.decided) <= _POINTS_MAX)

    def draw(figure: "Figure") -> None:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.4])
        for curve, colour in zip(drawn, SERIES, strict=False):
            x = dates(np.concatenate(([curve.start_ns], curve.end_ns)))
            width = 1.8 if curve is drawn[0] else 1.1
            top.plot(x, curve.values, color=colour, linewidth=width, label=curve.name)
            if np.all(curve.values > 0.0):
                bottom.plot(x, 100.0 * st.drawdown_series(curve.values), color=colour, linewidth=width * 0.7)
        values = np.concatenate([curve.values for curve in drawn])
        if values.min() > 0.0 and values.max() / values.min() > 5.0:
            top.set_yscale("log")
        top.yaxis.set_major_formatter(formatter(lambda v: f"${v:,.0f}"))
        top.yaxis.set_minor_formatter(formatter(lambda v: f"${v:,.0f}" if str(v)[0] in "235" else ""))
        top.set_ylabel("equity")
        bottom.set_ylabel("drawdown, %")
        top.legend(loc="upper left", frameon=False, fontsize=9)
        date_axis(bottom)

    return svg("equity", 4.6, draw)


def exposure_plot(run: Run) -> Markup:
    """Draw gross and net exposure: of every decision, or the mean of each session if they are too many."""
    equity = np.where(run.equity > 0.0, run.equity, np.nan)
    gross, net, rows, every = run.gross / equity, run.net / equity, np.arange(len(run.decided)), "decision"
    if len(run.decided) > _POINTS_MAX:
        rows, every = session_ends(run), "session"
        first = np.concatenate(([0], rows[:-1] + 1))
        counts = np.diff(np.append(first, len(run.decided)))
        gross, net = np.add.reduceat(gross, first) / counts, np.add.reduceat(net, first) / counts

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        x = dates(run.close_ns[run.decided[rows]])
        axes.fill_between(x, 100.0 * gross, color=SERIES[2], alpha=0.35, linewidth=0, label="gross")
        axes.plot(x, 100.0 * net, color=SERIES[0], linewidth=0.9, label="net")
        axes.axhline(0.0, color=MUTED, linewidth=0.6)
        axes.set_ylabel(f"exposure by {every}, %", fontsize=8)
        axes.legend(loc="upper left", frameon=False, fontsize=9, ncols=2)
        date_axis(axes)

    return svg("exposure", 2.4, draw)


def histogram_plot(curve: Curve) -> Markup:
    """Draw how the returns of sessions are spread."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        returns = 100.0 * curve.returns[np.isfinite(curve.returns)]
        axes.hist(returns, bins=int(np.clip(np.sqrt(max(len(returns), 1)), 8, 60)), color=SERIES[0], alpha=0.8)
        axes.axvline(float(returns.mean()) if len(returns) else 0.0, color=FOREGROUND, linewidth=1.0, linestyle="--")
        axes.set_xlabel("return of a session, % (dashed: mean)")
        axes.set_ylabel("sessions")

    return svg("returns", 2.6, draw, width=WIDTH / 2)


def calibration_plot(found: Calibration) -> Markup:
    """Draw the mean return that followed, by tenth of the score."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        heights = [height for _, height, _ in found.bins]
        colours = [GOOD if height >= 0.0 else BAD for height in heights]
        axes.bar(range(1, len(heights) + 1), heights, color=colours)
        axes.axhline(0.0, color=MUTED, linewidth=0.6)
        axes.set_xticks(range(1, len(heights) + 1))
        axes.set_xlabel("tenth of the score, lowest to highest")
        axes.set_ylabel(f"mean return after {found.horizon_bars} bars, bps", fontsize=8)

    return svg("calibration", 2.6, draw, width=WIDTH / 2)
