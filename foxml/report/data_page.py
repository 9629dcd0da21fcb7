"""The quality of stored bars as one HTML page that needs no network, no script and no other file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from foxml.bars.quality import QualitySeries, Severity, SymbolQuality
from foxml.report.figures import BAD, SERIES, date_axis, dates, svg
from foxml.report.markup import Markup, element, join, table
from foxml.report.page import document

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["render_quality"]

_POINTS_MAX: Final = 1500
_CLASS = {Severity.SERIOUS: "bad", Severity.WARNING: "", Severity.NOTE: "note"}


def render_quality(checked: Sequence[tuple[SymbolQuality, QualitySeries]], unreadable: Sequence[str]) -> str:
    """Return the page; the same findings give the same text.

    Parameters
    ----------
    checked : sequence of (SymbolQuality, QualitySeries)
    unreadable : sequence of str
        What the store refused to read, and why.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    serious = [quality for quality, _ in checked if quality.serious]
    names = ", ".join(f"{quality.symbol} {quality.interval}" for quality in serious)
    doubts = [*unreadable, *([f"Serious findings: {names}"] if serious else [])]
    contents = [
        (f"{quality.symbol} {quality.interval}", _symbol(number, quality, series))
        for number, (quality, series) in enumerate(checked)
    ]
    overview = _overview([quality for quality, _ in checked])
    return document("Quality of stored bars", "Times are UTC; prices are raw, as stored.", doubts, overview, contents)


def _overview(checked: Sequence[SymbolQuality]) -> Markup:
    rows = [
        [
            quality.symbol,
            quality.interval,
            f"{quality.bars:,}",
            f"{quality.coverage:.1%}",
            f"{quality.sessions:,}",
            f"{quality.sessions_missing:,}",
            f"{sum(f.count for f in quality.findings if f.severity is Severity.SERIOUS):,}",
            f"{sum(f.count for f in quality.findings if f.severity is Severity.WARNING):,}",
        ]
        for quality in checked
    ]
    headers = ["symbol", "interval", "bars", "coverage", "sessions", "missing", "serious", "warnings"]
    return table(headers, rows, left=2, empty="No bars are stored.")


def _symbol(number: int, quality: SymbolQuality, series: QualitySeries) -> Markup:
    findings = [
        [
            element("span", finding.severity.value, class_=_CLASS[finding.severity]),
            finding.kind,
            finding.text,
            f"{finding.count:,}",
        ]
        for finding in quality.findings
    ]
    listed = table(["severity", "finding", "what", "count"], findings, left=3, empty="Nothing found.")
    name = f"{number}-{quality.symbol}-{quality.interval}"
    plots = [_history(name, series)]
    if len(series.minute) > 1:
        plots.append(_volume(name, series))
    return join([listed, *plots])


def _history(name: str, series: QualitySeries) -> Markup:
    def draw(figure: "Figure") -> None:
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1.2])
        at = dates(series.session_open_ns)
        kept = _thinned(series)
        top.plot(at[kept], series.close[kept], color=SERIES[0], linewidth=1.0, label="close")
        if len(series.outlier_ns):
            top.plot(
                dates(series.outlier_ns),
                series.outlier_price,
                linestyle="none",
                marker="x",
                color=BAD,
                label="bad print",
            )
            top.legend(loc="upper left", frameon=False, fontsize=9)
        prices = series.close[np.isfinite(series.close)]
        if len(prices) and prices.min() > 0 and prices.max() / prices.min() > 5.0:
            top.set_yscale("log")
            top.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            top.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")
        top.set_ylabel("close, raw $")
        when, mean = _coverage_by_part(series)
        bottom.fill_between(dates(when), 100.0 * mean, step="mid", color=SERIES[0], alpha=0.35, linewidth=0)
        missing = at[series.coverage == 0.0]
        if len(missing):
            bottom.plot(missing, np.full(len(missing), 2.0), "|", color=BAD, markersize=9, label="session missing")
            bottom.legend(loc="lower left", frameon=False, fontsize=9)
        bottom.set_ylim(0.0, 105.0)
        bottom.set_ylabel("coverage, %")
        date_axis(bottom)

    return svg(f"history-{name}", 3.8, draw)


def _volume(name: str, series: QualitySeries) -> Markup:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        width = float(np.diff(series.minute).min())
        axes.bar(series.minute - width / 2, 100.0 * series.volume_share, width=width * 0.92, color=SERIES[0])
        axes.set_xlabel("minutes since the open")
        axes.set_ylabel("share of volume, %")

    return svg(f"volume-{name}", 2.2, draw)


def _thinned(series: QualitySeries) -> NDArray[np.int64]:
    n = len(series.close)
    return np.unique(np.linspace(0, n - 1, min(n, _POINTS_MAX)).astype(np.int64))


def _coverage_by_part(series: QualitySeries) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Mean coverage over equal parts of the history, so that years of sessions fit a line."""
    n = len(series.coverage)
    starts = np.unique(np.linspace(0, n, min(n, 300) + 1).astype(np.int64))[:-1]
    counts = np.diff(np.append(starts, n))
    return series.session_open_ns[starts], np.add.reduceat(series.coverage, starts) / counts
