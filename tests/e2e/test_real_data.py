"""The worked example of docs/worked-example.md: twenty years of hourly bars, from files to a report.

By default a shorter part of it, with fewer folds; FOXML_TEST_WHOLE=1 runs all of it.
"""

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from command import succeeded

WHOLE = os.environ.get("FOXML_TEST_WHOLE") == "1"
TRAIN = "train/spy_aapl_ibm_bac_1h.yaml"
BACKTEST = "backtest/spy_aapl_ibm_bac_1h.yaml"
SHORTER_TRAIN = [
    "--set",
    "validation.folds=2",
    "--set",
    "period.start=2009-01-02",
    "--set",
    "model.params.n_estimators=60",
]
SHORTER_BACKTEST = ["--set", "period.end=2015-12-31"]


@pytest.fixture(scope="module")
def project(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the bars imported and a model trained."""
    folder = tmp_path_factory.mktemp("real")
    succeeded("init", ".", cwd=folder)
    options = ["--interval", "1h", "--timezone", "America/New_York"]
    actions = ["--actions", shared_data / "corporate_actions.csv"]
    succeeded("data", "import", shared_data / "us_equities_1h", *options, *actions, cwd=folder)
    shorter = [] if WHOLE else SHORTER_TRAIN
    succeeded("train", "--config", TRAIN, *shorter, cwd=folder, timeout_s=1200)
    return folder


@pytest.fixture(scope="module")
def found(project: Path) -> dict[str, Any]:
    """What the backtest says of itself."""
    shorter = [] if WHOLE else SHORTER_BACKTEST
    options = ["--config", BACKTEST, "--journal", "runs/test/journal.db", "--json"]
    result: dict[str, Any] = json.loads(succeeded("backtest", *options, *shorter, cwd=project, timeout_s=1200))
    return result


def test_the_bars_are_the_ones_that_are_known(project: Path) -> None:
    """Counts and dates that the data's own description states."""
    stored = {entry["symbol"]: entry for entry in json.loads(succeeded("data", "list", "--json", cwd=project))}
    assert sorted(stored) == ["AAPL", "BAC", "IBM", "SPY"]
    assert 40_500 < stored["SPY"]["bars"] <= 40_832


def test_the_model_was_validated_out_of_sample(project: Path) -> None:
    """Every fold has its numbers, and the bundle loads as it was written."""
    shown = json.loads(succeeded("models", "show", "spy_aapl_ibm_bac_1h", "--json", cwd=project))
    assert shown["manifest"]["trials"] == 1
    assert abs(shown["manifest"]["score"]["ic"]) < 0.1  # more on hourly bars of four large stocks is a leak
    folds = shown["metrics"]["folds"]
    assert len(folds) == (6 if WHOLE else 2)
    assert all(before["last_ns"] < after["first_ns"] for before, after in itertools.pairwise(folds))
    succeeded("models", "verify", "spy_aapl_ibm_bac_1h", cwd=project)


def test_the_backtest_is_out_of_sample_and_judged_beside_holding(found: dict[str, Any]) -> None:
    """Costs, a deflated Sharpe ratio, and buy-and-hold beside: the numbers that keep one honest."""
    assert not [text for text in found["caveats"] if text.startswith(("In sample", "Unfinished"))]
    names = [curve["name"] for curve in found["performance"]]
    assert names == ["Strategy", "Buy and hold, equal weight", "Buy and hold, SPY"]
    strategy = found["performance"][0]
    assert strategy["trials"] == 1
    assert strategy["sessions"] == (1572 if WHOLE else 252)
    assert found["costs"]["gross_pnl"] >= found["costs"]["net_pnl"]
    assert found["decisions"] == (10_965 if WHOLE else found["decisions"])


def test_the_journal_replays_without_a_difference(project: Path, found: dict[str, Any]) -> None:
    """Six years of decisions, made again from the record."""
    assert found["decisions"] > 1500
    shorter = [] if WHOLE else SHORTER_BACKTEST
    succeeded("replay", "runs/test/journal.db", "--config", BACKTEST, *shorter, cwd=project, timeout_s=600)
