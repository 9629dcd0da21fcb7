"""A whole session on a small seeded market: real engine, broker, journal and feed; features are two lines of NumPy."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foxml.brokers.simulated import SimulatedBroker
from foxml.clock import EventClock
from foxml.domain.bars import CLOSE, ActionKind, BarSlice, CorporateAction, SymbolBars
from foxml.domain.commands import BrokerCommand, CancelOrder, Output, SubmitOrder
from foxml.domain.events import BrokerEvent, Event, RunStarted
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.domain.ports import FeedItem, Journal
from foxml.engine import Engine, EngineConfig, ModelCard
from foxml.feeds import ReplayFeed
from foxml.journal import JournalReader, JournalWriter
from foxml.journal.codec import encode
from foxml.labels import BarrierSpec, EwmaVolatility, LabelTracker
from foxml.session import Session, TimerSource
from foxml.session.start import begin, recover, remaining
from foxml.settings import load_config

HOUR_NS = 3_600 * NANO
DAY_NS = 24 * HOUR_NS
OPEN_NS = 1_700_000_000 * NANO
BARS = 6
SYMBOLS = ("AAA", "BBB", "CCC")
JOURNAL_ID = "0123456789"
WARMUP_SESSIONS = 12


@dataclass
class Rows:
    rows: NDArray[np.float32]
    ready: NDArray[np.bool_]
    scores: NDArray[np.float64]


class Reversal:
    """What rose against its own slow mean is expected to fall: a score with a memory, so that a fold must be whole."""

    def __init__(self, n: int) -> None:
        self._mean = np.full(n, np.nan)

    def update(self, bar_slice: BarSlice) -> Rows:
        close = bar_slice.ohlcv[:, CLOSE]
        first = np.isnan(self._mean)
        self._mean = np.where(bar_slice.present, np.where(first, close, 0.8 * self._mean + 0.2 * close), self._mean)
        score = -200.0 * (np.where(bar_slice.present, close, np.nan) / self._mean - 1.0)
        n = len(close)
        return Rows(np.ones((n, 3), np.float32), bar_slice.present.copy(), score[:, None])

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        del volume_factor
        self._mean[symbol_index] *= price_factor


def make_market(sessions: int = 30, seed: int = 5) -> tuple[list[SymbolBars], list[CorporateAction]]:
    """Mean-reverting hourly bars with holes, a split and a dividend."""
    histories = []
    for place, symbol in enumerate(SYMBOLS):
        rng = np.random.default_rng([seed, place])
        n = sessions * BARS
        drift = np.cumsum(0.001 * rng.standard_normal(n))
        own = np.zeros(n)
        for t in range(1, n):
            own[t] = 0.7 * own[t - 1] + 0.01 * rng.standard_normal()
        close = np.round(100.0 * np.exp(drift + own), 2)
        opened = np.round(np.concatenate([close[:1], close[:-1]]) * (1.0 + 0.001 * rng.standard_normal(n)), 2)
        high = np.round(np.maximum(opened, close) + rng.random(n) * 0.4, 2)
        low = np.round(np.minimum(opened, close) - rng.random(n) * 0.4, 2)
        volume = np.floor(rng.random(n) * 20_000 + 200)
        ohlcv = np.stack([opened, high, low, close, volume], axis=1)
        session, bar = np.divmod(np.arange(n), BARS)
        session_open = OPEN_NS + session * DAY_NS
        close_ns = session_open + (bar + 1) * HOUR_NS
        if symbol == "BBB":
            after = session >= 20
            ohlcv[after, :4] = np.round(ohlcv[after, :4] / 2.0, 2)
            ohlcv[after, 4] *= 2.0
        kept = rng.random(n) > 0.03
        histories.append(
            SymbolBars(
                symbol, HOUR_NS, close_ns[kept], session_open[kept], session_open[kept] + BARS * HOUR_NS, ohlcv[kept]
            )
        )
    split_ns, dividend_ns = OPEN_NS + 20 * DAY_NS, OPEN_NS + 23 * DAY_NS
    actions = [
        CorporateAction("BBB", ActionKind.SPLIT, split_ns, split_ns, 2 * NANO),
        CorporateAction("AAA", ActionKind.DIVIDEND, dividend_ns, dividend_ns, NANO // 2),
    ]
    return histories, actions


MARKET = make_market()


@dataclass
class ListJournal:
    """Keeps transactions in memory, and can be told to fail."""

    transactions: list[list[tuple[Event, tuple[Output, ...]]]] = field(default_factory=list)

    def append(self, records) -> None:
        self.transactions.append([(event, tuple(outputs)) for event, outputs in records])

    @property
    def records(self) -> list[tuple[Event, tuple[Output, ...]]]:
        return [record for transaction in self.transactions for record in transaction]


class WatchedBroker(SimulatedBroker):
    """Says what it was told, and dies where it is asked to."""

    die_at: int | None = None

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.dispatched: list[BrokerCommand] = []

    def dispatch(self, command: BrokerCommand) -> None:
        if self.die_at is not None and len(self.dispatched) == self.die_at:
            raise KeyboardInterrupt  # between commit and dispatch: what a kill looks like from inside
        self.dispatched.append(command)
        super().dispatch(command)


@dataclass
class Rig:
    """A session with everything that it was built with."""

    session: Session
    broker: WatchedBroker
    feed: ReplayFeed
    journal: Journal
    clock: EventClock

    def run(self, items: Iterator[FeedItem] | None = None) -> None:
        for item in self.feed.items(-1) if items is None else items:
            self.session.offer(item)


def make_rig(journal: Journal | None = None, *overrides: str, market=MARKET, timer_ms: int = 1_200_000) -> Rig:
    histories, actions = market
    config = load_config(
        None,
        environ={},
        overrides=(
            "portfolio.max_weight=0.2", "risk.position_weight_max=0.4", "risk.order_notional_max=100000",
            "risk.daily_loss_max=0.5", "risk.drawdown_max=0.5", "risk.loss_streak_max=1000",
            "portfolio.no_trade_band_bps=0", "risk.reject_window_orders=1000", "risk.order_adv_share_max=1.0",
            "portfolio.participation=1.0", "broker.simulated.participation=0.02", *overrides,
        ),
    ).config  # fmt: skip
    feed = ReplayFeed(
        histories, actions, trade_from_ns=OPEN_NS + WARMUP_SESSIONS * DAY_NS - 1, warmup_bars=60, warmup_sessions=5
    )
    instruments = [Instrument(symbol) for symbol in SYMBOLS]
    spec = BarrierSpec(horizon_bars=4, up_sigma=1.0, down_sigma=1.0)
    engine = Engine(
        EngineConfig(
            HOUR_NS, feed.trade_from_ns, spec, config.signals, config.portfolio, config.execution, config.risk
        ),
        instruments=instruments,
        features=Reversal(len(SYMBOLS)),
        model=ModelCard("fake", 4, score_mean=0.0, score_std=1.0, ic=0.3, ic_n=1000, created_ns=0),
        volatility=EwmaVolatility(instruments, spec),
        tracker=LabelTracker(spec),
        journal_id=JOURNAL_ID,
    )
    clock, replies = EventClock(), deque[BrokerEvent]()
    broker = WatchedBroker(instruments, config.broker.simulated, clock=clock, sink=replies.append)
    journal = ListJournal() if journal is None else journal
    session = Session(
        engine,
        broker,
        journal,
        timers=TimerSource(timer_ms * 1_000_000, *feed.sessions, from_ns=feed.trade_from_ns),
        clock=clock,
        replies=replies,
        submit_ttl_ns=config.execution.submit_ttl_ms * 1_000_000,
    )
    return Rig(session, broker, feed, journal, clock)


def go_on(path: Path, *, die_at: int | None = None, received_ns: int = 1, market=MARKET) -> Rig:
    """Start on a journal, new or not, as a process would, and run to the end (or to where the broker dies)."""
    with JournalWriter(path, journal_id=JOURNAL_ID) as journal:
        rig = make_rig(journal, market=market)
        rig.broker.die_at = die_at
        with JournalReader(path) as reader:
            found = recover(rig.session, reader.entries())
        assert found.differing == 0, found.differences
        begin(rig.session, {}, label="test", received_ns=received_ns, recovered=found)
        rig.run(remaining(rig.session, rig.feed, path))
    return rig


def essence(records) -> list[tuple[str, bytes, tuple[tuple[str, bytes], ...]]]:
    """What must be identical however often a run was killed: everything but the records of starts."""
    return [
        (*encode(event), tuple(encode(output) for output in outputs))
        for event, outputs in records
        if not isinstance(event, RunStarted)
    ]


def commands(records) -> list[BrokerCommand]:
    return [o for _, outputs in records for o in outputs if isinstance(o, SubmitOrder | CancelOrder)]
