"""The table of features, as users see it."""

import re

import pytest

from foxml.bars.timeframes import parse_interval
from foxml.errors import FeatureError
from foxml.features import list_features
from foxml.features.catalogue import GROUPS

INTERVALS = {name: parse_interval(name) for name in ("1m", "5m", "15m", "1h", "1d")}


def test_every_row_is_whole() -> None:
    # A row without its formula or its oracle is a number that nobody can check.
    for info in list_features():
        assert re.fullmatch(r"[a-z][a-z0-9_A-Z]*", info.name)
        assert info.group in GROUPS.values()
        assert info.formula
        assert info.oracle
        assert info.guarantee in {"exact", "session", "measured"}
        assert info.timeframes
        assert set(info.timeframes) <= set(INTERVALS)
    assert len({info.name for info in list_features()}) == len(list_features())
    assert len({info.id for info in list_features()}) == len(list_features())


def test_groups_come_in_order_and_none_is_empty() -> None:
    # Columns are in the order of the table: a group that came twice would part its features.
    order = list(dict.fromkeys(info.group for info in list_features()))
    assert order == list(GROUPS.values())
    places = [order.index(info.group) for info in list_features()]
    assert places == sorted(places)


def test_warmup_is_known_where_a_feature_makes_sense() -> None:
    for info in list_features():
        for name, interval_ns in INTERVALS.items():
            assert info.makes_sense_at(interval_ns) == (name in info.timeframes)
            if info.makes_sense_at(interval_ns):
                assert 0 <= info.warmup_bars(interval_ns) < 100_000
            else:
                with pytest.raises(FeatureError, match=f"'{info.name}' has no meaning on bars of {interval_ns} ns"):
                    info.warmup_bars(interval_ns)
