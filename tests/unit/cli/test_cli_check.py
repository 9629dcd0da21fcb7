"""`foxml check features` on a synthetic market: its table, its document, and exit codes that mean something."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest
from study_harness import FEATURES, stored_market

from foxml.cli.main import main
from foxml.research.feature_checks import CANARIES, canaries, run

Captured = pytest.CaptureFixture[str]
BARS = ["--symbols", "FOXA,FOXB", "--interval", "5m", "--start", "2024-01-10", "--end", "2024-01-19"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    (folder / "features" / "few.yaml").write_text(f"include: [{', '.join(FEATURES)}, ema_dist_12]\n")
    stored_market(folder, signal=0.0)
    capsys.readouterr()
    return folder


def test_a_healthy_plan_passes(project: Path, capsys: Captured) -> None:
    """A row a feature, and a last line that says it all; progress on stderr."""
    assert main(["check", "features", "--plan", "few", *BARS]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].split() == ["feature", "guarantee", "warm-up", "bars", "compared", "worst", "result"]
    rows = {line.split()[0]: line.split() for line in lines[1:7]}
    assert set(rows) == {*FEATURES, "ema_dist_12"}
    assert {row[-1] for row in rows.values()} == {"PASS"}
    assert rows["ema_dist_12"][1] == "measured"
    assert lines[-1] == "PASS: all 6 features"
    assert "check  features that are wrong on purpose" in captured.err


def test_the_document_says_everything(project: Path, capsys: Captured) -> None:
    """For machines: the form's version, what was checked, on which bars, and what each check found."""
    assert main(["check", "features", "--plan", "few", "--json", "--seed", "5", *BARS]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    found = json.loads(captured.out)
    assert (found["schema"], found["status"], found["seed"]) == (1, "pass", 5)
    assert found["symbols"] == ["FOXA", "FOXB"]
    assert len(found["plan_sha256"]) == len(found["fingerprint"]) == 64
    assert {canary["as_expected"] for canary in found["canaries"]} == {True}
    assert [feature["passed"] for feature in found["features"]] == [True] * 6
    checks = found["features"][0]["checks"]
    assert set(checks) == {"truncated", "perturbed", "started_late", "streamed", "restored", "damaged", "side_by_side"}
    assert checks["restored"]["compared"] == found["bars"]
    assert {check["differing"] for check in checks.values()} == {0}


@pytest.mark.parametrize("name", CANARIES)
def test_a_canary_is_seen_to_fail(project: Path, capsys: Captured, name: str) -> None:
    """On the user's own bars, beside features that pass: exit code 1, with the bar and the symbol."""
    assert main(["check", "features", "--plan", "few", "--canary", name, "--json", "-q", *BARS]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "fail"
    failed = [feature for feature in found["features"] if not feature["passed"]]
    assert [feature["name"] for feature in failed] == [name]
    assert set(failed[0]["failed"]) >= {check.value for check in CANARIES[name].caught_by}
    for check in failed[0]["failed"]:
        first = failed[0]["checks"][check]["first"]
        assert first["symbol"] in {"FOXA", "FOXB"}
        assert first["close_ns"] > 1_704_000_000 * 10**9
        assert first["where"]


def test_the_table_names_the_first_offending_bar(project: Path, capsys: Captured) -> None:
    """Symbol, time, both values and what was done."""
    assert main(["check", "features", "--plan", "few", "--canary", "peeks_ahead", "-q", *BARS]) == 1
    lines = capsys.readouterr().out.splitlines()
    (row,) = (line for line in lines if line.startswith("peeks_ahead"))
    assert "FAIL truncated, perturbed, started_late, streamed" in row
    assert "first FOX" in row
    assert " UTC: " in row
    assert lines[-1] == "FAIL: 1 of 7 features"


def test_a_damaged_store_is_named(project: Path, capsys: Captured) -> None:
    """Exit code 2, the file, and nothing on stdout."""
    file = min((project / "data" / "5m" / "FOXB").glob("*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert main(["check", "features", "--plan", "few", "-q", *BARS]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("foxml: data error\n")
    assert file.name in captured.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plan", "fewer"], "fewer"),
        (["--canary", "peeks"], "peeks_ahead"),
        (["--symbols", "FOXZ"], "FOXZ"),
        (["--interval", "7m"], "expected one of 1s, 1m, 5m"),
        (["--start", "2030-01-01"], "period.start"),
        (["--start", "2023-01-03", "--end", "2023-01-05"], "bars of FOXA from 2023-01-03"),
    ],
)
def test_bad_input_is_refused(project: Path, capsys: Captured, arguments: list[str], words: str) -> None:
    """Exit code 2, and one block that names it."""
    assert main(["check", "features", "--plan", "few", "-q", *BARS, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err


def test_files_can_be_checked_without_a_store(project: Path, capsys: Captured) -> None:
    """Every symbol of a vendor's files; the store is not written to."""
    before = sorted(path.name for path in (project / "data").rglob("*"))
    arguments = [str(project / "vendor" / "bars"), "--plan", "few", "--interval", "5m", "--end", "2024-01-12"]
    assert main(["check", "features", *arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["symbols"] == ["FOXA", "FOXB"]
    assert sorted(path.name for path in (project / "data").rglob("*")) == before
    assert main(["check", "features", *arguments, "--store", "data", "-q"]) == 2
    assert "--store" in capsys.readouterr().err


def test_a_check_that_misses_a_canary_is_not_believed(
    project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, loud, and no feature is judged."""
    harmless = canaries.Canary("peeks_ahead", "reads the next bar", (run.Check.TRUNCATED,), canaries.HONEST.source)
    monkeypatch.setattr(run, "CANARIES", MappingProxyType({"peeks_ahead": harmless}))
    assert main(["check", "features", "--plan", "few", "-q", *BARS]) == 3
    assert "THE CHECK ITSELF IS BROKEN" in capsys.readouterr().out
    assert main(["check", "features", "--plan", "few", "--json", *BARS]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "canary_not_caught"
    assert "features" not in found
