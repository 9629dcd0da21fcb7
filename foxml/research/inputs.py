"""What a config says is learned from: instruments, bars, actions and their targets."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from foxml.bars.calendar import start_of_date_ns
from foxml.bars.store import BarStore
from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument
from foxml.labels import BarrierSpec
from foxml.research.targets import BarrierTargetBuilder, Targets
from foxml.settings import FoxmlConfig

__all__ = ["TrainingInputs", "barrier_spec", "read_inputs"]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingInputs:
    """Raw bars of the period, in the order of the universe, with their actions and targets."""

    instruments: tuple[Instrument, ...]
    histories: tuple[SymbolBars, ...]
    actions: Sequence[CorporateAction]
    spec: BarrierSpec
    targets: Targets


def barrier_spec(config: FoxmlConfig) -> BarrierSpec:
    """Return the label that the section ``target`` defines."""
    target = config.target
    return BarrierSpec(
        horizon_bars=target.horizon_bars,
        up_sigma=target.up_sigma,
        down_sigma=target.down_sigma,
        lam=target.volatility.decay,
        min_width_bps=target.min_width_bps,
        cross_session=target.cross_session,
    )


def read_inputs(config: FoxmlConfig, store: BarStore) -> TrainingInputs:
    """Read the bars of the config's period, both ends included, and label them.

    Raises
    ------
    DataError
        If the store lacks a symbol of the universe.
    """
    instruments = config.universe.build()
    # US sessions close hours before midnight UTC, so a UTC day holds exactly one session.
    start, end = config.period.start, config.period.end
    start_ns = None if start is None else start_of_date_ns(start)
    end_ns = None if end is None else start_of_date_ns(end + dt.timedelta(days=1))
    histories = tuple(store.read(i.symbol, config.bars.interval, start_ns, end_ns) for i in instruments)
    actions = store.actions([i.symbol for i in instruments])
    spec = barrier_spec(config)
    targets = BarrierTargetBuilder(spec, instruments).build(histories, actions)
    return TrainingInputs(instruments, histories, actions, spec, targets)
