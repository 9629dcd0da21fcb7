"""What a backtest refuses, and what is left of one that is interrupted."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command import assert_one_block, environment, fingerprint, foxml, succeeded
from projects import QUICK, sets, trained_project

CONFIG = ("--config", "demo/backtest.yaml")
SHORT = sets("period.end=2024-05-03")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with bars and a model."""
    folder = tmp_path_factory.mktemp("template")
    trained_project(folder, *QUICK)
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(shutil.copytree(template, tmp_path / "project"))


def nothing(project: Path) -> None:
    """Leave the project as it is."""


def tamper(project: Path) -> None:
    """Change one digit of the model."""
    path = project / "registry" / "demo" / "1" / "model.txt"
    path.chmod(0o644)
    text = path.read_text()
    at = text.index("leaf_value=") + len("leaf_value=")
    digit = next(k for k in range(at, len(text)) if text[k].isdigit())
    path.write_text(text[:digit] + str((int(text[digit]) + 1) % 10) + text[digit + 1 :])


def truncate(project: Path) -> None:
    """Cut the end off a month of one symbol, of those that are read."""
    (path,) = (project / "data" / "5m" / "SYNB").glob("2024-02-*.parquet")
    path.write_bytes(path.read_bytes()[:-100])


def forget(project: Path) -> None:
    """Remove a file of the bundle."""
    (project / "registry" / "demo" / "1" / "golden.npz").unlink()


REFUSED: dict[str, tuple[Callable[[Path], None], list[str], int, list[str]]] = {
    # what is wrong: how it comes about, options, exit code, words that the message must hold
    "tampered bundle": (tamper, [], 5, ["registry/demo/1/model.txt", "sha256"]),
    "incomplete bundle": (forget, [], 5, ["golden.npz"]),
    "bundle of another plan": (nothing, sets("features.exclude=[ret_log_5]"), 5, ["plan", "trained on"]),
    "bundle of another label": (nothing, sets("target.horizon_bars=11"), 5, ["target.horizon_bars", "12", "11"]),
    "bundle of other symbols": (nothing, sets("universe.symbols=[SYNA, SYNB]"), 5, ["universe.symbols"]),
    "no such model": (nothing, ["--model", "dema"], 5, ["dema", "demo"]),
    "truncated Parquet": (truncate, [], 3, ["data/5m/SYNB/", "sha256"]),
    "no bars in the period": (nothing, sets("period.start=2031-01-02", "period.end=2031-02-03"), 3, ["2031"]),
    "config typo": (nothing, sets("risk.gros_max=1"), 2, ["risk.gros_max", "gross_max"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_and_leaves_no_run(project: Path, what: str) -> None:
    """A model that is altered, or meant for other features, must not trade: not even in a backtest."""
    spoil, options, code, words = REFUSED[what]
    spoil(project)
    before = fingerprint(project)
    done = foxml("backtest", *CONFIG, *options, "--quiet", cwd=project)
    assert_one_block(done, code, words)
    assert fingerprint(project) == before


def test_truncated_bars_are_not_learned_from(project: Path) -> None:
    """The same file is refused before a model is made of it; only the log of what was tried may know."""
    truncate(project)
    before = fingerprint(project)
    done = foxml("train", "--config", "demo/train.yaml", *sets(*QUICK), "--quiet", cwd=project)
    assert_one_block(done, 3, ["data/5m/SYNB/", "sha256"])
    assert fingerprint(project) == before


def test_runs_are_numbered_and_a_journal_is_never_written_over(project: Path) -> None:
    """A second run must not add to the record of the first, nor replace it."""
    first, second = (
        json.loads(succeeded("backtest", *CONFIG, *SHORT, "--json", cwd=project))["journal"] for _ in range(2)
    )
    assert Path(first).parts[-2:] == ("demo-backtest-1", "journal.db")
    assert Path(second).parts[-2:] == ("demo-backtest-2", "journal.db")
    before = fingerprint(project)
    done = foxml("backtest", *CONFIG, *SHORT, "--journal", first, "--quiet", cwd=project)
    assert_one_block(done, 6, ["demo-backtest-1/journal.db", "already there"])
    assert fingerprint(project) == before


def test_decisions_on_what_was_trained_on_are_called_so(project: Path) -> None:
    """An in-sample backtest looks wonderful, and means nothing."""
    options = sets("period.start=2024-03-26", "period.end=2024-04-02")
    found = json.loads(succeeded("backtest", *CONFIG, *options, "--json", cwd=project))
    assert [text for text in found["caveats"] if text.startswith("In sample")]
    assert "In sample" in Path(project / found["report"]).read_text()


def test_an_interrupted_run_leaves_a_whole_journal_that_says_so(project: Path) -> None:
    """Ctrl-C in a long backtest: what was done can be read, replayed and is not taken for all of it."""
    journal = project / "runs" / "cut" / "journal.db"
    options = sets("journal.commit=event")  # slow enough to be interrupted
    command = [sys.executable, "-m", "foxml", "backtest", *CONFIG, *options, "--journal", str(journal), "--json"]
    process = subprocess.Popen(
        command, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not journal.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    found = json.loads(out)
    assert not found["finished"]
    assert [text for text in found["caveats"] if text.startswith("Unfinished")]
    succeeded("replay", journal, *CONFIG, cwd=project)
