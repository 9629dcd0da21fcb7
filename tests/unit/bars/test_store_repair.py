"""What a kill, a bad disk or a careless hand leaves: found, named, put right where that makes nothing up."""

import json
from pathlib import Path

import pytest
from store_bars import MARKS, assert_same, minutes
from test_store import write_schema_1

from foxml.bars.store import BarStore
from foxml.bars.store_repair import Finding, find_damage

WHOLE = minutes(0, 9000, extras=True)


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    store = BarStore(tmp_path)
    store.write(WHOLE, marks=MARKS)
    store.revise(minutes(10, 5, scale=2.0, extras=True), revised_ns=10, removed=[int(WHOLE.close_ns[50])])
    assert find_damage(store) == []
    return store


def _repaired(store: BarStore) -> list[Finding]:
    """Findings of a dry run, which changes nothing, and then of the repair."""
    before = {p: p.read_bytes() for p in store.root.rglob("*") if p.is_file()}
    found = find_damage(store)
    assert {p: p.read_bytes() for p in store.root.rglob("*") if p.is_file()} == before
    again = find_damage(store, repair=True)
    assert [(f.path, f.what) for f in again] == [(f.path, f.what) for f in found]
    assert [f.repaired for f in again] == [f.repairable for f in found]
    assert [f.path for f in find_damage(store)] == [f.path for f in found if not f.repairable]
    return again


def test_what_a_kill_leaves_is_removed(store: BarStore, tmp_path: Path) -> None:
    # Unfinished files at every level, and whole ones that no description came to name.
    folder = tmp_path / "1m" / "FOX"
    left = [
        tmp_path / ".actions.json.partial",
        tmp_path / "1m" / ".FOX.json.partial",
        folder / ".2024-01-0123456789abcdef.parquet.partial",
        folder / "2024-01-0123456789abcdef.parquet",
        tmp_path / "1m" / "FOX-0123456789abcdef.parquet",
    ]
    for path in left:
        path.write_bytes(b"part")
    bars = store.read("FOX", "1m")
    assert {f.path for f in _repaired(store)} == set(left)
    assert not any(path.exists() for path in left)
    assert_same(store.read("FOX", "1m"), bars)


def test_what_is_being_read_stays(store: BarStore, tmp_path: Path) -> None:
    # A reader that began before a change goes on with files that nothing names any more.
    parts = store.parts("FOX", "1m", 1000)
    next(parts)
    store.write(minutes(0, 10), marks=MARKS)
    found = find_damage(store, repair=True)
    assert found
    assert all((f.repaired, f.remedy) == (False, "is being read: repair again later") for f in found)
    assert sum(len(part) for part in parts) == 8999 - 1000
    assert all(f.repaired for f in find_damage(store, repair=True))


def test_changed_and_missing_bars_are_named_and_left(store: BarStore, tmp_path: Path) -> None:
    # A flipped bit, even with the file's times as they were, is found; nothing is invented in its place.
    first, second, _ = sorted((tmp_path / "1m" / "FOX").glob("2024*"))
    (revision,) = (tmp_path / "1m" / "FOX").glob("revision*")
    store.read("FOX", "1m")
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 4
    first.write_bytes(data)
    second.unlink()
    revision.write_bytes(b"")
    found = _repaired(store)
    assert [f.path for f in found] == [first, second, revision]
    assert [f.repairable for f in found] == [False] * 3
    assert "bars of 2024-01: expected sha256" in found[0].what
    assert found[1].what == "bars of 2024-02: No such file or directory"
    assert "bars as they were before a revision" in found[2].what
    assert first.read_bytes() == data


@pytest.mark.parametrize("damage", ["lost", "torn", "changed"])
def test_a_lost_description_is_made_from_its_files(store: BarStore, tmp_path: Path, damage: str) -> None:
    # Each file says what it is: marks, months, revisions come back.
    path = tmp_path / "1m" / "FOX.json"
    digest, bars = store.digest("FOX", "1m"), store.read("FOX", "1m")
    if damage == "lost":
        path.unlink()
    elif damage == "torn":
        path.write_bytes(path.read_bytes()[:200])
    else:
        found = json.loads(path.read_text())
        found["segments"] = found["segments"][:1]
        path.write_text(json.dumps(found))
    (finding,) = _repaired(store)
    assert finding.path == path
    assert finding.repaired
    assert "from 3 files, 8999 bars; if an import was cut off here, the history ends early" in finding.remedy
    assert store.digest("FOX", "1m") == digest
    assert store.marks("FOX", "1m") == MARKS
    assert_same(store.read("FOX", "1m"), bars)
    assert_same(store.read("FOX", "1m", as_of_ns=9), WHOLE)


def test_a_description_that_could_be_two_is_not_made(store: BarStore, tmp_path: Path) -> None:
    # Two files of one month, a file that was changed, one of another symbol: a guess might be wrong bars.
    folder, path = tmp_path / "1m" / "FOX", tmp_path / "1m" / "FOX.json"
    january = min(folder.glob("2024-01*"))
    other = BarStore(tmp_path / "other")
    other.write(minutes(0, 10, extras=True), marks=MARKS)
    (extra,) = (tmp_path / "other" / "1m" / "FOX").iterdir()
    described = path.read_bytes()
    path.unlink()
    (folder / extra.name).write_bytes(extra.read_bytes())
    (finding,) = _repaired(store)
    assert "several files hold 2024-01, and which is the newer cannot be told" in finding.remedy
    (folder / extra.name).unlink()
    good = january.read_bytes()
    january.write_bytes(good + b" ")
    (finding,) = _repaired(store)
    assert f"{january.name} was changed" in finding.remedy
    january.write_bytes(good)
    folder.rename(tmp_path / "1m" / "OWL")
    (finding,) = _repaired(store)
    assert "holds bars of FOX 1m" in finding.remedy
    (tmp_path / "1m" / "OWL").rename(folder)
    path.write_bytes(described)
    assert find_damage(store) == []


def test_schema_1_is_brought_to_the_present(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    write_schema_1(tmp_path, minutes(0, 9000))
    (finding,) = find_damage(store)
    assert finding.what == "bars of schema 1, in one file"
    assert find_damage(store, repair=True)[0].repaired
    assert_same(store.read("FOX", "1m"), minutes(0, 9000))
    assert [f.what for f in find_damage(store, repair=True)] in ([], ["a file that no description names"])
    assert find_damage(store) == []


def test_actions_that_cannot_be_read_are_named(store: BarStore, tmp_path: Path) -> None:
    (tmp_path / "actions.json").write_text("[")
    (finding,) = _repaired(store)
    assert "not the JSON that the store writes" in finding.what
