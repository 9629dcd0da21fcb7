"""A writer killed at any moment leaves the old bars or the new; two writers never meet, readers never see a mixture.

FOXML_STORE_KILLS=200 kills as often; FOXML_STORE_KILLS_SEED=N kills at other moments.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import store_writer
from store_bars import MARKS, assert_same, minutes

from foxml.bars.store import BarStore
from foxml.bars.store_parquet import joined
from foxml.bars.store_repair import find_damage
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

KILLS = int(os.environ.get("FOXML_STORE_KILLS", "10"))
SEED = int(os.environ.get("FOXML_STORE_KILLS_SEED", "1"))
WRITER = Path(store_writer.__file__)


def started(root: Path, first: int, count: int, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), str(root), str(first), str(count), *more]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_the_writer_does_what_it_says(tmp_path: Path) -> None:
    # The canary of what follows: every step changes the bars, and the store follows each.
    store = BarStore(tmp_path)
    for step in range(1, store_writer.CYCLE + 2):
        store_writer.take(store, step)
        assert_same(store.read("FOX", "1m"), store_writer.after(step))
        with pytest.raises(AssertionError):
            assert_same(store.read("FOX", "1m"), store_writer.after(step + 1))


def test_killed_at_any_moment_the_store_is_whole(tmp_path: Path) -> None:
    # kill -9 in the middle of a write, an append, a revision: all of a step, or nothing of it.
    moments, store, done = random.Random(SEED), BarStore(tmp_path), 0
    store_writer.take(store, 1)
    done, cut_short = 1, 0
    for number in range(KILLS):
        process = started(tmp_path, done + 1, 10_000)
        time.sleep(moments.uniform(0.0, 0.2))
        if number % 2:
            _until_it_writes(tmp_path)
            time.sleep(moments.uniform(0.0, 0.004))
        process.kill()
        said = process.communicate()[0].split()
        done = int(said[-1]) if said else done
        bars = store.read("FOX", "1m")
        if len(bars) == len(store_writer.after(done + 1)) and (bars.ohlcv == store_writer.after(done + 1).ohlcv).all():
            done += 1
        assert_same(bars, store_writer.after(done))
        assert_same(_in_parts(store), bars)
        left = find_damage(store)
        cut_short += bool(left)
        assert all(finding.repairable for finding in left), left
        if moments.random() < 0.5:
            assert all(finding.repaired for finding in find_damage(store, repair=True))
            assert find_damage(store) == []
            assert_same(store.read("FOX", "1m"), bars)
        if store.revisions("FOX", "1m"):
            first = store.revisions("FOX", "1m")[0].revised_ns
            expected = store_writer.after(first - 1)
            whole = store.read("FOX", "1m", None, int(expected.close_ns[-1]), as_of_ns=first - 1)
            assert_same(whole, expected)
    print(f"{cut_short} of {KILLS} kills left files behind, {done} steps")
    assert cut_short > KILLS // 10, "hardly a kill fell into a write: the moments prove nothing"


def _until_it_writes(root: Path) -> None:
    """Wait until a file comes or goes: most of a step is spent on the bars, little on the disk."""
    before = os.listdir(root / "1m" / "FOX")
    while os.listdir(root / "1m" / "FOX") == before:
        pass


def _in_parts(store: BarStore) -> SymbolBars:
    return joined(list(store.parts("FOX", "1m", 2500)))


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = started(tmp_path, 1, 0, "hold")
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_writer_is_told_who_writes(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    # At once, whatever it wants to change, and the death of the holder, however it dies, sets the store free.
    store = BarStore(tmp_path)
    for change in (
        lambda: store.write(minutes(0, 5), marks=MARKS),
        lambda: store.append(minutes(0, 5), marks=MARKS),
        lambda: store.revise(minutes(0, 5), revised_ns=1),
        lambda: store.compact("FOX", "1m"),
        lambda: store.write_actions([]),
        lambda: find_damage(store, repair=True),
    ):
        with pytest.raises(DataError, match=rf"process {holder.pid} on .* \(store_writer\.py .* is writing to this"):
            change()
    assert find_damage(store) == []
    holder.kill()
    holder.wait()
    store.write(minutes(0, 5), marks=MARKS)
    assert len(store.read("FOX", "1m")) == 5


def test_within_a_process_a_second_store_is_refused_too(tmp_path: Path) -> None:
    # Two objects are two writers; one may write again inside of its own change.
    store, other = BarStore(tmp_path), BarStore(tmp_path)
    with store.writing():
        store.write(minutes(0, 5), marks=MARKS)
        with pytest.raises(DataError, match=f"process {os.getpid()} on"):
            other.write(minutes(0, 6), marks=MARKS)
    other.write(minutes(0, 6), marks=MARKS)
    assert len(store.read("FOX", "1m")) == 6


def test_a_reader_beside_a_writer_sees_whole_histories(tmp_path: Path) -> None:
    # Each read is the store after some step, never a month of one and a month of another; parts stay what they began.
    store, steps = BarStore(tmp_path), 60
    store_writer.take(store, 1)
    process = started(tmp_path, 2, steps)
    seen: set[int] = set()
    reads = 0
    while process.poll() is None:
        for bars in (store.read("FOX", "1m"), _in_parts(store)):
            match = [
                step
                for step in range(1, steps + 2)
                if len(store_writer.after(step)) == len(bars)
                and np.array_equal(store_writer.after(step).ohlcv, bars.ohlcv)
            ]
            assert match, f"{len(bars)} bars that the store never held"
            seen.add(match[0])
            reads += 1
    process.communicate()
    assert process.returncode == 0
    assert len(seen) > 3, f"{reads} reads saw {seen}: the writer was never met"
    assert_same(store.read("FOX", "1m"), store_writer.after(steps + 1))


def test_parts_go_on_with_what_they_began(tmp_path: Path) -> None:
    # A reader of ten years may take an hour; a change meanwhile neither stops nor changes it.
    store = BarStore(tmp_path)
    store.write(minutes(0, 9000), marks=MARKS)
    parts = store.parts("FOX", "1m", 1000)
    assert_same(next(parts), minutes(0, 1000))
    store.write(minutes(0, 9000, scale=2.0), marks=MARKS)
    for at, part in enumerate(parts, 1):
        assert_same(part, minutes(1000 * at, 1000))
    assert len(list((tmp_path / "1m" / "FOX").iterdir())) == 6
    store.append(minutes(9000, 1), marks=MARKS)
    assert len(list((tmp_path / "1m" / "FOX").iterdir())) == 3
