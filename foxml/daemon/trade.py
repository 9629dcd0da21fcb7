"""The trading process: start-up is recovery, then the loop, then a summary; faults stop it safely."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Final

from structlog.typing import FilteringBoundLogger

from foxml.clock import WallClock
from foxml.daemon.logs import EventLog, make_log
from foxml.daemon.loop import Pace, Traded, trade
from foxml.domain.events import RunStarted
from foxml.domain.money import NANO, format_nano
from foxml.domain.orders import HaltLevel
from foxml.errors import ConfigError, FoxmlError, JournalError
from foxml.journal import DeferredJournal, JournalReader
from foxml.models import Bundle, Registry
from foxml.session.build import BuiltSession, build_session
from foxml.session.start import Recovered, begin, check_same_run, recover, remaining
from foxml.settings import Resolved

__all__ = ["TradeSummary", "run"]

LABEL: Final = "trading process, simulated broker"


@dataclass(frozen=True, slots=True)
class TradeSummary:
    """What one process did, and how the account stands.

    Attributes
    ----------
    journal : Path
    model : str
    ended : str
        ``"feed"`` or ``"signal"``.
    slices, decisions, submitted, fills, trades, denials : int
        Of this process.
    pnl : str
        Of the trades that it closed, in dollars after fees.
    positions : mapping of str to str
        Shares by symbol.
    cash, equity : str
        In dollars.
    halt : str
    recovered_events, differences : int
        What the start has folded, and how many outputs it would not repeat.
    seconds : float
        Of the loop.
    latency_ms : mapping of str to float
        Of the slices that were decided on: median, 99th percentile and largest time from taking one to having sent
        what it led to.
    """

    journal: Path
    model: str
    ended: str
    slices: int
    decisions: int
    submitted: int
    fills: int
    trades: int
    denials: int
    pnl: str
    positions: Mapping[str, str]
    cash: str
    equity: str
    halt: str
    recovered_events: int
    differences: int
    seconds: float
    latency_ms: Mapping[str, float]


def run(
    resolved: Resolved,
    *,
    model: str | None = None,
    journal: Path | None = None,
    name: str = "trade",
    halt: tuple[HaltLevel, str] | None = None,
) -> TradeSummary:
    """Trade until the feed ends or a signal asks to stop.

    Parameters
    ----------
    resolved : Resolved
    model : str, optional
        Reference to a bundle; by default ``model.name``.
    journal : Path, optional
        Gone on with if it is there; by default the config's, or the one of the run `name`.
    name : str, default "trade"
        Of the run.
    halt : tuple of (HaltLevel, str), optional
        The level that a person wants from here on, lower or higher, and why.

    Raises
    ------
    FoxmlError
        If it cannot start, or must stop: JournalError if the journal cannot be written, RecoveryError if the journal
        cannot be repeated.
    """
    if not __debug__:
        raise ConfigError("python -O removes the assertions that stop a faulty process: start it without -O")
    config = resolved.config
    log = make_log(config.logging)
    path = journal or _journal_path(resolved, name)
    with DeferredJournal(path, commit_every=config.journal.commit_every) as record:
        try:
            bundle = Registry(resolved.registry).load(model or config.model.name)
            return _Process(resolved, bundle, record, log).run(halt)
        except JournalError as error:
            log.critical("the journal cannot be used: nothing is submitted any more", problem=str(error))
            raise
        except FoxmlError as error:
            log.critical("stopped", problem=str(error), error=type(error).__name__)
            raise


def _journal_path(resolved: Resolved, name: str) -> Path:
    """Return the journal of a run: as the config says, or below its folder of runs, by name."""
    given = resolved.config.journal.path
    return resolved.runs / name / "journal.db" if given is None else resolved.root / given


class _Process:
    """One run of the process on one journal."""

    def __init__(self, resolved: Resolved, bundle: Bundle, journal: DeferredJournal, log: FilteringBoundLogger) -> None:
        self._resolved = resolved
        self._bundle = bundle
        self._journal = journal
        self._log = log
        self._events = EventLog(log)

    def run(self, halt: tuple[HaltLevel, str] | None) -> TradeSummary:
        """Recover, trade, sum up."""
        built = self._build()
        self._journal.open()
        log, feed = self._log, built.feed
        log.info(
            "starting",
            journal=str(self._journal.path),
            model=built.details["bundle"],
            symbols=built.details["symbols"],
            slices=len(feed),
        )
        found = self._recover(built)
        items = remaining(built.session, feed, self._journal.path)
        try:
            received_ns = WallClock().now_ns()
            begin(built.session, built.details, label=LABEL, received_ns=received_ns, recovered=found, ordered=halt)
            traded = asyncio.run(
                trade(
                    built.session,
                    items,
                    Pace(self._resolved.config.feed.speed, feed.trade_from_ns),
                    queue_max=self._resolved.config.feed.queue_max,
                )
            )
        except JournalError:
            raise
        except Exception as fault:
            self._fault(fault)
            raise
        summary = self._summary(built, traded, found)
        log.info("stopped", ended=traded.ended, slices=summary.slices, equity=summary.equity, halt=summary.halt)
        return summary

    def _build(self) -> BuiltSession:
        return build_session(
            self._resolved,
            self._bundle,
            journal=self._journal,
            journal_id=self._journal.journal_id,
            listener=self._events,
        )

    def _recover(self, built: BuiltSession) -> Recovered:
        total = self._journal.last_seq
        with JournalReader(self._journal.path) as reader:
            first = next(reader.select([RunStarted.__name__]), None)
            if isinstance(first, RunStarted):
                check_same_run(first, built.details, self._journal.path)
            found = recover(built.session, reader.entries(), total=total)
        for difference in found.differences:
            self._log.error("differs from the journal", difference=str(difference))
        self._log.info(
            "recovered",
            events=found.events,
            commands=found.commands,
            differences=found.differing,
            unanswered=len(built.session.outbox),
            last_sequence=built.session.last_sequence,
            halt=built.session.engine.halt_level.name.lower(),
        )
        return found

    def _fault(self, fault: Exception) -> None:
        """Record what went wrong and take entries back, from the journal: the engine that broke off is not asked."""
        reason = f"{type(fault).__name__}: {fault}"
        self._log.critical("fault: nothing is submitted any more", reason=reason)
        try:
            self._journal.close()
            self._journal.open()
            built = self._build()
            with JournalReader(self._journal.path) as reader:
                recover(built.session, reader.entries())
            built.session.fault(reason)
        except Exception as second:
            self._log.critical("the fault could not be recorded", reason=f"{type(second).__name__}: {second}")

    def _summary(self, built: BuiltSession, traded: Traded, found: Recovered) -> TradeSummary:
        engine, events = built.session.engine, self._events
        return TradeSummary(
            journal=self._journal.path,
            model=built.details["bundle"],
            ended=traded.ended,
            slices=len(traded.took_s),
            decisions=events.decisions,
            submitted=events.submitted,
            fills=events.fills,
            trades=events.trades,
            denials=events.denials,
            pnl=format_nano(events.pnl),
            positions={s: format_nano(q, 0 if q % NANO == 0 else 9) for s, q in sorted(engine.positions().items())},
            cash=format_nano(engine.book.cash),
            equity=format_nano(engine.equity()),
            halt=engine.halt_level.name.lower(),
            recovered_events=found.events,
            differences=found.differing,
            seconds=sum(seconds for _, seconds in traded.took_s),
            latency_ms=_latency_ms([s for close_ns, s in traded.took_s if close_ns > built.feed.trade_from_ns]),
        )


def _latency_ms(took_s: list[float]) -> dict[str, float]:
    if len(took_s) < 2:
        return {}
    cuts = quantiles(took_s, n=100, method="inclusive")
    return {"p50": cuts[49] * 1e3, "p99": cuts[98] * 1e3, "max": max(took_s) * 1e3}
