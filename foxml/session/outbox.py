"""Commands on their way: pending, dispatched, acknowledged."""

from enum import Enum

from foxml.domain.commands import BrokerCommand, CancelOrder, SubmitOrder
from foxml.domain.events import (
    CommandExpired,
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
)

__all__ = ["CommandState", "Outbox"]

_ANSWERS = (OrderAccepted, OrderFilled, OrderCancelled, OrderRejected, OrderExpired, OrderLost, CommandExpired)
_ENDINGS = (OrderCancelled, OrderRejected, OrderExpired, CommandExpired)


class CommandState(Enum):
    """How far a committed command has come. An acknowledged one is forgotten."""

    PENDING = "pending"
    DISPATCHED = "dispatched"


class Outbox:
    """Every committed command that has not been acknowledged, oldest first; a fold over the journal.

    A submit is acknowledged by any news of its order, a cancel by the end of its order. What was dispatched is not in
    the journal, so after a restart all of them are pending again: the caller asks the broker first.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[type[BrokerCommand], str], BrokerCommand] = {}
        self._states: dict[tuple[type[BrokerCommand], str], CommandState] = {}

    def __len__(self) -> int:
        return len(self._held)

    @property
    def unanswered(self) -> tuple[BrokerCommand, ...]:
        """Commands without an answer, oldest first."""
        return tuple(self._held.values())

    def state(self, command: BrokerCommand) -> CommandState | None:
        """How far a command has come; None once it was acknowledged."""
        return self._states.get(_key(command))

    def add(self, command: BrokerCommand) -> None:
        """Take in a committed command; one that is already under way is not sent twice."""
        key = _key(command)
        if key not in self._held:
            self._held[key] = command
            self._states[key] = CommandState.PENDING

    def next(self, *, cancels_only: bool = False) -> BrokerCommand | None:
        """Return the oldest pending command, None if there is none.

        Parameters
        ----------
        cancels_only : bool
            Leave submits where they are.
        """
        for key, command in self._held.items():
            if self._states[key] is CommandState.PENDING and not (cancels_only and isinstance(command, SubmitOrder)):
                return command
        return None

    def dispatched(self, command: BrokerCommand) -> None:
        """Note that a command is being handed to the broker."""
        key = _key(command)
        assert self._states[key] is CommandState.PENDING, command
        self._states[key] = CommandState.DISPATCHED

    def observe(self, event: Event) -> None:
        """Take in news of orders: they acknowledge commands."""
        if isinstance(event, _ANSWERS):
            self._forget((SubmitOrder, event.client_order_id))
        if isinstance(event, _ENDINGS):
            self._forget((CancelOrder, event.client_order_id))

    def _forget(self, key: tuple[type[BrokerCommand], str]) -> None:
        self._held.pop(key, None)
        self._states.pop(key, None)


def _key(command: BrokerCommand) -> tuple[type[BrokerCommand], str]:
    if isinstance(command, SubmitOrder):
        return SubmitOrder, command.intent.client_order_id
    return CancelOrder, command.client_order_id
