"""A report that hides why its numbers cannot be believed is worse than none."""

import pytest
from report_builders import HOUR, Record, bar_slice, decision, started

from foxml.domain.events import FaultRaised
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


def test_a_fault_is_said_on_top() -> None:
    """A process that failed must not look like one that ended."""
    records = [started(), Record(FaultRaised("book & broker differ", HOUR, HOUR))]
    analysis = analyse(fold(records, "j"))
    assert "book & broker differ" in analysis.caveats[0]
    assert "book &amp; broker differ" in render(analysis).split("<h2>")[0]
