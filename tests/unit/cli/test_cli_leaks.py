"""`foxml check leaks` on a synthetic market: table, document, exit codes, and leaks of the user's own making."""

import json
from pathlib import Path

import pytest
from study_harness import FEATURES, OVERRIDES, stored_market

from foxml.cli import check_leaks as verb
from foxml.cli.main import main
from foxml.research.leak_checks import Check, LeakCanaryTrial, Verdict

Captured = pytest.CaptureFixture[str]
CHECKS = ["check", "leaks", *(word for key in OVERRIDES for word in ("--set", key)), "--set", "features.plan=few"]
QUICK = ["--set", "period.end=2024-02-29", "--only", "label_overlap", "--only", "future_perturbed"]
MINE = """
import numpy as np
from foxml.research.features.user import research_feature

@research_feature(group="mine", formula="C1/C - 1", warmup_bars=1)
def past(bars):
    return np.append([np.nan], bars.close[:-1]) / bars.close - 1

@research_feature(group="mine", formula="the next close", warmup_bars=1)
def ahead(bars):
    return np.append(bars.close[1:], bars.close[-1:]) / bars.close - 1

class Mean:
    def fit(self, rows):
        self.mean_ = np.nanmean(rows, axis=0)
        return self

def within(data, splits):
    return [Mean().fit(data.rows[split.train]) for split in splits]

def everything(data, splits):
    return [Mean().fit(data.rows) for split in splits]

def one(data, splits):
    return [Mean().fit(data.rows)]

def broken(data, splits):
    raise ValueError("no luck")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    few = f"include: [{', '.join(FEATURES)}]\n"
    (folder / "features" / "few.yaml").write_text(few)
    (folder / "features" / "past.yaml").write_text(few + 'research: ["leaky:past"]\n')
    (folder / "features" / "ahead.yaml").write_text(few + 'research: ["leaky:ahead"]\n')
    (folder / "leaky.py").write_text(MINE)
    stored_market(folder, signal=1.0)
    capsys.readouterr()
    return folder


def test_a_clean_study_and_its_model_pass(project: Path, capsys: Captured) -> None:
    """A row a check, what each looked at, and a last line that says it all."""
    assert main(["train", *CHECKS[2:], "-q"]) == 0
    capsys.readouterr()
    assert main([*CHECKS, "--model", "fox"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    rows = {line.split()[0]: line for line in lines[1:9]}
    assert set(rows) == {check.value for check in Check}
    assert "not applicable" in rows["fitted_outside"]
    assert "exact" in rows["future_perturbed"]
    assert lines[-1] == "PASS: no leak was found"
    assert any(line.endswith("known leaks were found") for line in lines)
    assert "check" in captured.err


def test_the_document_says_everything(project: Path, capsys: Captured) -> None:
    """For machines: status, limits, what was checked, and every finding with its figures."""
    assert main([*CHECKS, *QUICK, "--only", "target_in_features", "--seed", "5", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    found = json.loads(captured.out)
    assert (found["schema"], found["status"], found["seed"], found["model"]) == (1, "pass", 5, None)
    assert found["limits"]["alpha"] == 0.01
    assert len(found["dataset_sha256"]) == len(found["plan_sha256"]) == len(found["fingerprint"]) == 64
    findings = {each["check"]: each for each in found["checks"]}
    assert list(findings) == ["future_perturbed", "label_overlap", "target_in_features"]
    assert findings["future_perturbed"]["exact"] is True
    assert findings["target_in_features"]["p_value"] == 1.0
    # Three folds, and what early stopping looks at in each and in the final model.
    assert findings["label_overlap"]["scope"]["splits"] == 7
    assert {canary["as_expected"] for canary in found["canaries"]} == {True}


def test_research_features_are_perturbed_too(project: Path, capsys: Captured) -> None:
    """The user's own honest feature passes; the one that reads the next close is named."""
    assert main([*CHECKS, *QUICK, "--set", "features.plan=past", "--json"]) == 0
    capsys.readouterr()
    assert main([*CHECKS, *QUICK, "--set", "features.plan=ahead", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "fail"
    clues = {each["check"]: each["clues"] for each in found["checks"]}
    assert [clue["where"] for clue in clues["future_perturbed"]] == ["ahead"]
    assert clues["label_overlap"] == []
    assert main([*CHECKS, *QUICK, "--set", "features.plan=ahead", "-q"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "FAIL: future_perturbed"
    assert any(line.startswith("  FAIL ahead: ") for line in lines)


def test_scalers_of_the_users_own_are_judged(project: Path, capsys: Captured) -> None:
    """Fitted within the fold, and not."""
    only = [*CHECKS, "--set", "period.end=2024-02-29", "--only", "fitted_outside", "-q"]
    assert main([*only, "--preprocessor", "leaky:within"]) == 0
    assert main([*only, "--preprocessor", "leaky:everything"]) == 1
    assert "leaky:everything, fold 1: mean_ is that of all rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "label_overlp"], "did you mean label_overlap?"),
        (["--model", "nothing"], "nothing"),
        (["--set", "universe.symbols=[FOXZ]", "--set", "universe.benchmark=null"], "FOXZ"),
        (["--preprocessor", "leaky:none"], "no such object"),
        (["--preprocessor", "leaky:one"], "found 1 fitted objects, expected one for each of 3 splits"),
        (["--preprocessor", "leaky:broken"], "ValueError: no luck"),
        (["--preprocessor", "leaky:MINE"], "leaky:MINE"),
    ],
)
def test_bad_input_is_refused(project: Path, capsys: Captured, arguments: list[str], words: str) -> None:
    """Exit code 2, and one block that names it."""
    assert main([*CHECKS, *QUICK, "-q", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err


def test_a_model_of_other_features_is_refused(project: Path, capsys: Captured) -> None:
    """Its scores would mean nothing."""
    assert main(["train", *CHECKS[2:], "-q"]) == 0
    capsys.readouterr()
    assert main([*CHECKS, *QUICK, "--model", "fox", "--set", "features.exclude=[ret_log_3]", "-q"]) == 2
    assert "expected that of the config" in capsys.readouterr().err


def test_a_check_that_misses_a_leak_is_not_believed(
    project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, loud, and nothing is judged."""
    missed = LeakCanaryTrial("unpurged", "trains on the test", {Check.LABEL_OVERLAP: Verdict.PASS}, False)
    monkeypatch.setattr("foxml.research.leak_checks.try_leak_canaries", lambda **given: (missed,))
    assert main([*CHECKS, *QUICK, "-q"]) == verb.EXIT_CANARY
    assert "THE CHECK ITSELF IS BROKEN" in capsys.readouterr().out
    assert main([*CHECKS, *QUICK, "--json"]) == verb.EXIT_CANARY
    assert json.loads(capsys.readouterr().out)["status"] == "canary_not_caught"


def test_a_suspicion_has_a_code_of_its_own(project: Path, capsys: Captured) -> None:
    """An honest column is implausible where nothing is plausible: suspicious, and no leak yet."""
    arguments = ["--only", "shifted_target", "--plausible-ic", "0.0", "--alpha", "0.4", "-q"]
    assert main([*CHECKS, *arguments]) == verb.EXIT_SUSPECT
    assert capsys.readouterr().out.splitlines()[-1] == "SUSPECT: shifted_target"
