"""The commands of the README, run as they stand there."""

import datetime as dt
import json
import re
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command import environment, succeeded

from foxml.bars.calendar import TradingCalendar
from foxml.bars.synthetic import synthetic_market, write_files

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("America/New_York")

# The README's commands are for a history of twenty years; the same commands on less are checked here.
LESS = {
    "FOXML__VALIDATION__FOLDS": "1",
    "FOXML__VALIDATION__MIN_TRAIN_SESSIONS": "150",
    "FOXML__MODEL__VARIANT": "conservative",
}


def commands() -> str:
    """The block of commands under the heading Use."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"## Use\n.*?```sh\n(.*?)```", text, flags=re.DOTALL)
    return block


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with hourly bars of the four symbols, as a vendor in New York writes them."""
    calendar = TradingCalendar(dt.date(2021, 12, 31))
    sessions = [
        *calendar.sessions(dt.date(2013, 12, 2), dt.date(2015, 2, 27)),
        *calendar.sessions(dt.date(2021, 1, 4), dt.date(2021, 3, 31)),
    ]
    market = synthetic_market(3, ["SPY", "AAPL", "IBM", "BAC"], sessions, interval="1h")
    write_files(market, tmp_path)
    for path in (tmp_path / "bars").glob("*.csv"):
        head, *rows = path.read_text().splitlines()
        path.write_text("\n".join([head, *map(in_new_york, rows)]) + "\n")
    return tmp_path


def calendar_end_ns() -> int:
    """The close of the last session of the paper config."""
    return TradingCalendar(dt.date(2021, 12, 31)).sessions(dt.date(2021, 3, 31), dt.date(2021, 3, 31))[0].close_ns


def in_new_york(row: str) -> str:
    """Write the time of a row in New York."""
    stamp, rest = row.split(",", 1)
    moment = dt.datetime.fromisoformat(stamp).replace(tzinfo=dt.UTC).astimezone(ZONE)
    return f"{moment:%Y-%m-%d %H:%M:%S},{rest}"


def test_the_commands_of_the_readme_work(home: Path) -> None:
    """From nothing to a report and a day's trading: what a new user types first must not fail."""
    block = commands()
    for verb in ("init", "data import", "train", "backtest", "report", "trade", "status", "replay"):
        assert f"foxml {verb}" in block
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=home,
        env={**environment(), **LESS, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    project = home / "my-project"
    assert (project / "runs" / "backtest" / "report.html").is_file()
    status = json.loads(succeeded("status", "runs/paper/journal.db", "--json", cwd=project))
    assert (status["starts"], status["model"]) == (1, "spy_aapl_ibm_bac_1h@1")
    assert status["last_close_ns"] == calendar_end_ns()
