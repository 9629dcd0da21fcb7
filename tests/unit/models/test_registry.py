"""Versions are counted without gaps or repeats, also by several processes; every trial is kept."""

import multiprocessing
from pathlib import Path

import pytest
from bundle_builders import contents, manifest

from foxml.errors import ModelError
from foxml.models import Registry, Trial

CREATED_NS = 5


def trial(run: str, sharpe: float = 0.1, name: str = "fox") -> Trial:
    return Trial(name, CREATED_NS, sharpe, "c" * 64, run)


def _register(root: Path, barrier: "multiprocessing.synchronize.Barrier", count: int) -> None:
    barrier.wait()
    for _ in range(count):
        Registry(root).register(manifest(), contents())
        Registry(root).log_trial(trial("same"))


def test_two_processes_share_a_registry(tmp_path: Path) -> None:
    """Two trainings that end at the same moment both get a version, and neither a broken one."""
    count, context = 8, multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    workers = [context.Process(target=_register, args=(tmp_path, barrier, count)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    registry = Registry(tmp_path)
    assert [entry.version for entry in registry.list()] == list(range(1, 2 * count + 1))
    assert len(registry.trials().trials) == 2 * count
    for version in range(1, 2 * count + 1):
        assert registry.load(f"fox@{version}").manifest.version == version


def test_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name means its latest version, by number and not by alphabet."""
    registry = Registry(tmp_path / "registry")
    for _ in range(11):
        registry.register(manifest(), contents())
    assert registry.latest("fox").name == "11"
    assert registry.resolve("fox") == registry.latest("fox")
    assert registry.load("fox@2").manifest.version == 2
    monkeypatch.chdir(tmp_path)
    assert registry.load("registry/fox/3").manifest.version == 3


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("foxx", r"no model foxx; did you mean fox\?"),
        ("fox@2", "no version 2 of fox; expected one of 1"),
        ("fox@01", "no version 01 of fox"),
        ("fox@", "no version .none. of fox"),
        ("", "model.name: found ''"),
        ("..", r"model.name: found '\.\.'"),
        ("./elsewhere", "elsewhere: no bundle"),
    ],
)
def test_wrong_references(tmp_path: Path, reference: str, message: str) -> None:
    """A mistyped model is answered with what there is; nothing leads out of the registry unasked."""
    registry = Registry(tmp_path)
    registry.register(manifest(), contents())
    with pytest.raises(ModelError, match=message):
        registry.load(reference)


def test_an_empty_registry_says_so(tmp_path: Path) -> None:
    """The first thing that a new user meets."""
    registry = Registry(tmp_path / "none")
    assert list(registry.list()) == []
    assert list(registry.trial_sharpes("fox")) == []
    with pytest.raises(ModelError, match="the registry is empty: train a model first"):
        registry.latest("fox")


@pytest.mark.parametrize("name", ["", "a/b", "../a", "a@1", ".a", "trials.jsonl", "a" * 101, "ä"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    """A name becomes a folder: it must stay within the registry, and be no file of its own."""
    with pytest.raises(ModelError, match="expected at most 100 letters"):
        Registry(tmp_path).register(manifest(name=name), contents())
    assert list(tmp_path.iterdir()) == []


def test_a_version_in_another_place_is_refused(tmp_path: Path) -> None:
    """Version 1 copied over version 2 is whole in itself, and still not version 2."""
    registry = Registry(tmp_path)
    first = registry.register(manifest(), contents()).path
    first.rename(first.with_name("2"))
    with pytest.raises(ModelError, match="expected fox@2, found fox@1"):
        registry.load("fox")


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    """A half-written bundle has no version, is in no list, and does not stay for ever."""
    registry = Registry(tmp_path)
    left = tmp_path / "fox" / ".1-abc"
    left.mkdir(parents=True)
    (left / "model.txt").write_text("half")
    assert list(registry.list()) == []
    registry.register(manifest(), contents())
    assert [path.name for path in (tmp_path / "fox").iterdir()] == ["1"]


def test_a_refused_bundle_takes_no_version(tmp_path: Path) -> None:
    """What the forest does not reproduce leaves the registry as it was."""
    registry = Registry(tmp_path)
    with pytest.raises(ModelError, match="golden row 0"):
        registry.register(manifest(), contents(golden_scores=contents().golden_scores + 1.0))
    assert list(registry.list()) == []


def test_a_broken_version_does_not_hide_the_others(tmp_path: Path) -> None:
    """The list says what is wrong with it, and goes on."""
    registry = Registry(tmp_path)
    for _ in range(2):
        path = registry.register(manifest(), contents()).path
    (path / "bundle.json").unlink()
    first, second = registry.list()
    assert first.problem is None
    assert first.manifest is not None
    assert first.sha256 == registry.load("fox@1").sha256
    assert second.manifest is None
    assert second.problem


def test_trials_by_name(tmp_path: Path) -> None:
    """Each name has its own trials; a run repeated as it was is no further try."""
    registry = Registry(tmp_path)
    for given in (trial("a", 0.1), trial("b", 0.2), trial("x", 0.9, "hound"), trial("a", 0.1)):
        registry.log_trial(given)
    assert list(registry.trial_sharpes("fox")) == [0.1, 0.2]
    assert list(registry.trial_sharpes("hound")) == [0.9]
    assert len(registry.trials().trials) == 4


def test_a_torn_last_line_is_reported_and_replaced(tmp_path: Path) -> None:
    """A kill in the middle of a write must not end the log for ever."""
    registry = Registry(tmp_path)
    registry.log_trial(trial("a", 0.1))
    log = tmp_path / "trials.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + whole[:20])
    found = registry.trials()
    assert [t.run_sha256 for t in found.trials] == ["a"]
    assert found.torn == f"{log}:2: the last line was cut off, and is not counted"
    registry.log_trial(trial("b", 0.2))
    assert registry.trials().torn is None
    assert list(registry.trial_sharpes("fox")) == [0.1, 0.2]
    assert log.read_bytes().startswith(whole)


@pytest.mark.parametrize("line", [b"{}", b"", b'{"name":"fox"}', b"no json"])
def test_a_damaged_line_is_refused(tmp_path: Path, line: bytes) -> None:
    """Trials that cannot be counted would flatter every later Sharpe ratio; nothing is written over them."""
    log = tmp_path / "trials.jsonl"
    log.write_bytes(line + b"\n")
    registry = Registry(tmp_path)
    for use in (registry.trials, lambda: registry.log_trial(trial("a"))):
        with pytest.raises(ModelError, match=r"trials.jsonl:1: expected a trial"):
            use()
    assert log.read_bytes() == line + b"\n"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Here a file stands in its place."""
    (tmp_path / "registry").write_text("")
    with pytest.raises(ModelError, match="the registry cannot be written"):
        Registry(tmp_path / "registry").register(manifest(), contents())
