"""How figures are drawn: SVG that stands inside a page and takes its colours from the page's light or dark theme."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foxml.errors import MissingExtra
from foxml.report.markup import Markup
from foxml.report.performance import MARKET_ZONE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BAD", "FOREGROUND", "GOOD", "GRID", "MUTED", "SERIES", "WIDTH", "date_axis", "dates", "formatter", "svg"]

FOREGROUND, MUTED, GRID = "#010101", "#020202", "#030303"
"""Stand-ins that are replaced by the page's own colours after drawing."""
_THEME = {FOREGROUND: "var(--fg)", MUTED: "var(--muted)", GRID: "var(--grid)"}
SERIES = ("#2563eb", "#c2751a", "#7c8a99")
GOOD, BAD = "#2f9e63", "#d1495b"
WIDTH = 9.6
"""Inches of a figure that is as wide as the page."""


def svg(name: str, height: float, draw: Callable[["Figure"], None], *, width: float = WIDTH) -> Markup:
    """Draw a figure; the same data give the same bytes.

    Parameters
    ----------
    name : str
        Of the figure in its page: no two may share one.
    height, width : float
        Inches.
    draw : callable
        Draws into the figure that it is given.
    """
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
        "text.color": FOREGROUND,
        "axes.labelcolor": FOREGROUND,
        "axes.edgecolor": MUTED,
        "axes.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": FOREGROUND,
        "ytick.labelcolor": FOREGROUND,
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


def formatter(text: Callable[[float], str]) -> Any:  # noqa: ANN401 - matplotlib is imported on demand
    """Return a formatter of ticks that says each value as `text` does."""
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _position: text(value))


def dates(ns: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Return nanoseconds since 1970 as what matplotlib takes for dates."""
    return np.asarray(ns.astype("datetime64[ns]"))


def date_axis(axes: "Axes") -> None:
    """Mark dates along the horizontal axis, in New York time."""
    from matplotlib import dates as mpl_dates

    untyped: Any = mpl_dates
    locator = untyped.AutoDateLocator(tz=MARKET_ZONE, minticks=4, maxticks=12)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator, tz=MARKET_ZONE))
