"""`foxml models` on a registry of real bundles: what it lists, shows, verifies and refuses."""

import json
import os
from pathlib import Path

import pytest
from bundle_builders import contents, manifest

from foxml.cli.main import main
from foxml.models import Registry

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A project with two versions of one model."""
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    registry = Registry(folder / "registry")
    for _ in range(2):
        registry.register(manifest(), contents())
    return registry


def test_an_empty_registry_names_the_verb_that_fills_it(tmp_path: Path, capsys: Captured) -> None:
    """And is an empty list for machines."""
    arguments = ["models", "list", "--set", f"paths.registry={tmp_path / 'none'}"]
    assert main(arguments) == 0
    assert "train one with `foxml train`" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_list(registry: Registry, capsys: Captured) -> None:
    """A version that cannot be read is named, and hides no other."""
    (registry.root / "fox" / "2" / "bundle.json").unlink()
    capsys.readouterr()
    assert main(["models", "list"]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["model", "created,", "UTC", "IC", "labels", "trials", "sha256"]
    assert first.split()[0] == "fox@1"
    assert "+0.0500" in first
    assert second.startswith("fox@2")
    assert "refused" in second
    assert main(["models", "list", "--json"]) == 0
    first_found, second_found = json.loads(capsys.readouterr().out)
    assert first_found["manifest"]["score"]["ic"] == 0.05
    assert first_found["sha256"] == registry.load("fox@1").sha256
    assert second_found["manifest"] is None


def test_show(registry: Registry, capsys: Captured) -> None:
    """The latest version by its name; another by its number."""
    capsys.readouterr()
    assert main(["models", "show", "fox"]) == 0
    text = capsys.readouterr().out
    assert "fox@2 (lightgbm, 10 trees)" in text
    assert "+0.0500 over 500 labels" in text
    assert main(["models", "show", "fox@1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["manifest"]["version"] == 1
    assert found["metrics"] == contents().metrics
    assert found["path"] == str(registry.resolve("fox@1"))


def test_verify(registry: Registry, capsys: Captured) -> None:
    """Whole: exit code 0, for one and for all. Touched: 5, with the file by name, and the others all the same."""
    capsys.readouterr()
    assert main(["models", "verify", "fox@1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "name": "fox@1",
            "path": str(registry.resolve("fox@1")),
            "kind": "lightgbm",
            "sha256": registry.load("fox@1").sha256,
            "golden_rows": 16,
            "problem": None,
            "verified": True,
        }
    ]
    assert main(["models", "verify"]) == 0
    assert "2 of 2 models verified" in capsys.readouterr().out
    path = registry.resolve("fox@1") / "model.txt"
    path.chmod(0o644)
    with path.open("ab") as file:
        file.write(os.linesep.encode())
    assert main(["models", "verify", str(registry.root)]) == 5
    text = capsys.readouterr().out
    assert f"fox@1: {path}: expected sha256" in text
    assert "the file was changed" in text
    assert "1 of 2 models verified" in text
    assert main(["models", "verify", "--json"]) == 5
    assert [each["verified"] for each in json.loads(capsys.readouterr().out)] == [False, True]
    assert main(["models", "verify", "fox@2"]) == 0


def test_verify_finds_nothing(registry: Registry, tmp_path: Path, capsys: Captured) -> None:
    """What was not checked is not verified."""
    (tmp_path / "empty").mkdir()
    assert main(["models", "verify", str(tmp_path / "empty")]) == 5
    assert "expected bundles, found none" in capsys.readouterr().out
    assert main(["models", "verify", "--set", f"paths.registry={tmp_path / 'none'}"]) == 5
    assert main(["models", "verify", "foxx"]) == 5
    assert "did you mean fox?" in capsys.readouterr().out


def test_a_model_that_is_not_there(registry: Registry, capsys: Captured) -> None:
    """The nearest name is offered."""
    capsys.readouterr()
    assert main(["models", "show", "foxx"]) == 5
    assert "did you mean fox?" in capsys.readouterr().err
