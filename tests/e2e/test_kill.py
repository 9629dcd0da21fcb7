"""SIGKILL to the real process at random moments, over two replayed days, until it gets to the end.

Ten kills by default; `FOXML_KILLS=200 pytest -s tests/e2e/test_kill.py` is the long run. `FOXML_KILL_SEED` repeats one.
"""

import os
from pathlib import Path

import pytest
from command import foxml
from kill_harness import content, run_whole, torture
from trading_project import make_project

from foxml.daemon.status import status

KILLS = int(os.environ.get("FOXML_KILLS", "10"))
SEED = int(os.environ.get("FOXML_KILL_SEED", "20240402"))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a market and a trained model."""
    return make_project(tmp_path_factory.mktemp("kill"))


def test_killed_again_and_again_it_ends_like_a_run_that_was_not(config: Path) -> None:
    whole, killed = (config.parents[1] / "runs" / name / "journal.db" for name in ("whole", "killed"))
    undisturbed = run_whole(config, whole)
    assert undisturbed["fills"] > 50, "a run that hardly trades proves little"
    news = sum(undisturbed[key] for key in ("submitted", "fills", "trades"))
    found = torture(config, killed, kills=KILLS, seed=SEED, news=news)
    print(f"\nseed {SEED}, {found}")
    expected, actual = content(whole), content(killed)
    assert actual.starts > 1
    assert actual.essence == expected.essence
    assert set(actual.submitted.values()) == {1}
    assert actual.halts == 0
    for key in ("positions", "cash", "equity", "halt"):
        assert found.summary[key] == undisturbed[key]
    one, other = status(whole), status(killed)
    assert (other.positions, other.cash, other.trades, other.pnl) == (one.positions, one.cash, one.trades, one.pnl)
    assert len(other.open_orders) == len(one.open_orders)
    # Before, in and after trading: a harness that misses a phase must say so.
    before = found.kills["starting"] + found.kills["recovering"] + found.kills["warming up"]
    assert min(before, found.kills["trading"], found.kills["ending"]) >= 1, str(found)
    done = foxml("replay", killed, "--config", config, cwd=config.parents[1])
    assert done.code == 0, done.err
    assert "0 outputs differ" in done.out
