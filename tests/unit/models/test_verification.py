"""Every bundle of a folder is checked, and a refused one hides no other."""

import shutil
from pathlib import Path

import pytest
from bundle_builders import contents, manifest

from foxml.models import Registry, verify_models


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    found = Registry(tmp_path / "registry")
    for name in ("fox", "fox", "hare"):
        found.register(manifest(name=name), contents())
    return found


def test_a_whole_registry(registry: Registry) -> None:
    """Versions in order, with the rows that were scored again."""
    checks = verify_models(registry, [])
    assert [check.name for check in checks] == ["fox@1", "fox@2", "hare@1"]
    assert [check.golden_rows for check in checks] == [16, 16, 16]
    assert [check.problem for check in checks] == [None, None, None]
    assert checks == verify_models(registry, [str(registry.root)])


def test_targets_of_each_kind(registry: Registry) -> None:
    """A folder of versions, a bundle's folder, a name, a version."""
    targets = [str(registry.root / "fox"), str(registry.root / "hare" / "1"), "fox", "fox@1"]
    names = [check.name for check in verify_models(registry, targets)]
    assert names == ["fox@1", "fox@2", "hare@1", "fox@2", "fox@1"]


def _cut(root: Path) -> None:
    path = root / "fox" / "1" / "model.txt"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


DAMAGE = [
    ("a file was changed", _cut, "model.txt: expected sha256"),
    (
        "the manifest is gone",
        lambda root: (root / "fox" / "1" / "bundle.json").unlink(),
        "bundle.json: expected a file",
    ),
    ("another version's place", lambda root: _swap(root), "expected fox@1, found hare@1"),
    ("nothing is left of it", lambda root: _emptied(root), "bundle.json: expected a file"),
    (
        "a link for a manifest",
        lambda root: _linked(root),
        "bundle.json: expected a regular file, found a symbolic link",
    ),
]


def _swap(root: Path) -> None:
    shutil.rmtree(root / "fox" / "1")
    shutil.copytree(root / "hare" / "1", root / "fox" / "1")


def _emptied(root: Path) -> None:
    shutil.rmtree(root / "fox" / "1")
    (root / "fox" / "1").mkdir()


def _linked(root: Path) -> None:
    (root / "fox" / "1" / "bundle.json").unlink()
    (root / "fox" / "1" / "bundle.json").symlink_to(root / "nowhere")


def _moved(root: Path, target: Path) -> None:
    shutil.rmtree(root / "fox" / "1")
    (root / "fox" / "1").symlink_to(target)


def test_a_linked_version_is_checked(registry: Registry) -> None:
    """The registry would load it: a search that passed it over would vouch for what it never saw."""
    _moved(registry.root, registry.root / "hare" / "1")
    first, *_ = verify_models(registry, [])
    assert first.name == "fox@1"
    assert "expected fox@1, found hare@1" in str(first.problem)


def test_versions_are_in_the_order_of_their_numbers(registry: Registry) -> None:
    """The tenth follows the ninth, and a name without versions is no fault: a first training failed."""
    for _ in range(8):
        registry.register(manifest(), contents())
    (registry.root / "mole").mkdir()
    names = [check.name for check in verify_models(registry, [])]
    assert names == [*(f"fox@{version}" for version in range(1, 11)), "hare@1"]


@pytest.mark.parametrize(("damage", "problem"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_what_is_damaged_is_named(registry: Registry, damage: object, problem: str) -> None:
    """And the others are checked all the same."""
    damage(registry.root)  # type: ignore[operator]
    first, *others = verify_models(registry, [])
    assert first.name == "fox@1"
    assert problem in str(first.problem)
    assert (first.golden_rows, first.sha256) == (0, "")
    assert [check.problem for check in others] == [None, None]


def test_nothing_to_check_is_a_refusal(tmp_path: Path) -> None:
    """A mistyped folder must not look like a registry without faults."""
    registry = Registry(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    for targets in ([], [str(tmp_path / "empty")], ["fox"], ["./fox"]):
        (check,) = verify_models(registry, targets)
        assert check.problem
