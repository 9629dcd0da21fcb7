"""The verbs that need no model: a project, its config, its bars."""

import json
from pathlib import Path

import pytest

from foxml.cli.main import main


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    return folder


def test_init_makes_a_self_contained_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The project's own base.yaml decides, not the packaged one."""
    capsys.readouterr()
    base = project / "base.yaml"
    base.write_text(base.read_text().replace("store: data", "store: elsewhere"))
    assert main(["config", "show", "--only", "paths.store", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["root"] == str(project)
    assert found["keys"]["paths.store"]["value"] == "elsewhere"
    assert str(base) in found["keys"]["paths.store"]["source"]


def test_init_overwrites_nothing_unasked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An edited config is work; a second init must not undo it."""
    (project / "base.yaml").write_text("mine")
    capsys.readouterr()
    assert main(["init", str(project)]) == 2
    assert "--force" in capsys.readouterr().err
    assert (project / "base.yaml").read_text() == "mine"
    assert main(["init", str(project), "--force"]) == 0
    assert (project / "base.yaml").read_text() != "mine"


def test_config_show_names_option_and_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a value came from is the question when a run is not what one thought."""
    monkeypatch.setenv("FOXML__PORTFOLIO__KAPPA", "0.2")
    capsys.readouterr()
    assert main(["config", "show", "--set", "portfolio.max_weight=0.02", "--only", "portfolio.", "--json"]) == 0
    keys = json.loads(capsys.readouterr().out)["keys"]
    assert (keys["portfolio.kappa"]["value"], keys["portfolio.max_weight"]["value"]) == (0.2, 0.02)
    assert "FOXML__PORTFOLIO__KAPPA" in keys["portfolio.kappa"]["source"]
    assert "--set" in keys["portfolio.max_weight"]["source"]


def test_a_config_typo_exits_with_2(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt limit that is silently ignored is no limit."""
    capsys.readouterr()
    assert main(["config", "show", "--set", "portfolio.max_wieght=0.02"]) == 2
    assert "max_weight" in capsys.readouterr().err


BARS = """timestamp,open,high,low,close,volume
2021-01-04 09:00:00,100,101,99,100.5,1000
2021-01-04 10:00:00,100.5,102,100,101,2000
2021-01-04 19:00:00,100.5,102,100,101,2000
"""
IMPORT = ["--interval", "1h", "--timezone", "America/New_York", "--vendor", "test"]


def test_bars_are_imported_and_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The way in for a user's own bars; what is dropped is said."""
    Path("SPY.csv").write_text(BARS)
    capsys.readouterr()
    assert main(["data", "import", "SPY.csv", *IMPORT, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["symbol"], report["rows_read"], report["bars_kept"]) == ("SPY", 3, 2)
    assert main(["data", "list", "--json"]) == 0
    (stored,) = json.loads(capsys.readouterr().out)
    assert (stored["symbol"], stored["bars"], stored["marks"]["vendor"]) == ("SPY", 2, "test")
    assert main(["data", "list"]) == 0
    assert "2021-01-04 15:00" in capsys.readouterr().out


def test_a_bad_bar_exits_with_3_and_stores_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half an import would train on half a history."""
    Path("AAPL.csv").write_text(BARS)
    Path("SPY.csv").write_text(BARS.replace("100.5,102,100,101", "-1,102,100,101", 1))
    capsys.readouterr()
    assert main(["data", "import", "AAPL.csv", "SPY.csv", *IMPORT]) == 3
    assert "SPY.csv:3" in capsys.readouterr().err
    assert main(["data", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_column_of_another_name_is_given_as_a_pair(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Vendors name columns as they like."""
    Path("SPY.csv").write_text(BARS.replace("timestamp", "date"))
    assert main(["data", "import", "SPY.csv", *IMPORT, "--column", "timestamp=date"]) == 0
    assert main(["data", "import", "SPY.csv", *IMPORT, "--column", "date"]) == 2
    assert "OURS=THEIRS" in capsys.readouterr().err


def test_the_layout_is_found_out_where_none_is_given(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Most users do not know which end of a bar their vendor's labels name."""
    rows = [f"2021-01-{day:02d} {hour:02d}:00:00,100,101,99,100,1000" for day in (4, 5, 6) for hour in range(9, 16)]
    Path("SPY.csv").write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    capsys.readouterr()
    assert main(["data", "import", "SPY.csv", "--interval", "1h", "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report["bars_kept"] == 21
    assert main(["data", "import", "SPY.csv", "--interval", "1h", "--label", "end"]) == 2
    assert "--timezone" in capsys.readouterr().err


def test_disorder_is_refused_unless_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sorting in silence would hide a broken download."""
    head, first, second, _ = BARS.splitlines()
    Path("SPY.csv").write_text("\n".join([head, second, first, second]) + "\n")
    assert main(["data", "import", "SPY.csv", *IMPORT]) == 3
    capsys.readouterr()
    assert main(["data", "import", "SPY.csv", *IMPORT, "--sort", "--drop-duplicates", "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["rows_read"], report["bars_kept"]) == (3, 2)
