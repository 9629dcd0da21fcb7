"""What `foxml check features` checks: the bars and the plan of a config."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from foxml.bars.calendar import start_of_date_ns
from foxml.bars.store import BarStore
from foxml.errors import DataError
from foxml.features import FeaturePlan
from foxml.research.feature_checks import (
    CANARIES,
    TOLERANCE,
    ComputedSource,
    Effort,
    FeatureReport,
    FeatureSource,
    History,
    KernelSource,
    check_features,
)
from foxml.research.features.references import import_research
from foxml.research.inputs import feature_plan
from foxml.research.progress import Progress
from foxml.settings import Resolved

__all__ = ["FeatureCheck", "check_config"]


@dataclass(frozen=True, slots=True)
class FeatureCheck:
    """What was checked, and what was found.

    Attributes
    ----------
    plan : FeaturePlan
    fingerprint : str
        ``BarStore.fingerprint`` of the bars.
    report : FeatureReport
    """

    plan: FeaturePlan
    fingerprint: str
    report: FeatureReport


def check_config(
    resolved: Resolved,
    store: BarStore,
    *,
    canaries: Sequence[str] = (),
    seed: int = 7,
    tolerance: float = TOLERANCE,
    progress: Progress = lambda text, done=None, total=None: None,
) -> FeatureCheck:
    """Check the features of a config's plan on the stored bars of its universe and period.

    Parameters
    ----------
    resolved : Resolved
    store : BarStore
    canaries : sequence of str
        Names of `CANARIES` to check as well, so that their failure is seen.
    seed : int
        Of every random choice.
    tolerance : float
        Largest relative difference that a measured feature may show after a late start.
    progress : Progress

    Raises
    ------
    ConfigError
        If the plan is wrong.
    DataError
        If the store lacks a symbol or its file is damaged, or no history is long enough.
    FeatureError
        If a bar is refused.
    """
    plan = feature_plan(resolved)
    symbols = [instrument.symbol for instrument in plan.instruments]
    interval, period = resolved.config.bars.interval, resolved.config.period
    start_ns = None if period.start is None else start_of_date_ns(period.start)
    end_ns = None if period.end is None else start_of_date_ns(period.end + dt.timedelta(days=1))
    actions = store.actions(symbols)
    histories = []
    for symbol in symbols:
        progress(f"reading {symbol}")
        bars = store.read(symbol, interval, start_ns, end_ns)
        if not len(bars):
            raise DataError(f"period: no {interval} bars of {symbol} from {period.start} to {period.end}")
        histories.append(bars)
    benchmark = next((bars for bars in histories if bars.symbol == plan.benchmark), None)
    fingerprint = store.fingerprint(symbols, interval, start_ns, end_ns)
    sources: list[FeatureSource] = [KernelSource(plan.kernel_part)]
    # Each by itself: one that looks back over everything has no stream, and keeps no other from having one.
    sources += [ComputedSource([feature]) for feature in import_research(plan.research, resolved.root)]
    sources += [CANARIES[name].source() for name in canaries]
    report = check_features(
        sources,
        [History(bars, tuple(actions), benchmark) for bars in histories],
        effort=Effort(seed),
        tolerance=tolerance,
        progress=progress,
    )
    return FeatureCheck(plan, fingerprint, report)
