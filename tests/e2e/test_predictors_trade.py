"""The trading process with models that are no trees: killed, started again, verified, and without the runtime."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from command import environment, foxml, succeeded
from kill_harness import content, run_whole, torture, trade_command
from predictor_bundles import register
from trading_project import make_project

from foxml.errors import MissingExtra
from foxml.journal import JournalReader
from foxml.models import Registry


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose registry holds a model of each kind; the last registered trades."""
    return make_project(tmp_path_factory.mktemp("predictors"))


@pytest.mark.parametrize("kind", ["linear", "onnx"])
def test_a_killed_process_goes_on_as_if_nothing_had_been(config: Path, kind: str) -> None:
    """Scores are computed again from the journal's bars: they must be the same bits, or recovery would find others."""
    bundle = register(Registry(config.parents[1] / "registry"), kind)
    runs = config.parents[1] / "runs"
    whole, killed = runs / f"{kind}_whole" / "journal.db", runs / f"{kind}_killed" / "journal.db"
    summary = run_whole(config, whole)
    assert summary["model"] == f"small@{bundle.manifest.version}"
    assert summary["decisions"] == 156
    assert summary["submitted"] > 0
    told = torture(config, killed, kills=6, seed=3, news=100)
    assert told.summary["differences"] == 0
    assert content(killed).essence == content(whole).essence


def test_every_kind_is_verified_and_shown(config: Path) -> None:
    """The commands that a user has for forests are for all models."""
    folder = config.parents[1]
    registered = {
        register(Registry(folder / "registry"), kind).manifest.version for kind in ("linear", "onnx", "mixture")
    }
    checks = json.loads(succeeded("models", "verify", "--json", cwd=folder))
    assert all(check["verified"] for check in checks)
    assert {"lightgbm", "linear", "onnx", "mixture"} == {check["kind"] for check in checks}
    first = min(registered)
    assert "(linear, " in succeeded("models", "show", f"small@{first}", cwd=folder)
    assert "nodes, onnxruntime " in succeeded("models", "show", f"small@{first + 1}", cwd=folder)


def test_without_the_runtime_the_process_names_the_extra(config: Path, tmp_path: Path) -> None:
    """It stops before it has written anything; models that do not need the runtime still trade."""
    folder = config.parents[1]
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('not installed')\n")
    hidden = {**environment(), "PYTHONPATH": os.pathsep.join([str(tmp_path)])}
    for kind, code in (("onnx", MissingExtra.exit_code), ("linear", 0)):
        register(Registry(folder / "registry"), kind)
        journal = folder / "runs" / f"hidden_{kind}" / "journal.db"
        done = subprocess.run(trade_command(config, journal), cwd=folder, env=hidden, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        if code:
            assert "pip install 'foxml[onnx]'" in done.stderr
            assert not journal.exists()
        else:
            with JournalReader(journal) as reader:
                assert next(reader.select(["SliceDecision"]), None) is not None
    assert foxml("models", "verify", "--json", cwd=folder).code == 0
