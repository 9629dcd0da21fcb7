"""`foxml research` on a synthetic market: tables, documents, a plan that loads, trials that are counted."""

import json
from pathlib import Path

import pytest
from study_harness import FEATURES, OVERRIDES, stored_market

from foxml.cli.main import main
from foxml.settings.document import read_document

Captured = pytest.CaptureFixture[str]
SETS = [*(word for key in OVERRIDES for word in ("--set", key)), "--set", "features.plan=few"]
SPECS = """# Two targets.
targets:
  short: {horizon_bars: 3}
  wide: {horizon_bars: 6, up_sigma: 3.0, down_sigma: 3.0}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    (folder / "features" / "few.yaml").write_text(f"include: [{', '.join(FEATURES)}, volume_z_20]\n")
    (folder / "specs.yaml").write_text(SPECS)
    text = (folder / "feature_selection.yaml").read_text()
    for old, new in (("trees: 60", "trees: 20"), ("subsamples: 20", "subsamples: 6"), ("shuffles: 9", "shuffles: 2")):
        assert old in text
        text = text.replace(old, new)
    (folder / "feature_selection.yaml").write_text(text)
    stored_market(folder, signal=2.0)
    capsys.readouterr()
    return folder


def test_features_are_selected_and_train_a_model(project: Path, capsys: Captured) -> None:
    """A row a feature; the plan that is written loads, and is of the selected ones alone."""
    assert main(["research", "select", *SETS, "--plan-out", "features/chosen.yaml"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].split() == ["feature", "cluster", "loss", "t", "stable", "gain", "SHAP", "nats", "p", "selected"]
    rows = {line.split()[0]: line for line in lines[1:7]}
    assert set(rows) == {*FEATURES, "volume_z_20"}
    chosen = [name for name, row in rows.items() if row.endswith("yes")]
    assert chosen
    assert "volume_z_20" not in chosen
    assert read_document(Path("features/chosen.yaml")).data["include"] == [n for n in FEATURES if n in chosen]
    assert "select" in captured.err
    assert main(["train", *SETS[:-2], "--set", "features.plan=chosen", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["features"] == len(chosen)


def test_the_document_of_a_selection(project: Path, capsys: Captured) -> None:
    """Two runs, one document; the scheme is taken by name."""
    arguments = ["research", "select", *SETS, "--walkforward", "quick", "--json"]
    assert main(arguments) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert (first["schema"], first["selection"]["folds"], first["selection"]["seed"]) == (1, 3, 7)
    assert first["selected"] == [each["name"] for each in first["selection"]["features"] if each["selected"]]
    assert len(first["plan_sha256"]) == len(first["dataset_sha256"]) == 64


def test_targets_are_ranked_and_counted(project: Path, capsys: Captured) -> None:
    """A row a target, the best first; each is a trial, and a second run reads the folds that are there."""
    arguments = ["research", "rank-targets", *SETS, "--specs", "specs.yaml"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:6] == ["target", "samples", "labels", "IC", "error", "t"]
    assert {line.split()[0] for line in lines[1:3]} == {"short", "wide"}
    assert (project / "registry" / "trials.jsonl").read_text().count("\n") == 2
    assert "2 trials of this model name" in lines[-1]
    folds = sorted((project / "runs" / "training" / "fox").glob("fold-*"))
    assert len(folds) == 6
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["ranking"]
    assert sorted((project / "runs" / "training" / "fox").glob("fold-*")) == folds
    ics = [each["metrics"]["ic"] for each in found["ranking"]["targets"]]
    assert ics == sorted(ics, reverse=True)
    assert ics[0] > 0.02
    assert set(found["samples"]) == {"short", "wide"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["select", "--walkforward", "quik"], "did you mean quick?"),
        (["select", "--selection", "none.yaml"], "no such file"),
        (["select", "--plan-out", "features/few.yaml"], "found a file that is there"),
        (["select", "--plan-out", "nowhere/chosen.yaml"], "found no such folder"),
        (["rank-targets", "--specs", "features/few.yaml"], "unknown key include"),
    ],
)
def test_bad_input_is_refused(project: Path, capsys: Captured, arguments: list[str], words: str) -> None:
    """Exit code 2 before anything is read, and one block that names it."""
    assert main(["research", arguments[0], *SETS, "-q", *arguments[1:]]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("foxml: config error\n")
    assert words in captured.err
