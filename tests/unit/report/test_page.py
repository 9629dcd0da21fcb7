"""The page must stand alone, say what the numbers are, and not be broken by what a run puts into it."""

import html
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from report_builders import HOUR, Record, bar_slice, decision, fill, order, started

from foxml.domain.commands import IntentDenied, TradeClosed
from foxml.domain.events import FaultRaised
from foxml.domain.money import NANO, nano_from_float
from foxml.domain.orders import Denied, Side
from foxml.report.analysis import Analysis, analyse
from foxml.report.page import render
from foxml.report.run import fold

HOSTILE = "<script>alert('x')</script>"
VOID = {"meta", "br", "hr", "use", "path", "rect"}


class Balance(HTMLParser):
    """Collects elements and checks that each one that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def analysis(symbol: str = "AAPL", *, reason: str = "horizon", bars: int = 90, **details: object) -> Analysis:
    rng = np.random.default_rng(1)
    symbols = ["SPY", symbol]
    records = [started(**{"initial_cash": 1000, "trials": 9, "trials_sharpe_variance": 0.003, **details})]
    for k in range(bars):
        prices = rng.uniform(99, 101, (2, 2))
        at = bar_slice(k, [tuple(row) for row in prices], symbols)
        outputs = [decision(at, float(rng.uniform(900, 1100)), gross=100, net=20, score=rng.normal(0, 1, 2))]
        if k == 3:
            intent = order("d", symbol, Side.BUY, 1).intent
            outputs.append(IntentDenied(intent, Denied("<i>code</i>", "<limit>", "<seen>")))
            outputs.append(order("a", symbol, Side.BUY, 1))
            amounts = (NANO, 0, HOUR, 99 * NANO, 98 * NANO, NANO, nano_from_float(-3.21))
            outputs.append(TradeClosed(symbol, 1, *amounts, reason))
        records.append(Record(at, outputs))
        if k == 3:
            records.append(fill("a", symbol, Side.BUY, 1, 100.0, 0.35, HOUR))
    records.append(Record(FaultRaised("<fault>", HOUR, HOUR)))
    return analyse(fold(records, "journal&1"))


def test_everything_is_escaped() -> None:
    """A symbol, reason or detail from outside must not become part of the page."""
    page = render(analysis(HOSTILE, reason=HOSTILE, bundle=HOSTILE, benchmark=HOSTILE, mode_label=HOSTILE))
    parsed = Balance()
    parsed.feed(page)
    assert parsed.open == []
    assert not [tag for tag, _ in parsed.seen if tag in ("script", "i", "limit", "seen", "fault")]
    assert page.count("&lt;script&gt;") > 5
    assert "journal&amp;1" in page


def test_nothing_is_loaded_from_elsewhere() -> None:
    """The report is read offline, and mailed around: no script, no link, no image, no font."""
    page = render(analysis())
    parsed = Balance()
    parsed.feed(page)
    assert not {tag for tag, _ in parsed.seen} & {"script", "link", "img", "iframe", "object"}
    addresses = [
        value
        for _, attributes in parsed.seen
        for name, value in attributes.items()
        if name in ("src", "href", "xlink:href")
    ]
    assert all(value is not None and value.startswith("#") for value in addresses)
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)  # the standard's names of SVG and its links


def test_plots_do_not_share_ids() -> None:
    """Two plots of one page that define the same clip path would cut each other."""
    page = render(analysis())
    assert page.count("<svg") == 4
    defined = re.findall(r'<clipPath id="([^"]+)"', page)
    assert len(defined) == len(set(defined))


def test_plots_take_the_theme_of_the_page() -> None:
    """Black on black is not readable: the drawing's stand-in colours must all be replaced."""
    page = render(analysis())
    assert "var(--fg)" in page
    assert not re.search("#0[123]0[123]0[123]", page)


def test_the_same_run_gives_the_same_bytes() -> None:
    """A report that changes by itself cannot be compared."""
    assert render(analysis()) == render(analysis())


def test_the_numbers_are_there_with_their_units() -> None:
    """What a reader looks for first."""
    page = render(analysis())
    for text in ("PnL after costs", "Deflated Sharpe", "Trials logged: 9", "-$3.21", "bps", "Buy and hold, SPY"):
        assert text in page


def test_a_whole_config_among_the_details_is_folded_away() -> None:
    """Two hundred keys in a row would hide the hashes beside them; nothing of them may be lost."""
    long = '{"key": "<value>"}' * 20
    page = render(analysis(config=long, trained_to_ns=1_609_795_800 * NANO))
    assert html.escape(long, quote=True) in page
    assert "<details><summary>{&quot;key" in page
    assert "2021-01-04 16:30" in page


def test_exposure_of_many_decisions_is_a_mean_and_not_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the session's end a book that leaves every evening is always flat."""
    monkeypatch.setattr("foxml.report.plots._POINTS_MAX", 10)
    page = render(analysis(bars=40))
    assert "exposure by session" in page
    assert "exposure by decision" in render(analysis(bars=4))


def test_a_single_trial_is_not_compared_with_the_best_of_many() -> None:
    """The best of one is no selection."""
    page = render(analysis(trials=1, trials_sharpe_variance=0.0))
    assert "One trial is logged" in page
    assert "worthless models" not in page


@pytest.mark.parametrize("bars", [0, 1, 5])
def test_a_run_that_has_hardly_begun_has_a_page(bars: int) -> None:
    """`foxml report` on the journal of a daemon in its first minutes must not fail."""
    page = render(analysis(bars=bars))
    assert ("nothing to judge" in page) == (bars == 0)


def test_an_undefined_number_is_not_printed_as_nan() -> None:
    """'nan' in a report reads as a bug."""
    page = render(analysis(bars=2))
    assert not re.search(r"\bnan\b|\binf\b", page)
