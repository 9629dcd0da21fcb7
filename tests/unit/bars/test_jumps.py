"""Steps between sessions: a missing split is found, a known one, a crash and a bad print are not taken for one."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.actions import read_actions
from foxml.bars.calendar import TradingCalendar
from foxml.bars.csv import CsvFormat, read_csv
from foxml.bars.jumps import overnight_jump, split_suspects, unexplained_jump, unexplained_jumps
from foxml.bars.normalise import normalise
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars

SPLIT = CorporateAction("AAPL", ActionKind.SPLIT, 0, 0, 4_000_000_000)


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    return TradingCalendar(dt.date(2026, 12, 31))


@pytest.fixture(scope="module")
def actions(shared_data: Path, calendar: TradingCalendar) -> list[CorporateAction]:
    return read_actions(shared_data / "corporate_actions.csv", calendar)


def bars_of(shared_data: Path, calendar: TradingCalendar, symbol: str, interval: str) -> SymbolBars:
    path = shared_data / f"us_equities_{interval}" / f"{symbol}.csv.gz"
    ns = parse_interval(interval)
    (raw,) = read_csv(path, CsvFormat("America/New_York"), interval_ns=ns)
    return normalise(raw, calendar, ns)[0]


def suspected(bars: SymbolBars, actions: list[CorporateAction]) -> list[tuple[str, str]]:
    return [(str(np.datetime64(s.session_open_ns, "ns"))[:10], s.ratio) for s in split_suspects(bars, actions)]


MISSING = [
    ("AAPL", "1h", ["2000-06-21", "2005-02-28", "2014-06-09", "2020-08-31"], ["2/1", "2/1", "7/1", "4/1"]),
    ("IBM", "1h", ["1999-05-27"], ["2/1"]),
    ("BAC", "1h", ["2004-08-30"], ["2/1"]),
    ("EEM", "1d", ["2005-06-09", "2008-07-24"], ["3/1", "3/1"]),
    ("AAPL", "1d", ["2000-06-21", "2005-02-28", "2014-06-09", "2020-08-31"], ["2/1", "2/1", "7/1", "4/1"]),
    ("SPY", "1h", [], []),
    ("SPY", "1d", [], []),
]


@pytest.mark.parametrize(("symbol", "interval", "days", "ratios"), MISSING)
def test_every_split_that_is_taken_out_of_the_table_is_found(
    shared_data: Path,
    calendar: TradingCalendar,
    actions: list[CorporateAction],
    symbol: str,
    interval: str,
    days: list[str],
    ratios: list[str],
) -> None:
    # With the table as it is nothing is suspected; without its splits exactly they are, and SPY has none.
    bars = bars_of(shared_data, calendar, symbol, interval)
    assert suspected(bars, actions) == []
    without = [a for a in actions if a.kind is not ActionKind.SPLIT]
    assert suspected(bars, without) == list(zip(days, ratios, strict=True))


def test_one_that_the_table_really_misses(
    shared_data: Path, calendar: TradingCalendar, actions: list[CorporateAction]
) -> None:
    # Google gave a class C share for each class A share on 2014-04-03: a 2:1 split of what is now GOOG.
    assert suspected(bars_of(shared_data, calendar, "GOOG", "1d"), actions) == [("2014-04-03", "2/1")]


def test_a_crash_is_a_jump_and_no_split(
    shared_data: Path, calendar: TradingCalendar, actions: list[CorporateAction]
) -> None:
    # On 2000-09-29 Apple opened at half its last close after a warning: its holders had not one share more.
    bars = bars_of(shared_data, calendar, "AAPL", "1h")
    ((open_ns, jump),) = unexplained_jumps(bars, actions, 0.25)
    assert str(np.datetime64(open_ns, "ns")).startswith("2000-09-29")
    assert jump == pytest.approx(-0.474, abs=1e-3)
    splits_gone = unexplained_jumps(bars, [a for a in actions if a.kind is not ActionKind.SPLIT], 0.25)
    assert len(splits_gone) == 5


@pytest.mark.parametrize(
    ("open_price", "actions", "unexplained"),
    [
        (127.58, [], True),
        (127.58, [SPLIT], False),
        (499.23, [SPLIT], True),  # a split that did not happen is as bad as one that is missing
        (375.0, [], False),
        (370.0, [], True),
        (float("nan"), [], True),  # what cannot be judged is not explained
    ],
)
def test_live_a_jump_is_explained_by_what_is_known(
    open_price: float, actions: list[CorporateAction], unexplained: bool
) -> None:
    assert unexplained_jump(499.23, open_price, actions, 0.25) is unexplained


def test_a_dividend_is_taken_off_too() -> None:
    # A tenth of the price is paid out: the open a tenth lower is no jump at all.
    dividend = CorporateAction("X", ActionKind.DIVIDEND, 0, 0, 10_000_000_000)
    assert overnight_jump(100.0, 90.0, [dividend]) == pytest.approx(0.0, abs=1e-15)
