"""`foxml train` on a synthetic market: a table for people, a document for machines, an error as one block."""

import json
from pathlib import Path

import pytest
from study_harness import FEATURES, OVERRIDES, stored_market

from foxml.cli.main import main

Captured = pytest.CaptureFixture[str]
SETS = [word for override in OVERRIDES for word in ("--set", override)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    (folder / "features").mkdir(exist_ok=True)
    (folder / "features" / "few.yaml").write_text(f"include: [{', '.join(FEATURES)}]\n")
    stored_market(folder, signal=2.0)
    capsys.readouterr()
    return folder


def test_train_then_use_the_model(project: Path, capsys: Captured) -> None:
    """A row a fold and one for all; then the registry lists, shows and verifies what was made."""
    arguments = ["train", "--set", "features.plan=few", *SETS]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].split()[0] == "fold"
    assert [line.split()[0] for line in lines[1:5]] == ["1", "2", "3", "all"]
    assert lines[-1].startswith("fox@1: ")
    assert lines[-1].endswith("in registry/fox/1")
    assert any(line.startswith("P(Sharpe > 0) ") for line in lines)
    assert "train" in captured.err
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert captured.err == ""
    assert (found["name"], found["version"], found["findings"]["trials"]) == ("fox", 2, 1)
    assert len(found["findings"]["folds"]) == 3
    assert found["findings"]["overall"]["metrics"]["ic"] > 0.05
    for verb in (["models", "list"], ["models", "show", "fox"], ["models", "verify", "fox@1"]):
        assert main(verb) == 0
        assert "fox@" in capsys.readouterr().out
    assert (project / "registry" / "trials.jsonl").read_text().count("\n") == 2


def test_a_symbol_without_bars_is_one_block(project: Path, capsys: Captured) -> None:
    """Exit code 3; what the store holds is said; no model, no trial."""
    assert main(["train", "--quiet", *SETS, "--set", "universe.symbols=[FOXA, FOXZ]"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("foxml: data error\n")
    assert "no 5m bars of FOXZ; the store holds FOXA, FOXB" in captured.err
    assert not (project / "registry").exists()
