"""What a reader must know before believing the numbers of a run."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from foxml.domain.money import NANO
from foxml.domain.orders import HaltLevel
from foxml.report.performance import MARKET_ZONE
from foxml.report.run import Run

__all__ = ["caveats"]


def caveats(run: Run) -> Iterator[str]:
    """Yield one sentence for each reason to doubt the numbers.

    They rest on what the first start recorded: ``data_vendors``, ``trained_to_ns`` (end of the last label that the
    model was fitted to) and ``planned_last_close_ns`` (last slice that the run was to see).
    """
    if "synthetic" in run.details.get("data_vendors", "").split(","):
        yield "The bars are synthetic: made by a generator that plants a signal in them. Profits on them mean nothing."
    trained_to_ns = _moment_ns(run, "trained_to_ns")
    decided_ns = run.close_ns[run.decided]
    if trained_to_ns is not None:
        seen = int((decided_ns <= trained_to_ns).sum())
        if seen:
            yield (
                f"In sample: the model was fitted to labels up to {_day(trained_to_ns)}; {seen:,} of "
                f"{len(decided_ns):,} decisions lie before that, and their results say nothing about the future."
            )
    planned_ns = _moment_ns(run, "planned_last_close_ns")
    last_ns = int(run.close_ns[-1]) if len(run.close_ns) else 0
    if planned_ns is not None and last_ns < planned_ns:
        reached = f"at {_day(last_ns)}" if last_ns else "before its first bar"
        yield f"Unfinished: the run ends {reached}, and was to go on to {_day(planned_ns)}."
    if run.halts and run.halts[-1][1].after is not HaltLevel.ACTIVE:
        ns, halt = run.halts[-1]
        word, rest = halt.after.name.lower().replace("_", " "), int((decided_ns > ns).sum())
        yield (
            f"Halted: since {_day(ns)} the run was {word} ({halt.cause.code}: limit {halt.cause.limit}, seen "
            f"{halt.cause.observed}). Nobody lowered it: no position was opened in the last {rest:,} decisions."
        )
    idle = _why_idle(run)
    if idle is not None:
        yield idle
    for fault in run.faults:
        yield f"The process failed at {_day(fault.occurred_ns)}: {fault.reason}"


def _why_idle(run: Run) -> str | None:
    """Say why a run that risk did not hold back never traded; None if it did, or if its decisions do not tell."""
    alpha, cost, net = (run.columns.get(name) for name in ("alpha_bps", "cost_bps", "alpha_net_bps"))
    if run.counts.get("submitted") or run.denials or alpha is None or cost is None or net is None:
        return None
    if not np.isfinite(alpha).any():
        return "Nothing was traded: no symbol had a score at any decision."
    best, cost_bps, after = (float(np.nanmax(np.abs(values))) for values in (alpha, cost, net))
    if after == 0.0:
        return (
            f"Nothing was traded: no expected return, {best:.2f} bps at most, exceeded the cost of a round trip, up to "
            f"{cost_bps:.2f} bps."
        )
    return f"Nothing was traded: expected returns after costs, {after:.2f} bps at most, were too small for a position."


def _moment_ns(run: Run, key: str) -> int | None:
    told = run.details.get(key, "")
    return int(told) if told.isdigit() else None


def _day(ns: int) -> str:
    return datetime.fromtimestamp(ns // NANO, tz=MARKET_ZONE).strftime("%Y-%m-%d %H:%M")
