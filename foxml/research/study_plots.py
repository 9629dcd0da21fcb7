"""The plots of a study's page."""

from typing import TYPE_CHECKING, Any

import numpy as np

from foxml.report.figures import BAD, FOREGROUND, GOOD, MUTED, SERIES, WIDTH, date_axis, dates, svg
from foxml.report.markup import Markup
from foxml.research.metrics import InformationCoefficient, QuantileReturns
from foxml.research.study_evidence import StudyEvidence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "calibration_plot",
    "decay_plot",
    "folds_plot",
    "ic_plot",
    "importance_plot",
    "learning_plot",
    "quantiles_plot",
]

FEATURES_DRAWN = 20
_ROW = 0.28
_ERRORS: Any = {"elinewidth": 1.0, "ecolor": FOREGROUND, "capsize": 2.0}


def folds_plot(found: StudyEvidence) -> Markup:
    """Draw where each fold's training labels and its test block lie in time."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        for k, window in enumerate(found.windows):
            spans = (
                (window.train_first_ns, window.train_last_ns, SERIES[0], "labels trained on"),
                (window.test_first_ns, window.test_last_ns, SERIES[1], "tested"),
            )
            for first, last, colour, label in spans:
                start, end = dates(np.array([first, last]))
                axes.barh(k + 1, end - start, left=start, height=0.6, color=colour, label="" if k else label)
        axes.set_yticks(range(1, len(found.windows) + 1))
        axes.set_ylabel("fold")
        axes.invert_yaxis()
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=8, ncols=2)
        date_axis(axes)

    return svg("folds", 1.1 + _ROW * len(found.windows), draw)


def ic_plot(found: StudyEvidence) -> Markup:
    """Draw the IC of each period with twice its standard error, and its running mean."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        if not found.periods:
            _nothing(axes, "no period holds enough predictions")
            return
        x = dates(np.array([each.middle_ns for each in found.periods]))
        ic = np.array([each.found.ic for each in found.periods])
        error = np.array([_error(each.found) for each in found.periods])
        axes.errorbar(
            x, ic, 2.0 * error, fmt="o", markersize=3, color=SERIES[0], label=f"{found.period}, ±2 se", **_ERRORS
        )
        axes.plot(
            x, np.cumsum(ic) / np.arange(1, len(ic) + 1), color=SERIES[1], label=f"mean of {found.period}s so far"
        )
        axes.axhline(0.0, color=MUTED, linewidth=0.6)
        axes.set_ylabel("IC")
        axes.legend(loc="upper left", frameon=False, fontsize=8, ncols=2)
        date_axis(axes)

    return svg("ic", 2.8, draw)


def decay_plot(found: StudyEvidence) -> Markup:
    """Draw the IC with the return over each horizon, with twice its standard error."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        horizons = list(found.decay)
        ic = [one.ic for one in found.decay.values()]
        errors = [2.0 * _error(one) for one in found.decay.values()]
        axes.errorbar(range(len(horizons)), ic, errors, fmt="o-", markersize=4, color=SERIES[0], **_ERRORS)
        axes.axhline(0.0, color=MUTED, linewidth=0.6)
        axes.set_xticks(range(len(horizons)), [str(horizon) for horizon in horizons])
        axes.set_xlabel("bars after the next open")
        axes.set_ylabel("IC with the return (±2 se)", fontsize=8)

    return svg("decay", 2.6, draw, width=WIDTH / 2)


def quantiles_plot(found: QuantileReturns) -> Markup:
    """Draw the mean label return by tenth of the score."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        x = np.arange(1, len(found.mean) + 1)
        colours = [GOOD if mean >= 0.0 else BAD for mean in found.mean]
        axes.bar(x, found.mean, yerr=2.0 * found.error, color=colours, error_kw=_ERRORS)
        axes.axhline(0.0, color=MUTED, linewidth=0.6)
        axes.set_xticks(x)
        axes.set_xlabel("tenth of the score, lowest to highest")
        axes.set_ylabel("mean return, bps (±2 se)", fontsize=8)

    return svg("quantiles", 2.6, draw, width=WIDTH / 2)


def calibration_plot(found: StudyEvidence) -> Markup:
    """Draw what followed a score against the score: on the line, a forecast can be taken at its word."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        x, y = found.predicted, found.calibration.mean
        axes.errorbar(x, y, 2.0 * found.calibration.error, fmt="o", markersize=4, color=SERIES[0], **_ERRORS)
        ends = np.array([np.nanmin(x), np.nanmax(x)])
        level = np.nansum(y * found.calibration.count) / found.calibration.count.sum()
        axes.plot(ends, ends + level, color=MUTED, linewidth=1.0, linestyle="--", label="as forecast")
        axes.set_xlabel("mean score of the tenth, less its level")
        axes.set_ylabel("return over sigma (±2 se)", fontsize=8)
        axes.legend(loc="upper left", frameon=False, fontsize=8)

    return svg("calibration", 2.6, draw, width=WIDTH / 2)


def importance_plot(found: StudyEvidence) -> Markup:
    """Draw the features with the largest share of the gain, from the least to the most over the folds."""
    drawn = [each for each in found.importance if each.mean > 0.0][:FEATURES_DRAWN]

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        if not drawn:
            _nothing(axes, "no fold's model has a split")
            return
        y = np.arange(len(drawn))
        mean = np.array([100.0 * each.mean for each in drawn])
        reach = np.array([[100.0 * (e.mean - e.least) for e in drawn], [100.0 * (e.most - e.mean) for e in drawn]])
        axes.barh(y, mean, xerr=reach, height=0.65, color=SERIES[0], error_kw=_ERRORS)
        axes.set_yticks(y, [f"{each.name} ({each.top}/{len(found.windows)})" for each in drawn])
        axes.invert_yaxis()
        axes.set_xlabel("share of the gain, %: mean, least and most over the folds; (folds among the first twenty)")

    return svg("importance", 0.9 + 0.24 * max(len(drawn), 4), draw)


def learning_plot(found: StudyEvidence) -> Markup:
    """Draw the loss after each round of every fold, relative to the first: trained on, and ending the training."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        for k, (train, stop) in enumerate(found.losses):
            for loss, colour, label in ((train, SERIES[2], "trained on"), (stop, SERIES[1], "ends the training")):
                if len(loss):
                    rounds = np.arange(1, len(loss) + 1)
                    axes.plot(rounds, loss / loss[0], color=colour, linewidth=1.0, label="" if k else label)
            if len(stop):
                best = int(np.argmin(stop))
                axes.plot(best + 1, stop[best] / stop[0], "o", markersize=3, color=FOREGROUND)
        axes.set_xlabel("rounds (dot: where the training ended)")
        axes.set_ylabel("loss, of the first", fontsize=8)
        axes.legend(loc="lower left", frameon=False, fontsize=8)

    return svg("learning", 2.6, draw, width=WIDTH / 2)


def _error(found: InformationCoefficient) -> float:
    return abs(found.ic / found.t) if found.t else 0.0


def _nothing(axes: "Axes", text: str) -> None:
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
    axes.set_axis_off()
