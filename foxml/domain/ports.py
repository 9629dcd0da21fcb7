"""The seams of the house: what a composition root plugs into the session."""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from foxml.domain.bars import BarSlice, CorporateAction
from foxml.domain.commands import BrokerCommand, Output
from foxml.domain.events import BrokerEvent, Event

__all__ = ["Broker", "Clock", "Feed", "FeedItem", "Journal", "Predictor"]

FeedItem = BarSlice | CorporateAction


class Clock(Protocol):
    """A source of time."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970 UTC."""


class Feed(Protocol):
    """A stream of slices and corporate actions in event time."""

    def items(self, after_sequence: int) -> Iterator[FeedItem]:
        """Yield everything after the slice with that sequence (-1: from the start)."""


class Broker(Protocol):
    """Where orders go. Replies re-enter through the sink that the broker was built with."""

    def before_slice(self, bar_slice: BarSlice) -> tuple[BrokerEvent, ...]:
        """Return what this slice does to the orders that were resting before it; change nothing yet."""

    def dispatch(self, command: BrokerCommand) -> None:
        """Carry out a committed command."""

    def observe(self, event: Event, outputs: Sequence[Output]) -> None:
        """See what was committed to the journal; a simulated broker is a fold over exactly this."""


class Journal(Protocol):
    """The record that everything is rebuilt from."""

    def append(self, records: Sequence[tuple[Event, Sequence[Output]]]) -> None:
        """Write events with their outputs in one transaction, before any of the commands takes effect."""


class Predictor(Protocol):
    """A model that scores rows of features, whatever it is and whatever computes it."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of a row's columns, in order; empty where the model has none."""

    @property
    def feature_count(self) -> int:
        """Columns of a row."""

    @property
    def output_count(self) -> int:
        """Scores per row."""

    def predict(
        self, rows: NDArray[np.float32] | NDArray[np.float64], kind: Literal["raw", "output"] = "raw"
    ) -> NDArray[np.float32] | NDArray[np.float64]:
        """Score `rows` of shape (n, features), each by itself; return shape (n, outputs), NaN: no score."""
