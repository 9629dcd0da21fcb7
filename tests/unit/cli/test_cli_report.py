"""`foxml report` on a real journal file, and on what is none."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from foxml.cli.main import main
from foxml.domain.bars import BarSlice
from foxml.domain.commands import SliceDecision
from foxml.domain.events import RunStarted
from foxml.domain.money import NANO
from foxml.journal import JournalWriter

HOUR = 3_600 * NANO
START = 1_609_770_600 * NANO


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Ten sessions of one bar each, flat but for the last."""
    path = tmp_path / "run" / "journal.db"
    details = (("initial_cash", "1000"), ("trials", "1"), ("trials_sharpe_variance", "0"))
    with JournalWriter(path, journal_id="0123456789") as writer:
        writer.append([(RunStarted(details, START, START), ())])
        for day in range(10):
            opened = START + day * 24 * HOUR
            close = opened + HOUR
            ohlcv = np.array([[100.0, 101.0, 99.0, 100.0 + day, 1000.0]])
            bar = BarSlice(day, HOUR, close, close, opened, close, ("SPY",), ohlcv, np.array([True]))
            money = ((1000 + 50 * (day == 9)) * NANO, 1000 * NANO, 0, 0)
            writer.append([(bar, (SliceDecision(close, *money, ("score",), np.array([[0.5]])),))])
    return path


def test_a_report_stands_beside_its_journal(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page, and the same numbers for programs."""
    assert main(["report", str(journal), "--json", "--set", "report.title=Ten <days>"]) == 0
    found = json.loads(capsys.readouterr().out)
    page = Path(found["report"])
    assert page == journal.with_name("report.html")
    assert "<title>Ten &lt;days&gt;</title>" in page.read_text()
    assert found["performance"][0]["total_return"] == pytest.approx(0.05)
    assert found["performance"][1]["total_return"] == pytest.approx(0.09)
    assert found["decisions"] == 10


def test_the_overview_is_readable(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person sees first."""
    assert main(["report", str(journal), "--out", str(journal.with_name("page.html"))]) == 0
    out = capsys.readouterr().out
    assert "5.00 %" in out
    assert "page.html" in out
    assert journal.with_name("page.html").is_file()


@pytest.mark.parametrize("kind", ["absent", "text", "database"])
def test_what_is_no_journal_exits_with_6(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong path must not produce an empty report."""
    path = tmp_path / "journal.db"
    if kind == "text":
        path.write_text("hello" * 100)
    if kind == "database":
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE t (x)")
        db.close()
    assert main(["report", str(path)]) == 6
    assert str(path) in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
