"""`foxml check features` as a user runs it: the demo's bars, faults planted and real, and an interruption."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import assert_one_block, environment, fingerprint, foxml
from projects import synthetic_project

SHORT = ("--config", "demo/train.yaml", "--start", "2024-02-01", "--end", "2024-02-07")
CANARIES = (
    "peeks_ahead",
    "unfinished_higher_bar",
    "short_warmup",
    "forgetful_snapshot",
    "refused_snapshot",
    "tainted_by_damage",
    "other_stream",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check")
    synthetic_project(folder)
    return folder


def test_the_packaged_plan_passes_and_nothing_is_written(project: Path) -> None:
    """Exit code 0, a row a feature, and the project as it was."""
    before = fingerprint(project)
    done = foxml("check", "features", *SHORT, cwd=project)
    assert done.code == 0, done.out + done.err
    lines = done.out.splitlines()
    assert lines[-1].startswith("PASS: all ")
    assert sum(line.endswith("PASS") for line in lines) >= 40
    assert fingerprint(project) == before


def test_every_canary_is_seen_to_fail(project: Path) -> None:
    """Exit code 1; each by name, each with the symbol and moment of its first offence; the plan beside them passes."""
    wanted = [word for name in CANARIES for word in ("--canary", name)]
    done = foxml("check", "features", *SHORT, *wanted, "--json", cwd=project)
    assert done.code == 1, done.err
    found = json.loads(done.out)
    failed = {feature["name"]: feature for feature in found["features"] if not feature["passed"]}
    assert tuple(failed) == CANARIES
    for feature in failed.values():
        first = feature["checks"][feature["failed"][0]]["first"]
        assert first["symbol"] in found["symbols"]
        assert first["close_ns"] > 0


def test_a_feature_of_ones_own_is_caught(project: Path) -> None:
    """A module in the project's folder, named in a plan of its own."""
    (project / "mine.py").write_text(
        "import numpy as np\n"
        "from foxml.research.features.user import research_feature\n\n\n"
        "@research_feature(group='mine', formula='max C / C', warmup_bars=0)\n"
        "def share_of_the_best(bars):\n"
        "    return bars.close.max() / bars.close\n"
    )
    (project / "features" / "mine.yaml").write_text("include: [ret_log_1]\nresearch: ['mine:share_of_the_best']\n")
    done = foxml("check", "features", *SHORT, "--plan", "mine", "-q", cwd=project)
    assert done.code == 1, done.err
    rows = {line.split()[0]: line for line in done.out.splitlines() if line}
    assert rows["ret_log_1"].endswith("PASS")
    assert "FAIL truncated, perturbed" in rows["share_of_the_best"]


def test_a_damaged_store_is_bad_input(project: Path) -> None:
    """Exit code 2 and the file's name."""
    file = min((project / "data" / "5m").glob("*/2024-02-*.parquet"))
    good = file.read_bytes()
    try:
        file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        done = foxml("check", "features", *SHORT, "-q", cwd=project)
    finally:
        file.write_bytes(good)
    assert_one_block(done, 2, [file.name, "sha256"])


def test_it_can_be_interrupted(project: Path) -> None:
    """Ctrl-C: the code of an interruption, no result, no traceback."""
    command = [sys.executable, "-m", "foxml", "check", "features", "--config", "demo/train.yaml"]
    process = subprocess.Popen(
        command, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() != ""  # the first line of progress: the checks are under way
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
