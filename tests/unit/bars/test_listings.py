"""Renamed and delisted symbols: whose bars they are, and only as far as was known at the time."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.bars.listings import ListingChange, ListingKind, is_listed, names_of, read_listings, stitched
from foxml.domain.bars import CLOSE, SymbolBars
from foxml.errors import DataError

DAY = 86_400_000_000_000
# FB becomes META at 100; ANET of old is delisted at 40 and its letters are taken by the renamed NET at 60.
CHANGES = [
    ListingChange("ANET", ListingKind.DELISTED, 40, 40),
    ListingChange("NET", ListingKind.RENAMED, 60, 60, "ANET"),
    ListingChange("FB", ListingKind.RENAMED, 100, 100, "META"),
]


def bars(symbol: str, first: int, last: int, price: float) -> SymbolBars:
    ns = np.arange(first, last + 1, dtype=np.int64)
    return SymbolBars(symbol, DAY, ns, ns - 1, ns, np.tile([price, price, price, price, 1.0], (len(ns), 1)))


@pytest.mark.parametrize(
    ("symbol", "as_of", "names"),
    [
        ("META", 150, [("FB", 0, 100), ("META", 100, 150)]),
        ("FB", 99, [("FB", 0, 99)]),
        ("META", 99, [("META", 0, 99)]),  # nothing is known yet: whoever bears that name is another share
        ("ANET", 39, [("ANET", 0, 39)]),
        ("ANET", 80, [("NET", 0, 60), ("ANET", 60, 80)]),
    ],
)
def test_names(symbol: str, as_of: int, names: list[tuple[str, int, int]]) -> None:
    assert names_of(symbol, CHANGES, as_of) == names


def test_a_change_received_late_is_unknown_until_then() -> None:
    late = [replace(change, received_ns=change.received_ns + 5) for change in CHANGES]
    assert names_of("META", late, 104) == [("META", 0, 104)]
    assert names_of("META", late, 105) == [("FB", 0, 100), ("META", 100, 105)]


def test_bars_are_joined_without_gap_overlap_or_another_share() -> None:
    # The old ANET's price of 7 is not in the history of the one that took its letters.
    histories = {
        "NET": bars("NET", 1, 60, 3.0),
        "ANET": SymbolBars(
            "ANET",
            DAY,
            *(
                np.concatenate([getattr(bars("ANET", 1, 40, 7.0), f), getattr(bars("ANET", 61, 90, 4.0), f)])
                for f in ("close_ns", "session_open_ns", "session_close_ns", "ohlcv")
            ),
        ),
    }
    found = stitched(histories, "ANET", CHANGES, 80)
    assert found.close_ns.tolist() == list(range(1, 81))
    assert found.ohlcv[:, CLOSE].tolist() == [3.0] * 60 + [4.0] * 20
    with pytest.raises(DataError, match="META was once FB, of which there are no bars"):
        stitched({"META": bars("META", 101, 120, 1.0)}, "META", CHANGES, 120)


@pytest.mark.parametrize(
    ("symbol", "as_of", "listed"),
    [("ANET", 39, True), ("ANET", 40, False), ("ANET", 60, True), ("FB", 99, True), ("FB", 100, False)],
)
def test_listed(symbol: str, as_of: int, listed: bool) -> None:
    assert is_listed(symbol, CHANGES, as_of) is listed


def test_a_table_is_read_and_its_faults_are_named(tmp_path: Path) -> None:
    # The first session of META was 2022-06-09.
    calendar = TradingCalendar(dt.date(2023, 12, 31))
    path = tmp_path / "listings.csv"
    path.write_text("symbol,date,kind,successor\nFB,2022-06-09,renamed,META\nTWTR,2022-11-08,delisted,\n")
    first, second = read_listings(path, calendar)
    assert (first.symbol, first.successor, second.kind) == ("FB", "META", ListingKind.DELISTED)
    assert first.occurred_ns == int(np.datetime64("2022-06-09T13:30", "ns").astype(np.int64))
    for row, said in (
        ("FB,2022-06-09,renamed,", "listings.csv:2: FB renamed: expected a successor"),
        ("FB,2022-06-09,gone,", "listings.csv:2: 'gone'"),
        ("FB,2022-06-09", "listings.csv:2: expected 4 fields"),
    ):
        path.write_text(f"symbol,date,kind,successor\n{row}\n")
        with pytest.raises(DataError, match=said):
            read_listings(path, calendar)
