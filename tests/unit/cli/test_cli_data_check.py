"""`foxml data check`: exit codes that mean something, the document, and a page that stands alone."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from study_harness import stored_market

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


def test_a_healthy_store_passes(project: Path, capsys: Captured) -> None:
    # Code 0, one row a history, and a last line that says it all.
    assert main(["data", "check", "-q"]) == 0
    text = capsys.readouterr().out
    assert text.rstrip().endswith("PASS: nothing serious")
    assert "FOXA" in text


def test_a_missing_split_fails_and_is_named(project: Path, capsys: Captured) -> None:
    # The synthetic market has splits; with the table of actions emptied, they are found in the prices.
    store = BarStore(project / "data")
    assert any(a.kind.value == "split" for a in store.actions(["FOXA", "FOXB", "FOXC", "FOXD"]))
    store.write_actions([])
    assert main(["data", "check", "-q", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["passed"] is False
    kinds = {(f["kind"], f["severity"]) for s in document["symbols"] for f in s["findings"]}
    assert ("missing split", "serious") in kinds


def test_a_changed_file_fails_and_the_others_are_checked(project: Path, capsys: Captured) -> None:
    # One history that cannot be read hides nothing of the rest.
    path = next((project / "data").glob("*/FOXA/*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert main(["data", "check", "-q", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert len(document["unreadable"]) == 1
    assert path.name in document["unreadable"][0]
    assert document["symbols"]


def test_a_symbol_that_is_not_stored_is_refused(project: Path, capsys: Captured) -> None:
    assert main(["data", "check", "NONE", "-q"]) == 3
    assert "no bars of NONE" in capsys.readouterr().err


def test_the_page_stands_alone(project: Path, capsys: Captured) -> None:
    # No script, no other file, no network; plots inside; the same bars give the same page.
    pytest.importorskip("matplotlib", reason="plots need foxml[report]")
    assert main(["data", "check", "FOXA", "-q", "--html", "q.html"]) == 0
    assert main(["data", "check", "FOXA", "-q", "--html", "again.html"]) == 0
    text = Path("q.html").read_text()
    assert text == Path("again.html").read_text()
    seen: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append(tag)
            assert not any(
                name == "src" or (name == "href" and not str(value).startswith("#")) for name, value in attrs
            )

    Tags().feed(text)
    assert seen.count("svg") == 2
    assert "script" not in seen
    assert "link" not in seen
    assert "mathdefault" not in text


def test_the_overrides_of_the_config_are_the_calendar_s(project: Path, capsys: Captured) -> None:
    # A session that the file declares closed has bars in the store: they are off the calendar.
    open_ns = int(BarStore(project / "data").read("FOXA", "5m").session_open_ns[-1])
    day = str(np.datetime64(open_ns, "ns"))[:10]
    Path("overrides.csv").write_text(f"date,kind,time\n{day},closed,\n")
    arguments = ["data", "check", "FOXA", "-q", "--json", "--set", "bars.calendar_overrides=overrides.csv"]
    assert main(arguments) == 1
    (symbol,) = json.loads(capsys.readouterr().out)["symbols"]
    assert "off the calendar" in {finding["kind"] for finding in symbol["findings"]}
