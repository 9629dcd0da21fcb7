"""`foxml data spread`: estimates that a config takes as they are printed."""

import json
from pathlib import Path

import pytest

from foxml.cli.main import main
from foxml.settings import load_config


@pytest.fixture
def week(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the minutes of 2013; returns the folder of the vendor's files."""
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    files = shared_data / "us_equities_1m_2013"
    bars = [str(files / f"{symbol}.csv.gz") for symbol in ("SPY", "IBM", "BAC")]
    assert main(["data", "import", *bars, "--interval", "1m", "--timezone", "America/New_York"]) == 0
    return files


def _found(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["data", "spread", "SPY", "IBM", "--interval", "1m", *options, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_quotes_go_before_estimates_and_calibrate_them(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """IBM was quoted 1.31 bps wide where Roll's estimate is 1.15: SPY's 0.48 grows by the same factor."""
    plain = _found(capsys)["symbols"]
    assert [(e["method"], round(e["half_spread_bps"], 2)) for e in plain] == [("roll", 0.48), ("roll", 1.15)]  # type: ignore[attr-defined]
    quotes = ["--quotes", f"IBM={week / 'IBM_quotes.csv.gz'}", "--timezone", "America/New_York"]
    found = _found(capsys, *quotes)
    factor = found["factors"]["roll"]  # type: ignore[index]
    assert factor == pytest.approx(1.3121 / 1.1452, rel=1e-3)
    spy, ibm = found["symbols"]  # type: ignore[misc]
    assert (ibm["method"], round(ibm["half_spread_bps"], 4)) == ("quotes", 1.3121)
    assert (spy["method"], spy["half_spread_bps"]) == ("roll", pytest.approx(0.4783 * factor, rel=1e-3))


def test_what_is_printed_is_a_config(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A user pastes it: it must resolve, for the cost model and the simulated broker alike."""
    capsys.readouterr()
    assert main(["data", "spread", "SPY", "BAC", "--interval", "1m"]) == 0
    _, _, keys = capsys.readouterr().out.partition("\n\n")
    Path("mine.yaml").write_text(f"universe: {{symbols: [SPY, BAC]}}\n{keys}")
    config = load_config(Path("mine.yaml"), environ={}).config
    assert config.signals.half_spread_by_symbol == {"SPY": 0.48, "BAC": 2.94}
    assert config.broker.simulated.half_spread_by_symbol == {"SPY": 0.48, "BAC": 2.94}


def test_quotes_of_a_symbol_that_is_not_asked_for_are_named(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "spread", "SPY", "--interval", "1m", "--quotes", "IBM=x.csv"]) == 2
    assert "IBM=x.csv" in capsys.readouterr().err
