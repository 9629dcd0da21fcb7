"""Bad input through the real command: its exit code, one clear block that names the place, and nothing changed."""

import shutil
from pathlib import Path

import pytest
from command import assert_one_block, fingerprint, foxml, succeeded

HEAD = "timestamp,open,high,low,close,volume"
ROWS = [f"2021-01-{day:02d} {hour:02d}:00:00,100,101,99,100.5,1000" for day in (4, 5, 6) for hour in range(9, 16)]
IMPORT = ("--interval", "1h", "--timezone", "America/New_York")


def csv(*, head: str = HEAD, rows: list[str] | None = None) -> str:
    return "\n".join([head, *(ROWS if rows is None else rows)]) + "\n"


def with_row(at: int, row: str) -> str:
    """The good file with another row at that line of the file (the head is line 1)."""
    return csv(rows=[*ROWS[: at - 2], row, *ROWS[at - 1 :]])


def repeated(at: int) -> str:
    return csv(rows=[*ROWS[: at - 1], *ROWS[at - 2 :]])


STAMP = "2021-01-04 12:00:00"  # of line 5
FILES = {
    # what is wrong: the file, and words that the message must hold
    "missing column": (csv(head="timestamp,open,high,low,price,volume"), ["SPY.csv", "close"]),
    "unsorted": (csv(rows=[*ROWS[:3], ROWS[4], ROWS[3], *ROWS[5:]]), ["SPY.csv:6", "earlier time"]),
    "duplicate time": (repeated(5), ["SPY.csv:6", "same time"]),
    "negative price": (with_row(5, f"{STAMP},100,101,-99,100.5,1000"), ["SPY.csv:5", "-99"]),
    "high below low": (with_row(5, f"{STAMP},100,98,99,98.5,1000"), ["SPY.csv:5", "98", "99"]),
    "NaN": (with_row(5, f"{STAMP},100,nan,99,100.5,1000"), ["SPY.csv:5", "high"]),
    "empty cell": (with_row(5, f"{STAMP},100,101,99,,1000"), ["SPY.csv:5", "close"]),
    "no number": (with_row(5, f"{STAMP},100,101,99,one,1000"), ["SPY.csv:5", "close", "one"]),
    "no time": (with_row(5, "yesterday,100,101,99,100.5,1000"), ["SPY.csv:5", "yesterday"]),
    "negative volume": (with_row(5, f"{STAMP},100,101,99,100.5,-1"), ["SPY.csv:5", "-1"]),
    "nothing": (csv(rows=[]), ["SPY.csv"]),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that holds good bars, which bad ones must not replace."""
    folder = tmp_path_factory.mktemp("template") / "project"
    succeeded("init", folder, cwd=folder.parent)
    (folder / "good").mkdir()
    (folder / "good" / "SPY.csv").write_text(csv())
    succeeded("data", "import", "good", *IMPORT, cwd=folder)
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(shutil.copytree(template, tmp_path / "project"))


@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_refused_by_name_and_row(project: Path, what: str) -> None:
    """Bars that cannot be true must not become features; half an import must not become half a history."""
    text, words = FILES[what]
    (project / "SPY.csv").write_text(text)
    before = fingerprint(project)
    done = foxml("data", "import", "SPY.csv", *IMPORT, cwd=project)
    assert_one_block(done, 3, words)
    assert fingerprint(project) == before


CONFIGS = {
    # what is wrong: the file, and words that the message must hold
    "unknown key": ("portfolio:\n  max_wieght: 0.1\n", ["mine.yaml:2", "portfolio.max_wieght", "max_weight"]),
    "key given twice": ("bars:\n  interval: 1h\n  interval: 5m\n", ["mine.yaml:3", "interval"]),
    "wrong type": ("portfolio:\n  max_weight: lots\n", ["mine.yaml:2", "portfolio.max_weight", "lots"]),
    "limit taken away": ("risk:\n  daily_loss_max: null\n", ["mine.yaml:2", "risk.daily_loss_max"]),
    "no YAML": ("risk: [1\n", ["mine.yaml"]),
    "end before start": ('period:\n  start: "2021-01-05"\n  end: "2021-01-04"\n', ["period"]),
}


@pytest.mark.parametrize("what", CONFIGS)
def test_a_bad_config_is_refused_by_file_line_and_key(project: Path, what: str) -> None:
    """A limit that is misspelt and silently ignored is no limit."""
    text, words = CONFIGS[what]
    (project / "mine.yaml").write_text(text)
    before = fingerprint(project)
    assert_one_block(foxml("config", "show", "--config", "mine.yaml", cwd=project), 2, words)
    assert fingerprint(project) == before


def test_a_damaged_journal_has_no_report(project: Path) -> None:
    """A report of what is left of a file would be a wrong report."""
    (project / "journal.db").write_bytes(b"SQLite format 3\0" + bytes(200))
    before = fingerprint(project)
    assert_one_block(foxml("report", "journal.db", cwd=project), 6, ["journal.db"])
    assert fingerprint(project) == before
