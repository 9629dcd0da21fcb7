"""A share under all its names, as it was seen at a moment."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from store_bars import MARKS

from foxml.bars.listings import ListingChange, ListingKind
from foxml.bars.store import BarStore
from foxml.bars.views import share_history
from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.domain.money import NANO
from foxml.errors import DataError

DAY = 86_400_000_000_000
# FB becomes META in front of day 101, and splits 2:1 on day 51; META, which pays 1 of 10 on day 121, was another share
# until day 41.
RENAMED, SPLIT, DIVIDEND, GONE = (day * DAY - DAY // 2 for day in (101, 51, 121, 41))
CHANGES = [
    ListingChange("META", ListingKind.DELISTED, GONE, GONE),
    ListingChange("FB", ListingKind.RENAMED, RENAMED, RENAMED, "META"),
]
ACTIONS = [
    CorporateAction("FB", ActionKind.SPLIT, SPLIT, SPLIT, 2 * NANO),
    CorporateAction("META", ActionKind.DIVIDEND, DIVIDEND, DIVIDEND, NANO),
]


def _bars(symbol: str, days: range, price: float) -> SymbolBars:
    close_ns = np.array([day * DAY for day in days])
    ohlcv = np.tile([price, price, price, price, 100.0], (len(close_ns), 1))
    return SymbolBars(symbol, DAY, close_ns, close_ns - DAY // 3, close_ns, ohlcv)


def _joined(*parts: SymbolBars) -> SymbolBars:
    names = ("close_ns", "session_open_ns", "session_close_ns", "ohlcv")
    return dataclasses.replace(parts[0], **{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    store = BarStore(tmp_path)
    store.write(_joined(_bars("META", range(1, 41), 7.0), _bars("META", range(101, 141), 10.0)), marks=MARKS)
    store.write(_joined(_bars("FB", range(20, 51), 20.0), _bars("FB", range(51, 101), 10.0)), marks=MARKS)
    store.write_listings(CHANGES)
    store.write_actions(ACTIONS)
    return store


def test_listings_are_kept(store: BarStore) -> None:
    assert list(BarStore(store.root).listings()) == CHANGES
    store.write_listings([])
    assert list(store.listings()) == []
    assert list(BarStore(store.root / "empty").listings()) == []


def test_a_damaged_table_is_named(store: BarStore) -> None:
    path = store.root / "listings.json"
    path.write_text(path.read_text().replace("renamed", "married"))
    with pytest.raises(DataError, match=r"listings\.json: expected symbol changes .*married"):
        store.listings()


def test_all_names_on_the_terms_of_the_last_day(store: BarStore) -> None:
    # 20 before a 2:1 split is 10, less a tenth for the dividend; the other META's 7 is nobody's.
    found = share_history(store, "META", "1d", 140 * DAY)
    assert found.symbol == "META"
    assert found.close_ns.tolist() == [day * DAY for day in range(20, 141)]
    np.testing.assert_allclose(found.ohlcv[:, 3], [9.0] * (120 - 20 + 1) + [10.0] * 20)
    assert found.ohlcv[[0, 30, 31], 4].tolist() == [200.0, 200.0, 100.0]
    raw = share_history(store, "META", "1d", 140 * DAY, adjust=False)
    assert raw.ohlcv[[0, 31, -1], 3].tolist() == [20.0, 10.0, 10.0]
    splits = share_history(store, "META", "1d", 140 * DAY, dividends=False)
    assert set(splits.ohlcv[:, 3].tolist()) == {10.0}


def test_nothing_later_is_seen(store: BarStore) -> None:
    # On day 90 there is an FB and no META, on day 45 no split, on day 30 another META.
    assert share_history(store, "FB", "1d", 90 * DAY).close_ns[-1] == 90 * DAY
    assert set(share_history(store, "FB", "1d", 45 * DAY).ohlcv[:, 3].tolist()) == {20.0}
    assert set(share_history(store, "META", "1d", 30 * DAY).ohlcv[:, 3].tolist()) == {7.0}


def test_a_name_that_is_not_needed_need_not_be_stored(store: BarStore) -> None:
    store.write_listings([*CHANGES, ListingChange("TFB", ListingKind.RENAMED, 15 * DAY, 15 * DAY, "FB")])
    with pytest.raises(DataError, match="TFB"):
        share_history(store, "META", "1d", 140 * DAY)
    found = share_history(store, "META", "1d", 140 * DAY, start_ns=90 * DAY)
    assert found.close_ns[0] == 91 * DAY
    assert len(share_history(store, "META", "1d", 140 * DAY, start_ns=200 * DAY)) == 0


def test_columns_that_one_name_lacks_are_left_out(store: BarStore) -> None:
    later = store.read("META", "1d")
    store.write(dataclasses.replace(later, vwap=later.ohlcv[:, 3].copy()), marks=MARKS)
    assert share_history(store, "META", "1d", 140 * DAY).vwap is None
    vwap = share_history(store, "META", "1d", 140 * DAY, start_ns=110 * DAY).vwap
    assert vwap is not None
    np.testing.assert_allclose(vwap, [9.0] * 10 + [10.0] * 20)
