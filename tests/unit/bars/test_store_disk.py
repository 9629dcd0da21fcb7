"""A disk that is full or read-only: a refusal that names the file, and the old bars."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_bars import MARKS, assert_same, minutes

from foxml.bars.store import BarStore
from foxml.bars.store_repair import find_damage
from foxml.errors import DataError

OLD = minutes(0, 9000)
BIG = minutes(0, 60_000, scale=1.1, extras=True, step=1)


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """A small disk of its own, where the system lets us have one."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no disk of its own: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _changes_are_refused(store: BarStore, message: str) -> None:
    for change in (
        lambda: store.write(BIG, marks=MARKS),
        lambda: store.append(minutes(9000, 40_000), marks=MARKS),
        lambda: store.revise(minutes(0, 40_000, scale=1.3), revised_ns=1),
    ):
        with pytest.raises(DataError, match=rf"cannot be written: {message}; the store holds what it held before"):
            change()
        assert_same(store.read("FOX", "1m"), OLD)
        assert find_damage(store) == []


def test_a_full_disk_leaves_the_old_bars(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "700k"):
        store = BarStore(tmp_path / "disk" / "data")
        store.write(OLD, marks=MARKS)
        (tmp_path / "disk" / "ballast").write_bytes(bytes(_free(tmp_path / "disk") - 40_000))
        _changes_are_refused(store, "No space left on device")
        (tmp_path / "disk" / "ballast").unlink()
        assert store.append(minutes(8999, 5), marks=MARKS) == 4


def test_a_file_that_may_not_grow_leaves_the_old_bars(tmp_path: Path) -> None:
    # As a full disk, where no disk can be mounted: the write fails in the middle of the file.
    store = BarStore(tmp_path)
    store.write(OLD, marks=MARKS)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        _changes_are_refused(store, "File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert store.append(minutes(8999, 5), marks=MARKS) == 4


def test_a_read_only_store_is_read_and_not_written(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "4m"):
        store = BarStore(tmp_path / "disk" / "data")
        store.write(OLD, marks=MARKS)
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "disk")], check=True)
        _changes_are_refused(store, "Read-only file system")
        assert len(list(store.parts("FOX", "1m", 4000))) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_folder_of_another_user_is_read_and_not_written(tmp_path: Path) -> None:
    store = BarStore(tmp_path / "data")
    store.write(OLD, marks=MARKS)
    folders = [tmp_path / "data", tmp_path / "data" / "1m", tmp_path / "data" / "1m" / "FOX"]
    for folder in folders:
        folder.chmod(0o555)
    try:
        _changes_are_refused(store, "Permission denied")
    finally:
        for folder in folders:
            folder.chmod(0o755)


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
