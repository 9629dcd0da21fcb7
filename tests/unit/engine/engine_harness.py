"""A tiny market for the engine: fixed volatility, scores from a function, and a broker that fills at the next open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import HIGH, LOW, OPEN, BarSlice
from foxml.domain.commands import CancelOrder, Output, SliceDecision, SubmitOrder, TradeClosed
from foxml.domain.events import Event, OrderAccepted, OrderCancelled, OrderFilled
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import OrderIntent, OrderType, Side
from foxml.engine import Engine, EngineConfig, ModelCard
from foxml.labels import BarrierSpec, LabelTracker
from foxml.settings import load_config

HOUR_NS = 3_600 * NANO
OPEN_NS = 1_700_000_000 * NANO
BARS_PER_SESSION = 6
SESSION_NS = 24 * HOUR_NS


@dataclass
class Rows:
    rows: NDArray[np.float32]
    ready: NDArray[np.bool_]
    scores: NDArray[np.float64]


@dataclass
class FakeFeatures:
    """Scores from a function of the slice; remembers what it was told of corporate actions."""

    score: Callable[[BarSlice], Sequence[float]]
    adjusted: list[tuple[int, float, float]] = field(default_factory=list)

    def update(self, bar_slice: BarSlice) -> Rows:
        scores = np.asarray(self.score(bar_slice), dtype=np.float64)
        n = len(scores)
        return Rows(np.ones((n, 3), np.float32), np.ones(n, np.bool_), scores[:, None])

    def adjust(self, symbol_index: int, price_factor: float, volume_factor: float) -> None:
        self.adjusted.append((symbol_index, price_factor, volume_factor))


@dataclass
class FixedVolatility:
    sigma: float

    def update(self, bar_slice: BarSlice) -> NDArray[np.float64]:
        return np.where(bar_slice.present, self.sigma, np.nan)

    def adjust(self, symbol_index: int, price_factor: float) -> None:
        del symbol_index, price_factor


def make_config(*overrides: str, target: BarrierSpec | None = None, trade_from_ns: int = 0) -> EngineConfig:
    """The packaged defaults with overrides, and a label of three bars."""
    config = load_config(None, environ={}, overrides=overrides).config
    spec = target or BarrierSpec(horizon_bars=3, up_sigma=1.0, down_sigma=1.0)
    return EngineConfig(HOUR_NS, trade_from_ns, spec, config.signals, config.portfolio, config.execution, config.risk)


def make_card(ic: float = 0.3, horizon_bars: int = 3) -> ModelCard:
    return ModelCard("fake", horizon_bars, score_mean=0.0, score_std=1.0, ic=ic, ic_n=1000, created_ns=0)


def make_slice(
    sequence: int, bars: dict[str, tuple[float, float, float, float] | None], volume: float = 1e6, first: int = 0
) -> BarSlice:
    """Slice number `sequence` of sessions of six hourly bars; None is an absent symbol."""
    session, bar = divmod(sequence + first, BARS_PER_SESSION)
    opened = OPEN_NS + session * SESSION_NS
    ohlcv = np.array([[np.nan] * 5 if b is None else [*b, volume] for b in bars.values()], dtype=np.float64)
    close = opened + (bar + 1) * HOUR_NS
    return BarSlice(
        sequence, HOUR_NS, close, close, opened, opened + BARS_PER_SESSION * HOUR_NS, tuple(bars), ohlcv,
        np.array([b is not None for b in bars.values()]),
    )  # fmt: skip


@dataclass
class TinyBroker:
    """Accepts everything; fills markets at the next open, stops and limits at their price when a bar reaches them."""

    resting: dict[str, OrderIntent] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    fee: int = 0
    part: int | None = None  # most shares of one fill

    def answer(self, output: Output, now_ns: int) -> list[Event]:
        if isinstance(output, SubmitOrder):
            intent = output.intent
            self.resting[intent.client_order_id] = intent
            self.left[intent.client_order_id] = intent.quantity
            return [OrderAccepted(intent.client_order_id, f"b-{intent.client_order_id}", now_ns, now_ns)]
        if isinstance(output, CancelOrder) and output.client_order_id in self.resting:
            del self.resting[output.client_order_id]
            return [OrderCancelled(output.client_order_id, output.reason, now_ns, now_ns)]
        return []

    def fills(self, bar_slice: BarSlice) -> list[Event]:
        events: list[Event] = []
        for order_id, intent in list(self.resting.items()):
            row = bar_slice.symbols.index(intent.symbol)
            if order_id not in self.resting or not bar_slice.present[row]:
                continue
            price = self._price(intent, bar_slice.ohlcv[row])
            if price is None:
                continue
            quantity = min(self.left[order_id], self.part or self.left[order_id])
            self.left[order_id] -= quantity
            opened = bar_slice.close_ns - bar_slice.interval_ns
            execution = f"{order_id}/{bar_slice.sequence}"
            events.append(
                OrderFilled(execution, order_id, intent.symbol, intent.side, quantity, price, self.fee, opened, opened)
            )
            if self.left[order_id] == 0:
                del self.resting[order_id]
            for other_id, other in list(self.resting.items()):
                if other_id != order_id and intent.oco_group is not None and other.oco_group == intent.oco_group:
                    del self.resting[other_id]
                    events.append(OrderCancelled(other_id, "group", opened, opened))
        return events

    @staticmethod
    def _price(intent: OrderIntent, bar: NDArray[np.float64]) -> int | None:
        opened, high, low = (nano_from_float(float(bar[k])) for k in (OPEN, HIGH, LOW))
        if intent.order_type is OrderType.MARKET:
            return opened
        buys = intent.side is Side.BUY
        if intent.stop_price is not None:
            hit = high >= intent.stop_price if buys else low <= intent.stop_price
            return (max(opened, intent.stop_price) if buys else min(opened, intent.stop_price)) if hit else None
        assert intent.limit_price is not None
        hit = low < intent.limit_price if buys else high > intent.limit_price
        return (min(opened, intent.limit_price) if buys else max(opened, intent.limit_price)) if hit else None


class Market:
    """Drives an engine and the tiny broker as a session does, and keeps all that came out."""

    def __init__(
        self,
        score: Callable[[BarSlice], Sequence[float]],
        *,
        symbols: Sequence[str] = ("AAA",),
        config: EngineConfig | None = None,
        card: ModelCard | None = None,
        sigma: float = 0.02,
        broker: TinyBroker | None = None,
    ) -> None:
        self.config = config or make_config()
        self.features = FakeFeatures(score)
        self.engine = Engine(
            self.config,
            instruments=[Instrument(symbol) for symbol in symbols],
            features=self.features,
            model=card or make_card(),
            volatility=FixedVolatility(sigma),
            tracker=LabelTracker(self.config.target),
            journal_id="0123456789",
        )
        self.broker = broker or TinyBroker()
        self.events: list[Event] = []
        self.outputs: list[tuple[Output, ...]] = []

    def step(self, event: Event) -> list[Output]:
        """Handle an event and everything that the broker answers."""
        queue, made = [event], []
        while queue:
            event = queue.pop(0)
            outputs = self.engine.handle(event)
            self.events.append(event)
            self.outputs.append(outputs)
            made += outputs
            for output in outputs:
                queue += self.broker.answer(output, event.occurred_ns)
        return made

    def offer(self, bar_slice: BarSlice) -> list[Output]:
        """Fills first, then the slice."""
        made: list[Output] = []
        for fill in self.broker.fills(bar_slice):
            made += self.step(fill)
        return made + self.step(bar_slice)

    def of(self, kind: type) -> list:
        return [output for outputs in self.outputs for output in outputs if isinstance(output, kind)]

    @property
    def submitted(self) -> list[OrderIntent]:
        return [output.intent for output in self.of(SubmitOrder)]

    @property
    def trades(self) -> list[TradeClosed]:
        return self.of(TradeClosed)

    @property
    def decisions(self) -> list[SliceDecision]:
        return self.of(SliceDecision)


def flat_bars(price: float = 100.0) -> tuple[float, float, float, float]:
    return (price, price, price, price)
