"""The process's own log: structured lines on stderr, of what was committed and never of a secret."""

import re
import sys
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from typing import Any, Final, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

from foxml.domain.bars import CorporateAction
from foxml.domain.commands import (
    CancelOrder,
    HaltChanged,
    IntentDenied,
    Output,
    SliceDecision,
    SubmitOrder,
    TradeClosed,
)
from foxml.domain.events import (
    BrokerConnection,
    CommandExpired,
    Event,
    FaultRaised,
    OperatorHalt,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
)
from foxml.domain.money import NANO, format_nano
from foxml.settings.sections.process import LoggingSection

__all__ = ["EventLog", "make_log"]

_SECRET: Final = re.compile(r"secret|token|passw|api_?key|authorization|credential", re.IGNORECASE)


class _Stream:
    """A stream whose troubles are not ours: a log that cannot be written must not stop what protects positions."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def make_log(settings: LoggingSection, stream: TextIO | None = None) -> FilteringBoundLogger:
    """Make the process's log.

    Parameters
    ----------
    settings : LoggingSection
    stream : text stream, optional
        By default stderr.
    """
    render = structlog.processors.JSONRenderer() if settings.format == "json" else structlog.dev.ConsoleRenderer()
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(_Stream(sys.stderr if stream is None else stream)),  # type: ignore[arg-type]
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide_secrets,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        cache_logger_on_first_use=True,
    )
    return log


def _hide_secrets(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in fields:
        if _SECRET.search(key):
            fields[key] = "hidden"
    return fields


class EventLog:
    """Logs what a session has committed, and counts it.

    Parameters
    ----------
    log : FilteringBoundLogger

    Attributes
    ----------
    decisions, submitted, fills, trades, denials : int
    pnl : int
        Of closed trades, after fees, in 1e-9 dollars.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self.decisions = 0
        self.submitted = 0
        self.fills = 0
        self.trades = 0
        self.denials = 0
        self.pnl = 0

    def __call__(self, event: Event, outputs: Sequence[Output]) -> None:
        """Take in one committed event with its outputs."""
        self._event(event)
        for output in outputs:
            self._output(output)

    def _event(self, event: Event) -> None:
        log = self._log
        match event:
            case OrderFilled():
                self.fills += 1
                log.info(
                    "filled",
                    order=event.client_order_id,
                    symbol=event.symbol,
                    side=event.side.value,
                    shares=_shares(event.quantity),
                    price=format_nano(event.price, places=4),
                    fee=format_nano(event.fee, places=4),
                )
            case OrderAccepted(client_order_id=order):
                log.debug("accepted", order=order)
            case OrderCancelled(client_order_id=order, reason=reason):
                log.debug("cancelled", order=order, reason=reason)
            case OrderExpired(client_order_id=order):
                log.info("expired at the broker", order=order)
            case OrderRejected(client_order_id=order, reason=reason) | OrderLost(client_order_id=order, reason=reason):
                log.warning("rejected" if isinstance(event, OrderRejected) else "lost", order=order, reason=reason)
            case CommandExpired(client_order_id=order):
                log.warning("too old to be sent", order=order)
            case CorporateAction():
                log.info("corporate action", symbol=event.symbol, kind=event.kind.value, value=event.value / NANO)
            case BrokerConnection(connected=connected, reason=reason):
                log.warning("broker connection", connected=connected, reason=reason)
            case OperatorHalt(level=level, reason=reason):
                log.warning("operator halt", level=level.name.lower(), reason=reason)
            case FaultRaised(reason=reason):
                log.critical("fault", reason=reason)
            case _:
                pass

    def _output(self, output: Output) -> None:
        log = self._log
        match output:
            case SubmitOrder(intent=intent):
                self.submitted += 1
                log.info(
                    "submitted",
                    order=intent.client_order_id,
                    symbol=intent.symbol,
                    side=intent.side.value,
                    shares=_shares(intent.quantity),
                    type=intent.order_type.value,
                    reason=intent.reason.value,
                )
            case CancelOrder(client_order_id=order, reason=reason):
                log.debug("cancel", order=order, reason=reason)
            case IntentDenied(intent=intent, verdict=verdict):
                self.denials += 1
                log.info(
                    "denied",
                    symbol=intent.symbol,
                    reason=intent.reason.value,
                    code=verdict.code,
                    limit=verdict.limit,
                    observed=verdict.observed,
                )
            case HaltChanged(before=before, after=after, cause=cause):
                log.warning(
                    "halt",
                    before=before.name.lower(),
                    after=after.name.lower(),
                    code=cause.code,
                    observed=cause.observed,
                )
            case TradeClosed():
                self.trades += 1
                self.pnl += output.pnl
                log.info("closed", symbol=output.symbol, pnl=format_nano(output.pnl), reason=output.exit_reason)
            case SliceDecision():
                self.decisions += 1
                log.debug("decided", close_ns=output.close_ns, equity=format_nano(output.equity))


def _shares(quantity: int) -> str:
    return format_nano(quantity, places=0 if quantity % NANO == 0 else 9)
