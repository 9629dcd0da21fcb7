"""Any sequence of changes: the store is what a plain table of bars would be, now and as of each time before."""

import dataclasses
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from store_bars import MARKS, assert_same, minutes

from foxml.bars.store import BarStore
from foxml.bars.store_parquet import joined
from foxml.bars.store_repair import find_damage
from foxml.domain.bars import SymbolBars

Table = dict[int, float]
NUMBERS = 60
STEP = 24 * 60  # a bar each day: 60 of them are three months


def _bars(table: Table, *, extras: bool) -> SymbolBars:
    """The bars of a table: their numbers and scales."""
    return joined([minutes(n, 1, scale=table[n], extras=extras, step=STEP) for n in sorted(table)])


def _close(number: int) -> int:
    return int(minutes(number, 1, step=STEP).close_ns[0])


SOME = st.dictionaries(st.integers(0, NUMBERS - 1), st.sampled_from([1.0, 1.5, 2.0]), min_size=1, max_size=12)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 20)),
        st.tuples(st.just("revise"), SOME),
        st.tuples(st.just("remove"), st.sets(st.integers(0, NUMBERS - 1), min_size=1, max_size=5)),
        st.tuples(st.just("write"), SOME),
        st.tuples(st.just("again"), SOME),
        st.tuples(st.just("record"), SOME),
        st.tuples(st.just("whole"), SOME),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(first=SOME, changes=CHANGES, extras=st.booleans(), bounds=st.tuples(st.integers(-1, 80), st.integers(-1, 80)))
def test_the_store_is_a_table_with_a_past(
    first: Table, changes: list[tuple[str, object]], extras: bool, bounds: tuple[int, int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = BarStore(Path(folder))
        store.write(_bars(first, extras=extras), marks=MARKS)
        table, pasts, touched = dict(first), dict[int, Table](), dict[int, set[int]]()
        for time, (kind, what) in enumerate(changes, 1):
            before = dict(table)
            if kind == "append":
                assert isinstance(what, int)
                last = max(table)
                table |= dict.fromkeys(range(last + 1, last + 1 + what), 1.0)
                assert store.append(_bars(table, extras=extras), marks=MARKS) == what
                _append_to_pasts(pasts, touched, dict.fromkeys(range(last + 1, last + 1 + what), 1.0))
                continue
            behind: Table = {}
            if kind == "revise":
                assert isinstance(what, dict)
                table |= what
                changed = store.revise(_bars(what, extras=extras), revised_ns=time)
            elif kind == "remove":
                assert isinstance(what, set)
                gone = what & table.keys()
                if not gone or gone == table.keys():
                    continue
                table = {n: s for n, s in table.items() if n not in gone}
                none = dataclasses.replace(minutes(0, 0, extras=extras, step=STEP))
                changed = store.revise(none, revised_ns=time, removed=[_close(n) for n in gone])
            elif kind == "write":
                assert isinstance(what, dict)
                table = dict(what)
                store.write(_bars(table, extras=extras), marks=MARKS, revised_ns=time)
                changed = table != before
            elif kind in ("record", "whole"):
                assert isinstance(what, dict)
                behind = {n: scale for n, scale in what.items() if n > max(table)}
                table = _recorded(table, what, whole=kind == "whole")
                found = store.record(_bars(what, extras=extras), marks=MARKS, revised_ns=time, whole=kind == "whole")
                assert found.appended == len(behind)
                changed = found.revision
            else:
                store.compact("FOX", "1m")
                changed = None
            if table != before:
                assert changed
                pasts[time] = before
                touched[time] = {n for n in table.keys() | before.keys() if table.get(n) != before.get(n)}
            if behind:
                _append_to_pasts(pasts, touched, behind)
                table |= behind
        _check(store, table, pasts, extras=extras, bounds=bounds)


def _recorded(table: Table, what: Table, *, whole: bool) -> Table:
    """Return the bars up to the last stored one after a source has told what it has."""
    known = {n: scale for n, scale in what.items() if n <= max(table)}
    if not known:
        return table
    until = max(known) if len(known) == len(what) else max(table)
    kept = {n: scale for n, scale in table.items() if not whole or not min(known) <= n <= until}
    return {**kept, **known}


def _append_to_pasts(pasts: dict[int, Table], touched: dict[int, set[int]], new: Table) -> None:
    """Bars that come behind are in every past, but for a bar of which a revision since then tells what it was."""
    for time, past in pasts.items():
        told = set().union(*(numbers for other, numbers in touched.items() if other >= time))
        past |= {n: scale for n, scale in new.items() if n not in told}


def _check(store: BarStore, table: Table, pasts: dict[int, Table], *, extras: bool, bounds: tuple[int, int]) -> None:
    now = _bars(table, extras=extras)
    assert_same(store.read("FOX", "1m"), now)
    for time, past in pasts.items():
        assert_same(store.read("FOX", "1m", as_of_ns=time - 1), _bars(past, extras=extras))
    start, end = _close(0) + bounds[0] * 10**9, _close(bounds[1] % NUMBERS)
    inside = (now.close_ns > start) & (now.close_ns <= end)
    np.testing.assert_array_equal(store.read("FOX", "1m", start, end).close_ns, now.close_ns[inside])
    assert_same(joined(list(store.parts("FOX", "1m", 7))), now)
    fresh = BarStore(store.root / "fresh")
    fresh.write(now, marks=MARKS)
    assert fresh.digest("FOX", "1m") == store.digest("FOX", "1m")
    assert find_damage(store) == []
    assert [r.revised_ns for r in store.revisions("FOX", "1m")] == sorted(pasts)
