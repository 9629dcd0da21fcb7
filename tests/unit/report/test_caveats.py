"""A report that hides why its numbers cannot be believed is worse than none."""

import numpy as np
import pytest
from report_builders import HOUR, Record, bar_slice, decision, order, started

from foxml.domain.commands import HaltChanged, Output, SliceDecision
from foxml.domain.events import FaultRaised
from foxml.domain.orders import Denied, HaltLevel, Side
from foxml.report.analysis import analyse
from foxml.report.page import render
from foxml.report.run import Run, fold


def run(bars: int = 6, **details: object) -> Run:
    slices = [bar_slice(k, [(100, 100)], ["SPY"]) for k in range(bars)]
    return fold([started(**details), *(Record(s, [decision(s, 1000)]) for s in slices)], "j")


LAST = bar_slice(5, [(100, 100)], ["SPY"]).close_ns
SECOND = bar_slice(1, [(100, 100)], ["SPY"]).close_ns


@pytest.mark.parametrize(
    ("details", "found"),
    [
        ({}, []),
        ({"trained_to_ns": SECOND - HOUR // 2, "planned_last_close_ns": LAST, "data_vendors": "csv"}, ["1 of 6"]),
        ({"trained_to_ns": SECOND}, ["2 of 6 decisions"]),
        ({"trained_to_ns": SECOND - 2 * HOUR}, []),
        ({"planned_last_close_ns": LAST + 1}, ["Unfinished"]),
        ({"data_vendors": "csv,synthetic"}, ["synthetic"]),
    ],
)
def test_each_reason_to_doubt_is_said(details: dict[str, object], found: list[str]) -> None:
    """Each row: what the start recorded, and the words that a reader must meet."""
    told = analyse(run(**details)).caveats
    assert len(told) == len(found)
    assert all(words in text for words, text in zip(found, told, strict=True))


def test_a_run_without_a_slice_is_unfinished() -> None:
    """Interrupted while it warmed up."""
    (told,) = analyse(run(0, planned_last_close_ns=LAST)).caveats
    assert "before its first bar" in told


@pytest.mark.parametrize(("levels", "told"), [((1,), 1), ((1, 0), 0), ((1, 2), 1)])
def test_a_halt_that_nobody_lowered_is_said(levels: tuple[int, ...], told: int) -> None:
    """The flat line after it is risk's doing, not the model's."""
    records = [started()]
    before = HaltLevel.ACTIVE
    for k in range(6):
        bar = bar_slice(k, [(100, 100)], ["SPY"])
        outputs: list[Output] = [decision(bar, 1000)]
        if k < len(levels):
            after = HaltLevel(levels[k])
            outputs.append(HaltChanged(before, after, Denied("daily_loss", "2 %", "2.8 %")))
            before = after
        records.append(Record(bar, outputs))
    found = analyse(fold(records, "j")).caveats
    assert len(found) == told
    assert all("daily_loss" in text and f"last {6 - len(levels)} decisions" in text for text in found)


@pytest.mark.parametrize(
    ("alpha", "net", "told"),
    [
        (np.nan, np.nan, "no symbol had a score"),
        (-2.0, 0.0, "2.00 bps at most, exceeded the cost of a round trip, up to 3.00 bps"),
        (3.5, 0.5, "after costs, 0.50 bps at most, were too small"),
    ],
)
def test_a_run_that_never_traded_says_why(alpha: float, net: float, told: str) -> None:
    """A flat line without a word looks like a defect."""
    bar = bar_slice(0, [(100, 100)], ["SPY"])
    values = np.array([[alpha, 3.0, net]])
    made = SliceDecision(bar.close_ns, 10**12, 10**12, 0, 0, ("alpha_bps", "cost_bps", "alpha_net_bps"), values)
    (found,) = analyse(fold([started(), Record(bar, [made])], "j")).caveats
    assert told in found
    traded = fold([started(), Record(bar, [made, order("a", "SPY", Side.BUY, 1)])], "j")
    assert analyse(traded).caveats == ()


def test_a_fault_is_said_on_top() -> None:
    """A process that failed must not look like one that ended."""
    records = [started(), Record(FaultRaised("book & broker differ", HOUR, HOUR))]
    analysis = analyse(fold(records, "j"))
    assert "book & broker differ" in analysis.caveats[0]
    assert "book &amp; broker differ" in render(analysis).split("<h2>")[0]
