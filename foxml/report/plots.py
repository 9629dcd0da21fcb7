"""The report's plots, as SVG that stands inside the page and takes its colours from the page's light or dark theme."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foxml.errors import MissingExtra
from foxml.report import statistics as st
from foxml.report.breakdown import Calibration
from foxml.report.markup import Markup
from foxml.report.performance import MARKET_ZONE, Curve, curves, session_ends
from foxml.report.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "calibration_plot",
    "date_axis",
    "datetimes",
    "equity_plot",
    "exposure_plot",
    "figure_svg",
    "histogram_plot",
]

# Stand-ins that are replaced by the page's own colours after drawing.
_THEME = {"#010101": "var(--fg)", "#020202": "var(--muted)", "#030303": "var(--grid)"}
_SERIES = ("#2563eb", "#c2751a", "#7c8a99")
_GOOD, _BAD = "#2f9e63", "#d1495b"
_POINTS_MAX = 3000
_WIDTH = 9.6


def equity_plot(run: Run) -> Markup:
    """Draw the money of each curve above its fall from the peak; session by session if decisions are too many."""
    drawn = curves(run, every_decision=len(run.decided) <= _POINTS_MAX)

    def draw(figure: "Figure") -> None:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.4])
        for curve, colour in zip(drawn, _SERIES, strict=False):
            x = datetimes(np.concatenate(([curve.start_ns], curve.end_ns)))
            width = 1.8 if curve is drawn[0] else 1.1
            top.plot(x, curve.values, color=colour, linewidth=width, label=curve.name)
            if np.all(curve.values > 0.0):
                bottom.plot(x, 100.0 * st.drawdown_series(curve.values), color=colour, linewidth=width * 0.7)
        values = np.concatenate([curve.values for curve in drawn])
        if values.min() > 0.0 and values.max() / values.min() > 5.0:
            top.set_yscale("log")
        top.yaxis.set_major_formatter(_formatter(lambda v: f"${v:,.0f}"))
        top.yaxis.set_minor_formatter(_formatter(lambda v: f"${v:,.0f}" if str(v)[0] in "235" else ""))
        top.set_ylabel("equity")
        bottom.set_ylabel("drawdown, %")
        top.legend(loc="upper left", frameon=False, fontsize=9)
        date_axis(bottom)

    return figure_svg("equity", 4.6, draw)


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
        x = datetimes(run.close_ns[run.decided[rows]])
        axes.fill_between(x, 100.0 * gross, color=_SERIES[2], alpha=0.35, linewidth=0, label="gross")
        axes.plot(x, 100.0 * net, color=_SERIES[0], linewidth=0.9, label="net")
        axes.axhline(0.0, color="#020202", linewidth=0.6)
        axes.set_ylabel(f"exposure by {every}, %", fontsize=8)
        axes.legend(loc="upper left", frameon=False, fontsize=9, ncols=2)
        date_axis(axes)

    return figure_svg("exposure", 2.4, draw)


def histogram_plot(curve: Curve) -> Markup:
    """Draw how the returns of sessions are spread."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        returns = 100.0 * curve.returns[np.isfinite(curve.returns)]
        axes.hist(returns, bins=int(np.clip(np.sqrt(max(len(returns), 1)), 8, 60)), color=_SERIES[0], alpha=0.8)
        axes.axvline(float(returns.mean()) if len(returns) else 0.0, color="#010101", linewidth=1.0, linestyle="--")
        axes.set_xlabel("return of a session, % (dashed: mean)")
        axes.set_ylabel("sessions")

    return figure_svg("returns", 2.6, draw, width=_WIDTH / 2)


def calibration_plot(found: Calibration) -> Markup:
    """Draw the mean return that followed, by tenth of the score."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        heights = [height for _, height, _ in found.bins]
        colours = [_GOOD if height >= 0.0 else _BAD for height in heights]
        axes.bar(range(1, len(heights) + 1), heights, color=colours)
        axes.axhline(0.0, color="#020202", linewidth=0.6)
        axes.set_xticks(range(1, len(heights) + 1))
        axes.set_xlabel("tenth of the score, lowest to highest")
        axes.set_ylabel(f"mean return after {found.horizon_bars} bars, bps", fontsize=8)

    return figure_svg("calibration", 2.6, draw, width=_WIDTH / 2)


def figure_svg(name: str, height: float, draw: Callable[["Figure"], None], *, width: float = _WIDTH) -> Markup:
    """Draw a figure; the same data give the same bytes."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra(f"plots need matplotlib ({error}): pip install 'foxml[report]'") from error
    settings: Any = {
        "svg.hashsalt": name,  # ids of one page's plots never meet
        "svg.fonttype": "none",
        "text.parse_math": False,  # a dollar is a dollar
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9,
        "text.color": "#010101",
        "axes.labelcolor": "#010101",
        "axes.edgecolor": "#020202",
        "axes.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#030303",
        "grid.linewidth": 0.6,
        "xtick.color": "#020202",
        "ytick.color": "#020202",
        "xtick.labelcolor": "#010101",
        "ytick.labelcolor": "#010101",
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        buffer = io.StringIO()
        unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))  # no namespace of a site is named either
        figure.savefig(buffer, format="svg", transparent=True, metadata=unsaid)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for stand_in, colour in _THEME.items():
        text = text.replace(stand_in, colour)
    return Markup(text)


def _formatter(text: Callable[[float], str]) -> Any:  # noqa: ANN401 - matplotlib is imported on demand
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _position: text(value))


def datetimes(ns: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Return moments as matplotlib takes them."""
    return np.asarray(ns.astype("datetime64[ns]"))


def date_axis(axes: "Axes") -> None:
    """Label an axis of moments by the market's clock."""
    from matplotlib import dates

    untyped: Any = dates
    locator = untyped.AutoDateLocator(tz=MARKET_ZONE, minticks=4, maxticks=12)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator, tz=MARKET_ZONE))
