"""The store: months in files, bars behind and in place of others, and what was there before."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from store_bars import MARKS, MINUTE, START, assert_same, minutes

from foxml.bars.store import BarMarks, BarStore
from foxml.bars.store_parquet import joined
from foxml.bars.timeframes import parse_interval
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

WHOLE = minutes(0, 9000)  # 62 days: three months
DAY = 24 * 60 * MINUTE


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    store = BarStore(tmp_path)
    store.write(WHOLE, marks=MARKS)
    return store


def test_a_file_is_a_month(store: BarStore, tmp_path: Path) -> None:
    # What other tools see: sorted Parquet with a month's bars in each.
    files = sorted((tmp_path / "1m" / "FOX").iterdir())
    assert [file.name[:7] for file in files] == ["2024-01", "2024-02", "2024-03"]
    close = np.concatenate([pq.read_table(file)["close_ns"].to_numpy() for file in files])
    np.testing.assert_array_equal(close, WHOLE.close_ns)
    assert_same(store.read("FOX", "1m"), WHOLE)


def test_long_bars_are_kept_by_year(tmp_path: Path) -> None:
    # A month of days is 21 bars: its file would cost more to open than to read.
    close = START + DAY * np.arange(1, 800, dtype=np.int64)
    bars = SymbolBars("FOX", DAY, close, close - 1, close, np.ones((799, 5)))
    store = BarStore(tmp_path)
    store.write(bars, marks=MARKS)
    assert [f.name[:5] for f in sorted((tmp_path / "1d" / "FOX").iterdir())] == ["2024-", "2025-", "2026-"]
    assert_same(store.read("FOX", "1d"), bars)


def test_one_day_reads_the_files_of_that_day(store: BarStore, tmp_path: Path) -> None:
    # A day costs a day's file, not the history: the others may be gone and nobody notices.
    start, end = START + 2 * DAY, START + 3 * DAY
    for file in (tmp_path / "1m" / "FOX").glob("2024-0[23]*"):
        file.unlink()
    inside = (WHOLE.close_ns > start) & (WHOLE.close_ns <= end)
    np.testing.assert_array_equal(store.read("FOX", "1m", start, end).close_ns, WHOLE.close_ns[inside])
    with pytest.raises(DataError, match="is gone"):
        store.read("FOX", "1m")


def test_long_months_are_decoded_in_pieces(tmp_path: Path) -> None:
    # A month of seconds is 15 row groups, of which a day needs one or two.
    store, bars = BarStore(tmp_path), minutes(0, 70_000, step=0)
    close = START + 10**9 * np.arange(1, 70_001, dtype=np.int64)
    bars = dataclasses.replace(bars, interval_ns=10**9, close_ns=close)
    store.write(bars, marks=MARKS)
    (file,) = (tmp_path / "1s" / "FOX").iterdir()
    assert pq.ParquetFile(file).num_row_groups == 3
    for first, last in [(0, 1), (32_767, 32_769), (40_000, 69_999), (69_999, 70_000)]:
        start, end = START + 10**9 * first, START + 10**9 * last
        np.testing.assert_array_equal(store.read("FOX", "1s", start, end).close_ns, close[first:last])


def test_bars_are_appended(tmp_path: Path) -> None:
    # However a history came in, it is one history, with one digest; optional columns come along.
    store, whole = BarStore(tmp_path / "a"), minutes(0, 9000, extras=True)
    done = 0
    for count in (1, 2000, 5, 4994, 1000, 1000):
        assert store.append(minutes(done, count, extras=True), marks=MARKS) == count
        done += count
    assert_same(store.read("FOX", "1m"), whole)
    assert sum(len(part) for part in store.parts("FOX", "1m", 999)) == 9000
    other = BarStore(tmp_path / "b")
    other.write(whole, marks=MARKS)
    assert store.digest("FOX", "1m") == other.digest("FOX", "1m")
    assert store.fingerprint(["FOX"], "1m") == other.fingerprint(["FOX"], "1m")
    assert len(list((tmp_path / "a" / "1m" / "FOX").iterdir())) == 3


def test_what_comes_again_is_nothing_or_an_error(store: BarStore, tmp_path: Path) -> None:
    # A fetch overlaps what is stored: the same bars are skipped, a different one is not swallowed.
    before = contents(tmp_path)
    assert store.append(minutes(8000, 1000), marks=MARKS) == 0
    assert contents(tmp_path) == before
    other = minutes(8990, 20)
    other.ohlcv[3, 3] += 0.25
    with pytest.raises(
        DataError, match=r"FOX: the bar closing at .* is stored with close 169\.5, and came again with 169\.75"
    ):
        store.append(other, marks=MARKS)
    assert contents(tmp_path) == before
    between = dataclasses.replace(other, close_ns=other.close_ns + 1)
    with pytest.raises(DataError, match="lies before the last stored one and none is stored there"):
        store.append(between, marks=MARKS)
    assert store.append(minutes(8990, 20), marks=MARKS) == 10
    assert_same(store.read("FOX", "1m"), minutes(0, 9010))


def test_what_does_not_belong_together_is_refused(store: BarStore, tmp_path: Path) -> None:
    # One history has one source: marks travel into models.
    before = contents(tmp_path)
    with pytest.raises(DataError, match=r"expected bars of BarMarks.*feed='up'.*found BarMarks.*feed='iex'"):
        store.append(minutes(9000, 5), marks=BarMarks("made", "iex", "session"))
    with pytest.raises(DataError, match=r"expected bars with neither vwap nor trade_count.*found vwap, trade_count"):
        store.append(minutes(9000, 5, extras=True), marks=MARKS)
    with pytest.raises(DataError, match="FOX: bar 1: expected a close after"):
        store.append(joined([minutes(9001, 1), minutes(9000, 1)]), marks=MARKS)
    with pytest.raises(DataError, match="no bars to store"):
        store.write(minutes(0, 0), marks=MARKS)
    assert contents(tmp_path) == before


def test_revisions_leave_the_past_readable(store: BarStore) -> None:
    # Research as of a day must see the bars of that day, whatever the vendor corrected since.
    changed = minutes(100, 3, scale=2.0)
    first = store.revise(joined([changed, minutes(200, 2)]), revised_ns=10)
    assert first is not None
    assert (first.changed, first.added, first.removed) == (3, 0, 0)
    late = dataclasses.replace(minutes(4999, 1, scale=3.0), close_ns=WHOLE.close_ns[4999:5000] + 7)
    gone = WHOLE.close_ns[[101, 8000]].tolist()
    second = store.revise(late, revised_ns=20, removed=gone)
    assert second is not None
    assert (second.changed, second.added, second.removed) == (0, 1, 2)
    store.append(minutes(9000, 10), marks=MARKS)
    assert_same(store.read("FOX", "1m", as_of_ns=9), minutes(0, 9010))
    once = store.read("FOX", "1m", as_of_ns=19)
    assert_same(once, joined([minutes(0, 100), changed, minutes(103, 8907)]))
    now = store.read("FOX", "1m")
    assert_same(store.read("FOX", "1m", as_of_ns=20), now)
    assert len(now) == 9009
    assert not np.isin(gone, now.close_ns).any()
    assert late.close_ns[0] in now.close_ns
    part = (int(WHOLE.close_ns[99]), int(WHOLE.close_ns[101]))
    assert_same(store.read("FOX", "1m", *part, as_of_ns=9), minutes(100, 2))
    assert [r.revised_ns for r in store.revisions("FOX", "1m")] == [10, 20]


def test_a_revision_that_cannot_be_changes_nothing(store: BarStore, tmp_path: Path) -> None:
    # Each is named; a revision in the past would make two pasts.
    assert store.revise(minutes(5, 5), revised_ns=5) is None
    assert store.revise(minutes(5, 5, scale=2.0), revised_ns=5) is not None
    before = contents(tmp_path)
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: store.revise(minutes(5, 5), revised_ns=5), "expected a revision after the last one"),
        (lambda: store.revise(minutes(0, 0), revised_ns=6), "no bars to store"),
        (lambda: store.revise(minutes(0, 0), revised_ns=6, removed=[START]), "none can be removed"),
        (lambda: store.revise(minutes(5, 1), revised_ns=6, removed=[int(WHOLE.close_ns[5])]), "is given and removed"),
        (lambda: store.revise(minutes(0, 0), revised_ns=6, removed=WHOLE.close_ns.tolist()), "all are removed"),
        (lambda: store.revise(minutes(5, 1, symbol="NONE"), revised_ns=6), "no 1m bars of NONE; the store holds FOX"),
    ]
    for attempt, message in cases:
        with pytest.raises(DataError, match=message):
            attempt()
    assert contents(tmp_path) == before


def test_a_whole_history_may_be_a_revision(store: BarStore) -> None:
    # A vendor's full history of another day; without a time, what was there is forgotten.
    newer = joined([minutes(50, 10, scale=1.5), minutes(60, 9000)])
    store.write(newer, marks=MARKS, revised_ns=7)
    (revision,) = store.revisions("FOX", "1m")
    assert (revision.changed, revision.added, revision.removed) == (10, 60, 50)
    assert_same(store.read("FOX", "1m"), newer)
    assert_same(store.read("FOX", "1m", as_of_ns=6), WHOLE)
    store.write(WHOLE, marks=MARKS)
    assert list(store.revisions("FOX", "1m")) == []


def test_old_revisions_can_be_forgotten(store: BarStore, tmp_path: Path) -> None:
    # Their files go; a question about the time before is refused instead of answered wrongly.
    for time in (10, 20, 30):
        store.revise(minutes(100, 50, scale=float(time)), revised_ns=time)
    digest = store.digest("FOX", "1m")
    assert store.compact("FOX", "1m") <= 0
    assert store.compact("FOX", "1m", forget_to_ns=20) > 0
    assert store.digest("FOX", "1m") == digest
    assert len(list((tmp_path / "1m" / "FOX").glob("revision-*"))) == 1
    assert store.read("FOX", "1m", as_of_ns=20).ohlcv[100, 0] == minutes(100, 1, scale=20.0).ohlcv[0, 0]
    with pytest.raises(DataError, match="are forgotten: expected that time or a later one"):
        store.read("FOX", "1m", as_of_ns=19)
    with pytest.raises(DataError, match="expected a revision after the last one"):
        store.revise(minutes(0, 1, scale=9.0), revised_ns=30)


def write_schema_1(root: Path, bars: SymbolBars) -> None:
    """As the first version wrote: one file, described beside it."""
    columns = {name: getattr(bars, name) for name in ("close_ns", "session_open_ns", "session_close_ns")}
    columns |= {name: bars.ohlcv[:, i] for i, name in enumerate(("open", "high", "low", "close", "volume"))}
    (root / "1m").mkdir(parents=True)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    data = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(data).hexdigest()
    described = {
        "schema": 1,
        "symbol": bars.symbol,
        "interval": "1m",
        "bars": len(bars),
        "first_close_ns": int(bars.close_ns[0]),
        "last_close_ns": int(bars.close_ns[-1]),
        "marks": asdict(MARKS),
        "file": f"{bars.symbol}-{digest[:16]}.parquet",
        "sha256": digest,
    }
    (root / "1m" / described["file"]).write_bytes(data)
    (root / "1m" / f"{bars.symbol}.json").write_text(json.dumps(described))


@pytest.mark.parametrize("change", ["append", "revise", "compact", "write"])
def test_schema_1_is_read_and_becomes_schema_2(store: BarStore, tmp_path: Path, change: str) -> None:
    # A store of the first version goes on; the fingerprint that bundles hold is the same.
    old = BarStore(tmp_path / "old")
    write_schema_1(tmp_path / "old", WHOLE)
    assert_same(old.read("FOX", "1m"), WHOLE)
    assert len(list(old.parts("FOX", "1m", 4000))) == 3
    assert old.fingerprint(["FOX"], "1m") == store.fingerprint(["FOX"], "1m")
    (entry,) = old.list()
    assert (entry.bars, entry.marks) == (9000, MARKS)
    if change == "append":
        old.append(minutes(8999, 2), marks=MARKS)
    elif change == "revise":
        old.revise(minutes(10, 2, scale=2.0), revised_ns=1)
        assert_same(old.read("FOX", "1m", as_of_ns=0), WHOLE)
    elif change == "compact":
        old.compact("FOX", "1m")
        assert old.digest("FOX", "1m") == store.digest("FOX", "1m")
    else:
        old.write(WHOLE, marks=MARKS)
    assert len(old.read("FOX", "1m")) == 9000 + (change == "append")
    assert json.loads((tmp_path / "old" / "1m" / "FOX.json").read_text())["schema"] == 2
    old.compact("FOX", "1m")
    assert list((tmp_path / "old" / "1m").glob("*.parquet")) == []


def test_fingerprint_is_defined_by_the_bars(tmp_path: Path) -> None:
    # Bundles hold it: it must not move with how a store lays out its files.
    bars = minutes(0, 10)
    store = BarStore(tmp_path)
    store.write(bars, marks=MARKS)
    digest = hashlib.sha256(b"1m")
    for array in (bars.close_ns, bars.session_open_ns, bars.session_close_ns, bars.ohlcv):
        digest.update(f"FOX:{array.shape}".encode())
        digest.update(array.tobytes())
    assert store.fingerprint(["FOX"], "1m") == digest.hexdigest()
    store.write(minutes(0, 10, extras=True), marks=MARKS)
    assert store.fingerprint(["FOX"], "1m") != digest.hexdigest()


def test_the_description_is_checked(store: BarStore, tmp_path: Path) -> None:
    # A number changed by hand or by a bad disk is not believed.
    path = tmp_path / "1m" / "FOX.json"
    found = json.loads(path.read_text())
    found["segments"][0]["last_close_ns"] += 1
    path.write_text(json.dumps(found))
    with pytest.raises(DataError, match=r"FOX\.json: expected the description of FOX .* found the check"):
        store.read("FOX", "1m")


def test_arrow_and_sql_ask_all_symbols(store: BarStore) -> None:
    # Research beyond one symbol, without a copy of the store; files stay while a dataset is open.
    store.write(minutes(0, 3000, symbol="OWL", extras=True), marks=MARKS)
    with store.dataset("1m") as bars:
        assert bars.count_rows() == 12_000
        late = bars.to_table(["symbol", "close"], pc.field("close_ns") > int(WHOLE.close_ns[2998]))
        assert late["symbol"].value_counts().to_pylist() == [
            {"values": "FOX", "counts": 6001},
            {"values": "OWL", "counts": 1},
        ]
        store.write(minutes(0, 1), marks=MARKS)
        assert bars.count_rows() == 12_000
        vwap = bars.to_table(["vwap"], pc.field("symbol") == "FOX")["vwap"]
        assert vwap.null_count == 9000
    with pytest.raises(DataError, match="no 1m bars of CAT"), store.dataset("1m", ["CAT"]):
        pass
    with pytest.raises(DataError, match="5m: no bars"), store.dataset("5m"):
        pass
    pytest.importorskip("duckdb", reason="DuckDB is an extra: pip install 'foxml[sql]'")
    table = store.sql("SELECT symbol, count(*) AS n, max(high) AS high FROM bars GROUP BY 1 ORDER BY 1", "1m")
    assert table.to_pylist() == [{"symbol": "FOX", "n": 1, "high": 101.0}, {"symbol": "OWL", "n": 3000, "high": 197.0}]
    for question, message in [("SELECT nothing FROM bars", "nothing"), ("-- nothing", "found no result")]:
        with pytest.raises(DataError, match=f"SQL over 1m bars: .*{message}"):
            store.sql(question, "1m")


def test_an_interval_is_one_of_ours(store: BarStore) -> None:
    # A typo is named, not looked for.
    assert parse_interval("1m") == MINUTE
    with pytest.raises(DataError, match="no 2m bars of FOX; the store holds nothing"):
        store.read("FOX", "2m")
