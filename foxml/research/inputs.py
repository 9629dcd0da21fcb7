"""What a config says is learned from: instruments, bars, actions and their targets."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from foxml.bars.calendar import start_of_date_ns
from foxml.bars.store import BarStore
from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.errors import DataError
from foxml.features import FeaturePlan, load_plan
from foxml.models import TargetSpec
from foxml.research.features.references import research_resolver
from foxml.research.targets import Targets
from foxml.research.targets.configured import build_targets
from foxml.settings import FoxmlConfig, Resolved

__all__ = ["TrainingInputs", "feature_plan", "read_inputs"]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingInputs:
    """Raw bars of the period, in the order of the universe, with their actions, targets and fingerprint.

    Attributes
    ----------
    target : TargetSpec
        What the labels are.
    overlap_bars : int
        Moments that a label may share with the next ones.
    """

    instruments: tuple[Instrument, ...]
    histories: tuple[SymbolBars, ...]
    actions: Sequence[CorporateAction]
    target: TargetSpec
    targets: Targets
    overlap_bars: int
    fingerprint: str


def feature_plan(resolved: Resolved) -> FeaturePlan:
    """Return the features that the section ``features`` names, for the universe and its bars.

    Raises
    ------
    ConfigError
        If the plan or a feature is unknown, or none is left.
    """
    config = resolved.config
    return load_plan(
        config.features.plan,
        interval_ns=config.bars.interval,
        instruments=config.universe.build(),
        include=config.features.include,
        exclude=config.features.exclude,
        benchmark=config.universe.benchmark,
        research=research_resolver(resolved.root),
        folder=resolved.plans,
    )


def read_inputs(config: FoxmlConfig, store: BarStore) -> TrainingInputs:
    """Read the bars of the config's period, both ends included, and label them.

    Raises
    ------
    DataError
        If the store lacks a symbol of the universe, or has none of its bars in the period.
    ConfigError
        If the target needs a benchmark, and there is none.
    """
    instruments = config.universe.build()
    symbols = [instrument.symbol for instrument in instruments]
    # US sessions close hours before midnight UTC, so a UTC day holds exactly one session.
    start, end = config.period.start, config.period.end
    start_ns = None if start is None else start_of_date_ns(start)
    end_ns = None if end is None else start_of_date_ns(end + dt.timedelta(days=1))
    histories = tuple(store.read(symbol, config.bars.interval, start_ns, end_ns) for symbol in symbols)
    for bars in histories:
        if not len(bars):
            held = next(s for s in store.list() if (s.symbol, s.interval) == (bars.symbol, config.bars.interval))
            raise DataError(
                f"period: no {held.interval} bars of {bars.symbol} from {start or 'the first'} to {end or 'the last'}; "
                f"the store holds {_day(held.first_close_ns)} to {_day(held.last_close_ns)}"
            )
    actions = store.actions(symbols)
    target, targets, overlap_bars = build_targets(config, histories, actions)
    fingerprint = store.fingerprint(symbols, config.bars.interval, start_ns, end_ns)
    return TrainingInputs(instruments, histories, actions, target, targets, overlap_bars, fingerprint)


def _day(ns: int) -> dt.date:
    return dt.datetime.fromtimestamp(ns // 1_000_000_000, tz=dt.UTC).date()
