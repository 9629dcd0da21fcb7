"""What a study found, as numbers that can be drawn: by fold, by month, by horizon, by quantile and by feature."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foxml.bars.actions import back_adjusted
from foxml.domain.bars import CLOSE, OPEN, CorporateAction, SymbolBars
from foxml.research.evaluation import Evaluation, FoldWindow
from foxml.research.metrics import InformationCoefficient, QuantileReturns, ic_decay, information_coefficient
from foxml.research.metrics import quantile_returns as by_quantile
from foxml.research.pipeline import Dataset

__all__ = ["Importance", "PeriodIC", "StudyEvidence", "study_evidence"]

Floats = NDArray[np.float64]
HORIZONS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
QUANTILES = 10
_LEAST = 30
"""Samples of a period whose IC is shown."""
_PERIODS = (("month", 1), ("quarter", 3), ("year", 12))
_PERIODS_MAX = 60


@dataclass(frozen=True, slots=True)
class PeriodIC:
    """IC of the predictions of one month, quarter or year; the time is that of its middle prediction."""

    middle_ns: int
    found: InformationCoefficient


@dataclass(frozen=True, slots=True)
class Importance:
    """Share of the gain that a feature had over the folds.

    Attributes
    ----------
    name : str
    mean, least, most : float
        Over the folds.
    top : int
        Folds in which it was among the first twenty.
    """

    name: str
    mean: float
    least: float
    most: float
    top: int


@dataclass(frozen=True, slots=True, eq=False)
class StudyEvidence:
    """What the page of a study shows.

    Attributes
    ----------
    windows : tuple of FoldWindow
    period : str
        "month", "quarter" or "year": the first that gives no more than can be told apart.
    periods : tuple of PeriodIC
    decay : dict of int to InformationCoefficient
        With the log return from the next open over each horizon in bars.
    quantiles : QuantileReturns
        Label returns in basis points by tenth of the out-of-fold scores.
    calibration : QuantileReturns
        Return over sigma_h by tenth of the scores.
    predicted : ndarray of float64
        Mean score of each of those tenths.
    importance : tuple of Importance
        Most important first.
    losses : tuple of (ndarray, ndarray)
        Of each fold, by round: on the rows that were trained on, and that ended the training.
    """

    windows: tuple[FoldWindow, ...]
    period: str
    periods: tuple[PeriodIC, ...]
    decay: dict[int, InformationCoefficient]
    quantiles: QuantileReturns
    calibration: QuantileReturns
    predicted: Floats
    importance: tuple[Importance, ...]
    losses: tuple[tuple[Floats, Floats], ...]


def study_evidence(
    data: Dataset,
    evaluation: Evaluation,
    histories: Sequence[SymbolBars],
    actions: Sequence[CorporateAction],
    *,
    lag: int,
) -> StudyEvidence:
    """Gather what a study's page shows.

    Parameters
    ----------
    data : Dataset
    evaluation : Evaluation
        Of `data`.
    histories : sequence of SymbolBars
        Raw, in the order of the universe.
    actions : sequence of CorporateAction
    lag : int
        Moments that labels overlap.
    """
    clear = np.flatnonzero(~np.isnan(evaluation.scores) & ~data.ambiguous)
    score, time = evaluation.scores[clear], data.t0_ns[clear]
    outcome = data.outcome[clear]
    outcomes = {h: values[clear] for h, values in _forward_returns(data, histories, actions).items()}
    quantiles = min(QUANTILES, len(clear))
    period, periods = _periods(score, outcome, time, lag)
    return StudyEvidence(
        windows=evaluation.windows,
        period=period,
        periods=periods,
        decay=ic_decay(score, outcomes, time),
        quantiles=by_quantile(score, data.ret[clear] * 1e4, time, quantiles),
        calibration=by_quantile(score, outcome, time, quantiles),
        predicted=by_quantile(score, score, time, quantiles).mean,
        importance=_importance(data.feature_names, evaluation),
        losses=tuple((fold.train_loss, fold.stop_loss) for fold in evaluation.evidence),
    )


def _periods(score: Floats, outcome: Floats, time_ns: NDArray[np.int64], lag: int) -> tuple[str, tuple[PeriodIC, ...]]:
    months = time_ns.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    name, length = next((p for p in _PERIODS if len(np.unique(months // p[1])) <= _PERIODS_MAX), _PERIODS[-1])
    found = []
    for period in np.unique(months // length):
        own = np.flatnonzero(months // length == period)
        if len(own) >= _LEAST:
            ic = information_coefficient(score[own], outcome[own], time_ns[own], lag=lag)
            found.append(PeriodIC(int(np.median(time_ns[own])), ic))
    return name, tuple(found)


def _forward_returns(
    data: Dataset, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction]
) -> dict[int, Floats]:
    """Log return from the open after each prediction to the close of each horizon's last bar; NaN past the data."""
    found = {horizon: np.full(len(data), np.nan) for horizon in HORIZONS}
    for i, bars in enumerate(histories):
        own = np.flatnonzero(data.symbol == i)
        prices = back_adjusted(bars, [action for action in actions if action.symbol == bars.symbol]).ohlcv
        at = np.searchsorted(bars.close_ns, data.t0_ns[own])
        for horizon, values in found.items():
            known = at + horizon < len(bars)
            start, end = prices[at[known] + 1, OPEN], prices[at[known] + horizon, CLOSE]
            values[own[known]] = np.log(end / start)
    return found


def _importance(names: Sequence[str], evaluation: Evaluation) -> tuple[Importance, ...]:
    gain = np.stack([fold.gain for fold in evaluation.evidence])
    place = np.argsort(np.argsort(-gain, axis=1, kind="stable"), axis=1, kind="stable")
    top = ((place < 20) & (gain > 0.0)).sum(axis=0)
    order = np.argsort(-gain.mean(axis=0), kind="stable")
    return tuple(
        Importance(names[k], float(gain[:, k].mean()), float(gain[:, k].min()), float(gain[:, k].max()), int(top[k]))
        for k in order
    )
