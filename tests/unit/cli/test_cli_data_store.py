"""`foxml data show`, `export` and `repair`: what a user sees of the store, and exit codes that mean something."""

import json
from pathlib import Path

import numpy as np
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from study_harness import stored_market

from foxml.bars.actions import adjusted
from foxml.bars.store import BarStore
from foxml.cli.main import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    folder = tmp_path / "project"
    assert main(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    stored_market(folder, signal=0.0)
    capsys.readouterr()
    return folder


def _split(store: BarStore) -> tuple[str, str, int]:
    """A stored symbol with a split inside of its bars, its interval, and when."""
    held = store.list()[0]
    symbols = [s.symbol for s in store.list()]
    action = next(a for a in store.actions(symbols) if a.kind.value == "split")
    return action.symbol, held.interval, action.occurred_ns


def test_bars_are_shown(project: Path, capsys: Captured) -> None:
    # The last ones, in the zone that was asked for, as stored.
    store = BarStore(project / "data")
    symbol, interval, _ = _split(store)
    bars = store.read(symbol, interval)
    command = ["data", "show", symbol, "--interval", interval, "--rows", "3"]
    assert main([*command, "--timezone", "America/New_York"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["close,", "America/New_York", "open", "high", "low", "close", "volume"]
    assert len(lines) == 5
    assert "16:00:00-0" in lines[3]
    assert lines[4] == f"{len(bars) - 3:,} earlier bars not shown (--rows 0 shows all)"
    assert main([*command[:-1], "0", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["bars_found"] == len(bars)
    assert [bar["close"] for bar in document["bars"]] == bars.ohlcv[:, 3].tolist()
    assert document["marks"]["vendor"] == "synthetic"


def test_the_adjusted_view_is_that_of_the_last_bar_shown(project: Path, capsys: Captured) -> None:
    # Asked up to the day before the split, nothing of it is known; up to a later one, the past is on its terms.
    store = BarStore(project / "data")
    symbol, interval, split_ns = _split(store)
    bars = store.read(symbol, interval)
    before = np.datetime_as_string(np.datetime64(split_ns, "ns") - np.timedelta64(1, "D"), "D")
    command = ["data", "show", symbol, "--interval", interval, "--rows", "0", "--json", "--adjusted"]
    assert main([*command, "--end", str(before)]) == 0
    known = [bar["close"] for bar in json.loads(capsys.readouterr().out)["bars"]]
    actions = store.actions([symbol])
    earlier = adjusted(bars, actions, split_ns - 1)
    assert known == earlier.ohlcv[:, 3].tolist()[: len(known)]
    assert main(command) == 0
    later = [bar["close"] for bar in json.loads(capsys.readouterr().out)["bars"]]
    assert later == adjusted(bars, actions, int(bars.close_ns[-1])).ohlcv[:, 3].tolist()
    assert later[0] != known[0]


def test_bars_are_shown_as_of_a_time(project: Path, capsys: Captured) -> None:
    store = BarStore(project / "data")
    symbol, interval, _ = _split(store)
    bars = store.read(symbol, interval, int(store.read(symbol, interval).close_ns[-2]))
    bars.ohlcv[0] *= 2.0
    store.revise(bars, revised_ns=1_900_000_000 * 10**9)
    command = ["data", "show", symbol, "--interval", interval, "--rows", "1", "--json"]
    assert main([*command, "--as-of", "2029-01-01"]) == 0
    old = json.loads(capsys.readouterr().out)["bars"][0]["close"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["bars"][0]["close"] == 2.0 * old


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "NONE", "--interval", "5m"], 3, "no 5m bars of NONE; the store holds FOX"),
        (["show", "FOXA", "--interval", "5m", "--start", "soon"], 2, "--start soon: expected a date"),
        (["show", "FOXA", "--interval", "5m", "--timezone", "Mars/Base"], 2, "--timezone Mars/Base: expected"),
        (["export", "FOXA", "--interval", "5m", "--to", "bars.xlsx"], 3, "a name that ends in .parquet, .csv"),
        (["export", "FOXA", "--interval", "5m", "--to", "nowhere/a.csv"], 3, "nowhere/a.csv: cannot be written"),
        (["export", "FOXA", "--interval", "5m", "--to", "a.csv", "--end", "1999-01-01"], 3, "no 5m bars in that time"),
        (["export", "FOXA", "NONE", "--interval", "5m", "--to", "a.csv"], 3, "no 5m bars of NONE"),
        (["export", "FOXA", "--interval", "5m", "--to", "base.yaml"], 3, "there is such a file; --force replaces it"),
    ],
)
def test_what_cannot_be_is_named(project: Path, capsys: Captured, arguments: list[str], code: int, words: str) -> None:
    # One block on stderr, nothing on stdout, no file left behind.
    before = sorted(project.rglob("*"))
    assert main(["data", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("name", ["bars.parquet", "bars.csv", "bars.csv.gz"])
def test_an_export_holds_the_bars(project: Path, capsys: Captured, name: str) -> None:
    # Of several symbols in one file, to the bit.
    store = BarStore(project / "data")
    symbols = [held.symbol for held in store.list()][:2]
    interval = store.list()[0].interval
    assert main(["data", "export", *symbols, "--interval", interval, "--to", name, "-q", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    table = pq.read_table(name) if name.endswith(".parquet") else pc.read_csv(name)
    assert table.num_rows == document["bars"]
    for symbol in symbols:
        bars = store.read(symbol, interval)
        rows = table.filter(np.array(table["symbol"].to_pylist()) == symbol)
        np.testing.assert_array_equal(rows["close"].to_numpy(), bars.ohlcv[:, 3])
        closes = rows["close_time"].to_numpy().astype("datetime64[ns]").astype(np.int64)
        np.testing.assert_array_equal(closes, bars.close_ns)
    assert not list(Path().glob(".*partial"))


def test_repair_is_a_dry_run_until_it_is_told(project: Path, capsys: Captured) -> None:
    # Code 0 for a clean store, 1 while something is left to do.
    assert main(["data", "repair", "-q"]) == 0
    assert capsys.readouterr().out == "nothing is wrong\n"
    folder = next((project / "data").glob("*/FOXA"))
    (folder / ".x.partial").write_bytes(b"")
    assert main(["data", "repair", "-q"]) == 1
    text = capsys.readouterr().out
    assert "with --apply" in text
    assert text.endswith("1 of 1 findings left\n")
    assert (folder / ".x.partial").exists()
    assert main(["data", "repair", "--apply", "-q", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["clean"]
    assert [f["repaired"] for f in document["findings"]] == [True]
    file = min(folder.glob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1])
    assert main(["data", "repair", "--apply", "-q"]) == 1
    text = capsys.readouterr().out
    assert file.name in text
    assert "import or fetch these bars again" in text
