"""The one composition of a run: config, bundle and store become an engine, a broker, a feed and a session.

Everything that trades, replays or tests history is built here; nothing below knows for whom.
"""

import datetime as dt
import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import foxml
from foxml.bars.calendar import start_of_date_ns
from foxml.bars.store import BarStore
from foxml.bars.timeframes import parse_interval
from foxml.brokers.simulated import SimulatedBroker
from foxml.clock import EventClock
from foxml.domain.events import BrokerEvent
from foxml.domain.instruments import Instrument
from foxml.domain.money import format_nano
from foxml.domain.ports import Journal
from foxml.engine import Engine, EngineConfig, ModelCard
from foxml.errors import ModelError
from foxml.features import FeatureEngine, FeaturePlan, load_plan
from foxml.features.research_columns import not_live_capable
from foxml.feeds import ReplayFeed
from foxml.labels import EwmaVolatility, LabelTracker, barrier_spec, settled_bars
from foxml.models import Bundle
from foxml.portfolio.volume import SESSIONS
from foxml.session.session import Listener, Session
from foxml.session.timers import TimerSource
from foxml.settings import FoxmlConfig, Resolved

__all__ = ["BuiltSession", "build_session"]

MS_NS: Final = 1_000_000
DECIDING_SECTIONS: Final = (
    "universe", "bars", "period", "target", "signals", "portfolio", "execution", "risk", "broker", "timers",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class BuiltSession:
    """A session that has seen nothing yet, and the feed that it is for.

    Attributes
    ----------
    session : Session
    feed : ReplayFeed
    details : mapping of str to str
        What decides, for the record of a start.
    """

    session: Session
    feed: ReplayFeed
    details: Mapping[str, str]


def build_session(
    resolved: Resolved, bundle: Bundle, *, journal: Journal, journal_id: str, listener: Listener | None = None
) -> BuiltSession:
    """Build a session for the period of a config.

    Parameters
    ----------
    resolved : Resolved
    bundle : Bundle
        The model that trades.
    journal : Journal
    journal_id : str
        Part of every client order id.
    listener : callable, optional
        Told of every event and its outputs once they are committed.

    Raises
    ------
    ModelError
        If the bundle does not fit the config, its feature plan or the stored bars; names the key, what was found and
        what was expected.
    FeatureError
        If the feature plan is wrong.
    DataError
        If the store lacks a symbol, or the period has no bars.
    """
    config = resolved.config
    _check_live(bundle)
    instruments = config.universe.build()
    store = BarStore(resolved.store)
    _check_fit(config, bundle, instruments, store)  # first: a plan differs for each of its reasons, too
    plan = _plan(resolved, bundle, instruments)
    features = FeatureEngine(plan, [i.symbol for i in instruments], forests=[bundle.forest.native])
    feed = _feed(config, store, instruments, max(features.warmup_bars, settled_bars(bundle.manifest.target.barrier)))
    clock, replies = EventClock(feed.start_ns), deque[BrokerEvent]()
    session = Session(
        _engine(config, bundle, instruments, features, feed.trade_from_ns, journal_id),
        SimulatedBroker(instruments, config.broker.simulated, clock=clock, sink=replies.append),
        journal,
        timers=TimerSource(config.timers.interval_ms * MS_NS, *feed.sessions, from_ns=feed.trade_from_ns),
        clock=clock,
        replies=replies,
        submit_ttl_ns=config.execution.submit_ttl_ms * MS_NS,
        listener=listener,
    )
    return BuiltSession(session, feed, _details(resolved, bundle, instruments, feed, store))


def _check_live(bundle: Bundle) -> None:
    outputs = bundle.forest.output_count
    if outputs != 1:
        raise ModelError(f"{bundle.path}: expected one score a row to trade by, found {outputs}")
    names = bundle.manifest.research_features
    if names:
        raise ModelError(f"{bundle.path}: not live-capable: {not_live_capable(names)}")


def _plan(resolved: Resolved, bundle: Bundle, instruments: tuple[Instrument, ...]) -> FeaturePlan:
    """Return the bundle's own plan, provided that the config resolves to the same one."""
    config = resolved.config
    plan = load_plan(
        config.features.plan,
        interval_ns=parse_interval(config.bars.interval),
        instruments=instruments,
        include=config.features.include,
        exclude=config.features.exclude,
        benchmark=config.universe.benchmark,
        folder=resolved.plans,
    )
    own = FeaturePlan.from_json(bundle.plan_json)
    if plan.sha256 != own.sha256:
        raise ModelError(
            f"{bundle.path}: features: expected the plan that the model was trained on, {own.sha256}, found that of "
            f"the config, {config.features.plan}: {plan.sha256}"
        )
    return own


def _check_fit(config: FoxmlConfig, bundle: Bundle, instruments: tuple[Instrument, ...], store: BarStore) -> None:
    manifest, interval = bundle.manifest, config.bars.interval
    target = {**barrier_spec(config.target).to_json(), "kind": config.target.kind, "value": config.target.value}
    learned = {**manifest.target.barrier.to_json(), "kind": manifest.target.kind, "value": manifest.target.value}
    pairs: list[tuple[str, Any, Any]] = [
        ("bars.interval", manifest.interval_ns, parse_interval(interval)),
        ("bars.calendar", manifest.data.calendar, config.bars.calendar),
        ("universe.symbols", [i.symbol for i in manifest.instruments], [i.symbol for i in instruments]),
    ]
    pairs += [
        (f"universe.instruments.{ours.symbol}", asdict(theirs), asdict(ours))
        for theirs, ours in zip(manifest.instruments, instruments, strict=False)
    ]
    pairs += [(f"target.{key}", learned[key], target[key]) for key in learned]
    for key, expected, found in pairs:
        if expected != found:
            raise ModelError(f"{bundle.path}: {key}: the model was trained with {expected}, the config says {found}")
    for instrument in instruments:
        symbol = instrument.symbol
        trained, stored = manifest.data.marks.get(symbol), store.marks(symbol, interval)
        if trained != stored:
            raise ModelError(
                f"{bundle.path}: data.marks.{symbol}: trained on bars of {trained}, the store has {stored}"
            )


def _feed(config: FoxmlConfig, store: BarStore, instruments: tuple[Instrument, ...], warmup_bars: int) -> ReplayFeed:
    # US sessions close hours before midnight UTC, so a UTC day holds exactly one session.
    start, end = config.period.start, config.period.end
    end_ns = None if end is None else start_of_date_ns(end + dt.timedelta(days=1))
    symbols = [instrument.symbol for instrument in instruments]
    return ReplayFeed(
        [store.read(symbol, config.bars.interval, None, end_ns) for symbol in symbols],
        store.actions(symbols),
        trade_from_ns=0 if start is None else start_of_date_ns(start),
        end_ns=end_ns,
        warmup_bars=warmup_bars,
        warmup_sessions=SESSIONS + 1,
    )


def _engine(
    config: FoxmlConfig,
    bundle: Bundle,
    instruments: tuple[Instrument, ...],
    features: FeatureEngine,
    trade_from_ns: int,
    journal_id: str,
) -> Engine:
    manifest, spec = bundle.manifest, bundle.manifest.target.barrier
    rules = EngineConfig(
        manifest.interval_ns,
        trade_from_ns,
        spec,
        config.signals,
        config.portfolio,
        config.execution,
        config.risk,
    )
    score = manifest.score
    card = ModelCard(
        family=manifest.kind,
        horizon_bars=score.horizon_bars,
        score_mean=score.mean,
        score_std=score.std,
        ic=score.ic,
        ic_n=score.ic_n,
        created_ns=manifest.created_ns,
        expires_ns=manifest.expires_ns,
    )
    return Engine(
        rules,
        instruments=instruments,
        features=features,
        model=card,
        volatility=EwmaVolatility(instruments, spec),
        tracker=LabelTracker(spec),
        journal_id=journal_id,
    )


def _details(
    resolved: Resolved, bundle: Bundle, instruments: tuple[Instrument, ...], feed: ReplayFeed, store: BarStore
) -> dict[str, str]:
    config, manifest = resolved.config, bundle.manifest
    symbols = [instrument.symbol for instrument in instruments]
    interval = config.bars.interval
    return {
        "version": foxml.__version__,
        "config_sha256": resolved.sha256,
        "config": json.dumps(dict(_deciding(config)), sort_keys=True),
        "instruments": json.dumps([asdict(instrument) for instrument in instruments]),
        "bundle": f"{manifest.name}@{manifest.version}",
        "bundle_sha256": bundle.sha256,
        "plan_sha256": manifest.plan_sha256,
        "symbols": ",".join(symbols),
        "benchmark": config.universe.benchmark or "",
        "interval_ns": str(manifest.interval_ns),
        "horizon_bars": str(manifest.score.horizon_bars),
        "initial_cash": format_nano(config.portfolio.initial_cash, places=9),
        "trade_from_ns": str(feed.trade_from_ns),
        "trials": str(manifest.trials),
        "trials_sharpe_variance": repr(manifest.trials_sharpe_variance),
        "fingerprint": store.fingerprint(symbols, interval, feed.start_ns, feed.end_ns),
        "data_vendors": ",".join(sorted({store.marks(symbol, interval).vendor for symbol in symbols})),
        "trained_to_ns": str(manifest.data.last_close_ns),
        "planned_last_close_ns": str(feed.end_ns),
    }


def _deciding(config: FoxmlConfig) -> Iterator[tuple[str, Any]]:
    """Yield the sections that decisions come from; how far a run goes, how fast, and where it is kept is left out."""
    tree = config.model_dump(mode="json")
    tree["period"] = {"start": tree["period"]["start"]}
    for section in DECIDING_SECTIONS:
        yield section, tree[section]
