"""`foxml check leaks` and `foxml research` as a user runs them: an honest study, a leaking feature, a chosen plan."""

import json
from pathlib import Path

import pytest
import yaml
from command import assert_one_block, foxml
from projects import synthetic_project

QUICK = [word for name in ("label_overlap", "future_perturbed", "target_in_features") for word in ("--only", name)]
STUDY = ("--config", "demo/train.yaml", "-q")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks")
    synthetic_project(folder)
    return folder


def test_an_honest_study_passes(project: Path) -> None:
    """Exit code 0, a verdict for each check that was asked for, after the known leaks were found."""
    done = foxml("check", "leaks", *STUDY, *QUICK, "--json", cwd=project)
    assert done.code == 0, done.out + done.err
    found = json.loads(done.out)
    assert found["status"] == "pass"
    assert [each["check"] for each in found["checks"]] == ["future_perturbed", "label_overlap", "target_in_features"]
    assert all(trial["as_expected"] for trial in found["canaries"])
    assert found["rows"] > 1000


def test_a_feature_that_knows_its_target_is_caught(project: Path) -> None:
    """The highest close of the whole history, learned from: exit code 1, and the column is named."""
    (project / "mine.py").write_text(
        "from foxml.research.features.user import research_feature\n\n\n"
        "@research_feature(group='mine', formula='max C / C', warmup_bars=0)\n"
        "def share_of_the_best(bars):\n"
        "    return bars.close.max() / bars.close\n"
    )
    (project / "features" / "mine.yaml").write_text("include: [ret_log_1]\nresearch: ['mine:share_of_the_best']\n")
    only = ("--only", "future_perturbed", "--set", "features.plan=mine")
    done = foxml("check", "leaks", *STUDY, *only, cwd=project)
    assert done.code == 1, done.out + done.err
    assert "share_of_the_best" in done.out
    assert done.out.splitlines()[-1].startswith("FAIL: future_perturbed")


def test_selected_features_are_a_plan_that_a_config_takes(project: Path) -> None:
    """What `research select` writes is what `features.plan` takes; only what was offered is in it."""
    (project / "features" / "few.yaml").write_text("include: [ret_log_1, ret_log_5, sma_dist_20, rsi_14]\n")
    few = ("--set", "features.plan=few", "--walkforward", "quick", "--json")
    done = foxml("research", "select", *STUDY, *few, "--plan-out", "features/chosen.yaml", cwd=project)
    assert done.code == 0, done.out + done.err
    chosen = yaml.safe_load((project / "features" / "chosen.yaml").read_text())["include"]
    assert set(chosen) <= {"ret_log_1", "ret_log_5", "sma_dist_20", "rsi_14"}
    only = ("--only", "label_overlap", "--set", "features.plan=chosen")
    done = foxml("check", "leaks", *STUDY, *only, cwd=project)
    assert done.code == 0 if chosen else done.code == 2, done.out + done.err


def test_an_unknown_check_is_wrong_usage(project: Path) -> None:
    """Exit code 2, and the name that was meant."""
    done = foxml("check", "leaks", *STUDY, "--only", "label_overlp", cwd=project)
    assert_one_block(done, 2, ["label_overlp", "label_overlap"])
