"""Everything that a report says of a run, in numbers: what the page draws and `--json` prints."""

from collections.abc import Mapping
from dataclasses import dataclass

from foxml.report import breakdown as bd
from foxml.report.caveats import caveats
from foxml.report.performance import Curve, Performance, curves, judge
from foxml.report.run import Run

__all__ = ["Analysis", "analyse"]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A run, measured.

    Attributes
    ----------
    caveats : tuple of str
        Why the numbers are not what they seem: data seen in training, a run that was not finished, faults.
    performance : tuple of Performance
        The strategy first, then what stands beside it; empty for a run without a decision.
    relative : mapping of str to (correlation, beta)
        Of the strategy's session returns with each curve beside it.
    counts : mapping of str to int
        Orders submitted and what became of them.
    """

    run: Run
    caveats: tuple[str, ...]
    curves: tuple[Curve, ...]
    performance: tuple[Performance, ...]
    relative: Mapping[str, tuple[float, float]]
    costs: bd.Costs
    exposure: bd.Exposure
    trades: bd.TradeGroup
    sides: tuple[bd.TradeGroup, ...]
    exits: tuple[bd.TradeGroup, ...]
    hours: tuple[bd.TradeGroup, ...]
    symbols: tuple[bd.SymbolRow, ...]
    denials: tuple[bd.DenialCount, ...]
    calibration: bd.Calibration | None
    counts: Mapping[str, int]

    def summary(self) -> dict[str, object]:
        """Return the numbers without the series, for machines."""
        run = self.run
        return {
            "journal_id": run.journal_id,
            "caveats": self.caveats,
            "details": dict(run.details),
            "starts": run.starts,
            "slices": len(run.close_ns),
            "decisions": len(run.decided),
            "first_decision_ns": int(run.close_ns[run.decided[0]]) if len(run.decided) else None,
            "last_decision_ns": int(run.close_ns[run.decided[-1]]) if len(run.decided) else None,
            "initial_equity": run.initial_equity,
            "performance": self.performance,
            "relative": {name: {"correlation": c, "beta": b} for name, (c, b) in self.relative.items()},
            "costs": self.costs,
            "exposure": self.exposure,
            "trades": self.trades,
            "sides": self.sides,
            "exits": self.exits,
            "hours": self.hours,
            "symbols": self.symbols,
            "denials": self.denials,
            "calibration": self.calibration,
            "orders": dict(self.counts),
            "halts": [(ns, halt.after.name, halt.cause.code) for ns, halt in run.halts],
            "faults": [fault.reason for fault in run.faults],
        }


def analyse(run: Run) -> Analysis:
    """Measure a run."""
    drawn = curves(run)
    performance = tuple(judge(curve, run.details if curve is drawn[0] else {}) for curve in drawn)
    years = performance[0].years if performance else 0.0
    return Analysis(
        run=run,
        caveats=tuple(caveats(run)),
        curves=drawn,
        performance=performance,
        relative={other.name: _relative(drawn[0], other) for other in drawn[1:]},
        costs=bd.costs(run, years),
        exposure=bd.exposure(run),
        trades=bd.all_trades(run),
        sides=tuple(bd.by_side(run)),
        exits=tuple(bd.by_exit_reason(run)),
        hours=tuple(bd.by_entry_hour(run)),
        symbols=tuple(bd.per_symbol(run)),
        denials=tuple(bd.count_denials(run)),
        calibration=bd.calibrate(run),
        counts=run.counts,
    )


def _relative(curve: Curve, other: Curve) -> tuple[float, float]:
    return bd.correlation_and_beta(curve.returns, other.returns)
