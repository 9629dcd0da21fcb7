"""The demonstration's folder and market: nothing of the user's is removed, and nobody takes the bars for real."""

import datetime as dt
from pathlib import Path

import pytest

from foxml.bars.calendar import TradingCalendar
from foxml.errors import ConfigError
from foxml.research.demo import MARKER, market_files, prepare_folder
from foxml.settings import load_config, packaged_config_root


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    """`foxml demo --dir .` in a project must not remove it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "base.yaml").write_text("work")
    with pytest.raises(ConfigError, match="--dir"):
        prepare_folder(tmp_path)
    assert (tmp_path / "mine" / "base.yaml").read_text() == "work"
    with pytest.raises(ConfigError, match="a file"):
        prepare_folder(tmp_path / "mine" / "base.yaml")


def test_an_older_demo_is_replaced_and_links_are_not_followed(tmp_path: Path) -> None:
    """A second demo starts from nothing; what a link in the first leads to stays."""
    folder, elsewhere = tmp_path / "demo", tmp_path / "elsewhere"
    prepare_folder(folder)
    (folder / "runs" / "deep").mkdir(parents=True)
    (folder / "runs" / "deep" / "journal.db").write_text("old")
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    (folder / "link").symlink_to(elsewhere)
    prepare_folder(folder)
    assert [path.name for path in folder.iterdir()] == [MARKER]
    assert (elsewhere / "kept").read_text() == "kept"
    assert "invented" in (folder / MARKER).read_text()


def test_the_market_spans_the_demo_configs_and_repeats_itself(tmp_path: Path) -> None:
    """Training, backtest and trading day must all find bars, and the same seed the same ones."""
    first, last = (
        load_config(packaged_config_root() / "demo" / name, environ={}).config for name in ("train.yaml", "paper.yaml")
    )
    calendar = TradingCalendar(dt.date(2024, 12, 31))
    tables = [market_files(tmp_path / name, first, last, seed=7, calendar=calendar) for name in ("a", "b")]
    names = sorted(path.name for path in (tmp_path / "a" / "bars").iterdir())
    assert names == sorted(f"{symbol}.csv" for symbol in first.universe.symbols)
    lines = (tmp_path / "a" / "bars" / names[0]).read_text().splitlines()
    assert lines[1].startswith(str(first.period.start))
    assert lines[-1].startswith(str(last.period.end))
    assert tables[0].read_text() == tables[1].read_text()
    for name in names:
        assert (tmp_path / "a" / "bars" / name).read_bytes() == (tmp_path / "b" / "bars" / name).read_bytes()


def test_a_market_without_ends_cannot_be_made(tmp_path: Path) -> None:
    """Null means as far as there are bars, and here there are none yet."""
    config = load_config(None, environ={}).config
    with pytest.raises(ConfigError, match="period"):
        market_files(tmp_path, config, config, seed=7, calendar=TradingCalendar(dt.date(2024, 12, 31)))
