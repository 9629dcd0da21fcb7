"""The targets that a config asks for."""

from collections.abc import Sequence
from math import ceil

from foxml.domain.bars import CorporateAction, SymbolBars
from foxml.errors import ConfigError
from foxml.labels import barrier_spec
from foxml.models import TargetSpec
from foxml.research.targets.barrier import BarrierTargetBuilder
from foxml.research.targets.excess import ExcessReturnsBuilder, ExcessSpec
from foxml.research.targets.forward import SECOND_NS, ForwardSpec, HFTForwardReturnsBuilder
from foxml.research.targets.table import Targets
from foxml.settings import FoxmlConfig

__all__ = ["build_targets", "excess_spec", "forward_spec"]


def build_targets(
    config: FoxmlConfig, histories: Sequence[SymbolBars], actions: Sequence[CorporateAction]
) -> tuple[TargetSpec, Targets, int]:
    """Label histories as the section ``target`` says.

    Returns
    -------
    target : TargetSpec
    targets : Targets
    overlap_bars : int
        Moments that a label may share with the next ones.

    Raises
    ------
    ConfigError
        If the target needs a benchmark, and there is none.
    DataError
        If a price cannot be.
    """
    target = config.target
    symbols = [bars.symbol for bars in histories]
    if target.kind == "barrier":
        barrier = barrier_spec(target)
        targets = BarrierTargetBuilder(barrier, config.universe.build()).build(histories, actions)
        return TargetSpec(target.kind, target.value, barrier), targets, target.horizon_bars
    if target.kind == "excess":
        benchmark = config.universe.benchmark
        if benchmark is None:
            raise ConfigError("universe.benchmark: found null, expected a symbol: target.kind excess needs one")
        excess = excess_spec(config)
        targets = ExcessReturnsBuilder(excess, symbols, benchmark).build(histories, actions)
        return TargetSpec(target.kind, target.value, None, excess.to_json()), targets, target.horizon_bars
    forward = forward_spec(config)
    (targets,) = HFTForwardReturnsBuilder(forward, symbols).build(histories)
    length = forward.latency + forward.horizons[0]
    if forward.unit == "seconds":
        length *= SECOND_NS / histories[0].interval_ns
    return TargetSpec(target.kind, target.value, None, forward.to_json()), targets, ceil(length)


def excess_spec(config: FoxmlConfig) -> ExcessSpec:
    """Return the definition of ``target.kind: excess``."""
    target, excess = config.target, config.target.excess
    return ExcessSpec(
        horizon_bars=target.horizon_bars,
        method=excess.method,
        beta_bars=excess.beta_bars,
        shrink_beta=excess.shrink_beta,
        over_sigma=excess.over_sigma,
        cross_section=excess.cross_section,
        neutral_band=excess.neutral_band,
        cross_session=target.cross_session,
    )


def forward_spec(config: FoxmlConfig) -> ForwardSpec:
    """Return the definition of ``target.kind: forward``."""
    target, forward = config.target, config.target.forward
    in_seconds = forward.horizon_s > 0.0
    return ForwardSpec(
        horizons=(forward.horizon_s if in_seconds else float(target.horizon_bars),),
        unit="seconds" if in_seconds else "bars",
        latency=forward.latency,
        spread_bps=forward.spread_bps,
        fee_bps=forward.fee_bps,
        max_age_bars=forward.max_age_bars,
        lam=target.volatility.lam,
        min_width_bps=target.min_width_bps,
    )
