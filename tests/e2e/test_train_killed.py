"""A training that is killed again and again ends with the very model of one that was not."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from study_harness import FEATURES, OVERRIDES, stored_market

from foxml.cli.main import main

FOLDS = 3
FILES = ("model.txt", "plan.json", "config.json", "metrics.json", "golden.npz")
SECONDS_MAX = 120.0
# Folds that take long enough to be killed in.
PARAMS = "model.params={n_estimators: 300, learning_rate: 0.02, early_stopping_rounds: 300}"


def _project(folder: Path) -> Path:
    assert main(["init", str(folder)]) == 0
    (folder / "features").mkdir(exist_ok=True)
    (folder / "features" / "few.yaml").write_text(f"include: [{', '.join(FEATURES)}]\n")
    stored_market(folder, signal=2.0)
    return folder


def _start(folder: Path) -> subprocess.Popen[bytes]:
    sets = [word for override in ("features.plan=few", *OVERRIDES, PARAMS) for word in ("--set", override)]
    command = [sys.executable, "-m", "foxml", "train", "--quiet", *sets]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _kept(folder: Path) -> int:
    return len(list((folder / "runs" / "training" / "fox").glob("fold-*.npz")))


def _kill_at(folder: Path, folds: int) -> int:
    """Kill a training as soon as so many folds are kept; return its exit code."""
    process = _start(folder)
    deadline = time.monotonic() + SECONDS_MAX
    while _kept(folder) < folds and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode


def test_killed_after_every_fold(tmp_path: Path) -> None:
    """SIGKILL to the real process after each fold, and after the last one, while the final model is trained."""
    whole, killed = _project(tmp_path / "whole"), _project(tmp_path / "killed")
    for folds in range(1, FOLDS + 1):
        assert _kill_at(killed, folds) == -signal.SIGKILL
        assert _kept(killed) >= folds
        assert not list((killed / "registry").glob("fox/[0-9]*"))
    kept = {path.name: path.stat().st_mtime_ns for path in (killed / "runs" / "training" / "fox").iterdir()}
    for folder in (whole, killed):
        process = _start(folder)
        _, errors = process.communicate(timeout=SECONDS_MAX)
        assert process.returncode == 0, errors.decode()
    assert {path.name: path.stat().st_mtime_ns for path in (killed / "runs" / "training" / "fox").iterdir()} == kept
    one, two = (folder / "registry" / "fox" / "1" for folder in (whole, killed))
    for name in FILES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    manifests = [json.loads((folder / "bundle.json").read_bytes()) for folder in (one, two)]
    for manifest in manifests:
        assert manifest.pop("created_ns") > 0
    assert manifests[0] == manifests[1]
    assert manifests[0]["trials"] == 1
