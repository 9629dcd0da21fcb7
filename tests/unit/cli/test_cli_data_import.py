"""`foxml data import`: what is done with messy rows, what a dry run says, and what becomes of stored bars."""

import json
from pathlib import Path
from typing import Any

import pytest

from foxml.bars.store import BarStore
from foxml.cli.main import main

HEADER = "timestamp,open,high,low,close,volume"
CLEAN = [f"2021-01-{day:02d} {hour:02d}:00:00,100,101,99,100,1000" for day in (4, 5, 6) for hour in range(9, 16)]
IMPORT = ["--interval", "1h", "--timezone", "America/New_York", "--vendor", "test"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    return folder


def _write(*rows: str, name: str = "SPY.csv") -> None:
    Path(name).write_text("\n".join([HEADER, *rows]) + "\n")


def _imported(capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    capsys.readouterr()
    assert main(["data", "import", "SPY.csv", *IMPORT, *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_each_fault_has_a_policy(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without one the file is refused; with them every row is accounted for by reason."""
    bad = [*CLEAN[:5], CLEAN[4], "2021-01-04 14:00:00,100,99,98,100,10", "2021-01-04 15:00:00,-1,101,99,100,10"]
    _write(*bad, *CLEAN[7:])
    assert main(["data", "import", "SPY.csv", *IMPORT]) == 3
    (report,) = _imported(capsys, "--clean", "research", "--clean", "high_low=widen")
    assert report["dropped"] == {"repeated rows": 1, "a price is not positive": 1}
    assert (report["changed"], report["bars_kept"], report["appended"]) == ({"widened": 1}, 20, 20)
    assert BarStore(Path("data")).read("SPY", "1h").ohlcv[5, 1] == 100.0


def test_bad_prints_are_marked_or_removed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A print a third away from its neighbours stays unless it is to go, and is counted either way."""
    rows = [
        f"2021-01-{day:02d} {hour}:00:00,100,100.{1 + (day + hour) % 3},99.9,100.0{(day * hour) % 7},{day * hour}"
        for day in [*range(4, 9), *range(11, 16)]
        for hour in range(10, 16)
    ]
    rows[50] = rows[50].replace(",99.9,", ",66,")
    _write(*rows)
    (report,) = _imported(capsys, "--clean", "outliers=mark")
    assert (report["marked"], report["bars_kept"]) == ({"bad print": 1}, 60)
    (report,) = _imported(capsys, "--clean", "outliers=drop")
    assert (report["dropped"], report["bars_kept"]) == ({"bad print": 1}, 59)
    assert report["revised"] == {"changed": 0, "added": 0, "removed": 1}


def test_hours_and_holes_are_as_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Extended hours are kept; a filled history says so in the marks that travel with it."""
    _write(*CLEAN[:3], *CLEAN[4:7], "2021-01-04 17:00:00,100,101,99,100,1000")
    (report,) = _imported(capsys, "--clean", "hours=extended")
    assert (report["bars_kept"], report["dropped"]) == (7, {})
    (report,) = _imported(capsys, "--clean", "missing=fill", "--replace")
    assert (report["bars_kept"], report["changed"]) == (7, {"filled": 1})
    store = BarStore(Path("data"))
    assert store.marks("SPY", "1h").filled
    assert store.read("SPY", "1h").ohlcv[3, 4] == 0.0


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("messy", "strict, research"),
        ("prices=drop", "high_low"),
        ("high_low=mend", "error, drop, widen"),
        ("outlier_threshold=much", "a number"),
        ("stale_repeats_min=1.5", "a whole number"),
    ],
)
def test_a_policy_that_is_none_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], word: str, named: str
) -> None:
    """A misspelt policy may not become the default in silence."""
    _write(*CLEAN)
    assert main(["data", "import", "SPY.csv", *IMPORT, "--clean", word]) == 2
    found = capsys.readouterr().err
    assert "--clean" in found
    assert named in found


def test_a_dry_run_shows_and_stores_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was found out about a file, and what would become of it, before it is believed."""
    _write(*CLEAN, "2021-01-06 19:00:00,100,101,99,100,1000")
    capsys.readouterr()
    assert main(["data", "import", "SPY.csv", "--interval", "1h", "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["files"]["SPY.csv"]["layout"]["timezone"] == "America/New_York"
    (report,) = found["symbols"]
    assert (report["rows_read"], report["bars_kept"], report["dropped"]) == (22, 21, {"outside regular hours": 1})
    assert main(["data", "import", "SPY.csv", "--interval", "1h", "--dry-run"]) == 0
    text = capsys.readouterr().out
    assert "America/New_York" in text
    assert "nothing was stored" in text
    assert not Path("data").exists()


def test_what_changes_is_told_and_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A corrected file is a revision; --replace forgets, and takes bars of another vendor."""
    _write(*CLEAN)
    (report,) = _imported(capsys)
    assert (report["appended"], report["revised"]) == (21, None)
    _write(*CLEAN[:20], CLEAN[20].replace(",1000", ",1001"), "2021-01-07 10:00:00,100,101,99,100,1000")
    (report,) = _imported(capsys)
    assert (report["appended"], report["revised"]) == (1, {"changed": 1, "added": 0, "removed": 0})
    store = BarStore(Path("data"))
    assert len(store.revisions("SPY", "1h")) == 1
    assert main(["data", "import", "SPY.csv", *IMPORT, "--vendor", "other"]) == 3
    assert "--replace" in capsys.readouterr().err
    (report,) = _imported(capsys, "--vendor", "other", "--replace")
    assert (store.marks("SPY", "1h").vendor, store.revisions("SPY", "1h")) == ("other", ())


def test_the_budget_is_the_configs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file at a time or four: the same bars; a budget that cannot be is refused by its key."""
    _write(*CLEAN)
    for number, name in enumerate(["AAPL", "IBM"]):
        _write(*(row.replace(",1000", f",100{number}") for row in CLEAN), name=f"{name}.csv")
    capsys.readouterr()
    found = []
    for workers in (1, 4):
        options = ["--set", f"resources.workers={workers}", "--set", f"paths.store=data{workers}"]
        assert main(["data", "import", "SPY.csv", "AAPL.csv", "IBM.csv", *IMPORT, *options, "--json"]) == 0
        found.append([each["symbol"] for each in json.loads(capsys.readouterr().out)])
    assert found[0] == found[1] == ["SPY", "AAPL", "IBM"]
    for name in found[0]:
        assert BarStore(Path("data1")).digest(name, "1h") == BarStore(Path("data4")).digest(name, "1h")
    assert main(["data", "import", "SPY.csv", *IMPORT, "--set", "resources.memory_mb=1"]) == 2
    assert "resources.memory_mb" in capsys.readouterr().err


def test_symbol_changes_lie_among_the_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder as a vendor sends it: bars of both names and the table; shown adjusted, the share has one history."""
    folder = Path("bars")
    folder.mkdir()
    _write(*CLEAN[:14], name="bars/FB.csv")
    _write(*CLEAN[14:], name="bars/META.csv")
    (folder / "listings.csv").write_text("symbol,date,kind,successor\nFB,2021-01-06,renamed,META\n")
    capsys.readouterr()
    assert main(["data", "sniff", "bars", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["bars/FB.csv", "bars/META.csv"]
    assert main(["data", "import", "bars", *IMPORT, "--json"]) == 0
    assert [change.successor for change in BarStore(Path("data")).listings()] == ["META"]
    capsys.readouterr()
    for options, count in (([], 7), (["--adjusted"], 21), (["--adjusted", "--start", "2021-01-05"], 14)):
        assert main(["data", "show", "META", "--interval", "1h", *options, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["bars_found"] == count
