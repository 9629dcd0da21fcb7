"""`foxml demo` once, and what must be true of the runs that it leaves."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from command import foxml, succeeded
from journals import commands, decisions


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo runs."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """What the demo says of itself."""
    return json.loads(succeeded("demo", "--dir", "demo", "--json", cwd=folder))


def test_every_step_ran_and_left_its_result(folder: Path, found: dict[str, Any]) -> None:
    """The README's first promise."""
    assert list(found["seconds"]) == ["market", "import", "train", "backtest", "trade", "report"]
    assert found["model"].startswith("demo@")
    assert found["backtest"]["decisions"] > 1000
    assert found["paper"]["decisions"] == 78  # one session of 5-minute bars
    for run in ("backtest", "paper"):
        page = (folder / found[run]["report"]).read_text()
        assert "The bars are synthetic" in page.split("<h2>")[0]
        assert not re.search(r"https?://(?!www\.w3\.org)", page)
        assert found[run]["details"]["trials"] == "1"


def test_the_planted_signal_is_traded(found: dict[str, Any]) -> None:
    """A chain that finds nothing in what was planted finds nothing anywhere."""
    assert found["backtest"]["trades"]["trades"] > 50
    assert found["backtest"]["calibration"]["ic"] > 0.02


def test_the_daemon_decides_what_a_backtest_of_that_day_decides(folder: Path, found: dict[str, Any]) -> None:
    """One decision path: the same bars give the same commands, whoever drives the session."""
    succeeded("backtest", "--config", "demo/paper.yaml", "--journal", "runs/again/journal.db", cwd=folder / "demo")
    again = folder / "demo" / "runs" / "again" / "journal.db"
    daemon = folder / found["paper"]["journal"]
    assert len(commands(daemon)) > 0
    assert commands(again) == commands(daemon)
    assert decisions(again) == decisions(daemon)


@pytest.mark.parametrize(("run", "config"), [("backtest", "backtest"), ("paper", "paper")])
def test_each_journal_replays_to_the_same_commands(folder: Path, found: dict[str, Any], run: str, config: str) -> None:
    """What was decided can be decided again from the record alone."""
    done = foxml(
        "replay", found[run]["journal"], "--config", folder / "demo" / "demo" / f"{config}.yaml", "--json", cwd=folder
    )
    assert done.code == 0, done.err


def test_a_folder_that_is_no_demo_is_not_touched(folder: Path) -> None:
    """The demo replaces its folder; it must know that it is its own."""
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.txt").write_text("mine")
    done = foxml("demo", "--dir", "mine", cwd=folder)
    assert done.code == 2
    assert "mine" in done.err
    assert [path.name for path in (folder / "mine").iterdir()] == ["notes.txt"]
