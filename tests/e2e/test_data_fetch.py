"""`foxml data fetch` as a process: interrupted or killed in the middle, it goes on, and each bar is there once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from alpaca_data_server import KEY, SECRET, AlpacaDataServer
from command import environment
from vendor_bars import HeldBar, session_minutes

from foxml.bars.store import BarStore

HELD = session_minutes("2024-01-08", 180, step_ns=30 * 60 * 10**9)
CHUNKS = 6
COMMAND = ["data", "fetch", "alpaca", "SPY", "--interval", "1m", "--from", "2024-01-08", "--to", "2024-06-28", "--json"]


@pytest.fixture
def server() -> Iterator[AlpacaDataServer]:
    with AlpacaDataServer({"SPY": HELD}) as served:
        yield served


def _start(server: AlpacaDataServer, folder: Path, secret: str = SECRET) -> "subprocess.Popen[str]":
    keys = {"APCA_API_KEY_ID": KEY, "APCA_API_SECRET_KEY": secret, "APCA_API_DATA_URL": server.url}
    return subprocess.Popen(
        [sys.executable, "-m", "foxml", *COMMAND],
        cwd=folder,
        env={**environment(), **keys},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _stopped_in_the_middle(server: AlpacaDataServer, folder: Path, number: int) -> tuple[int, str, str]:
    """Let three chunks through, and send a signal while the fourth is being asked for."""
    server.gate.clear()
    running = _start(server, folder)
    chunks = folder / "data.fetch" / "alpaca-iex" / "1m" / "SPY"
    for count in range(1, 4):
        _until(lambda count=count: len(server.requests) >= count)
        server.gate.set()
        _until(lambda count=count: len(list(chunks.glob("*.npz"))) >= count or len(server.requests) > count)
        server.gate.clear()
    running.send_signal(number)
    server.gate.set()
    out, err = running.communicate(timeout=60)
    return running.returncode, out, err


def _until(true: "object") -> None:
    for _ in range(6000):
        if true():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError("it never came to it")


def _closes(held: list[HeldBar], store: BarStore) -> list[int]:
    # What was held against what the store says, regular hours in winter and in summer time.
    bars = store.read("SPY", "1m")
    assert (np.diff(bars.close_ns) > 0).all()
    volumes = {bar.start_ns + 60 * 10**9: float(bar.volume) for bar in held}
    assert [volumes[close] for close in bars.close_ns.tolist()] == bars.ohlcv[:, 4].tolist()
    return bars.close_ns.tolist()


@pytest.fixture
def whole(server: AlpacaDataServer, tmp_path: Path) -> list[int]:
    """What a run that nobody disturbs stores."""
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    running = _start(server, folder)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert json.loads(out)["finished"]
    server.requests.clear()
    return _closes(HELD, BarStore(folder / "data"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_fetch_goes_on(
    server: AlpacaDataServer, tmp_path: Path, whole: list[int], number: signal.Signals
) -> None:
    folder = tmp_path / "stopped"
    folder.mkdir()
    code, out, err = _stopped_in_the_middle(server, folder, number)
    if number == signal.SIGINT:
        assert code == 130, err
        assert json.loads(out)["finished"] is False
        assert len(BarStore(folder / "data").read("SPY", "1m")) > 0
    else:
        assert code == -signal.SIGKILL
    first = {request["start"] for request in server.requests[:2]}
    server.requests.clear()
    running = _start(server, folder)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert _closes(HELD, BarStore(folder / "data")) == whole
    assert not first & {request["start"] for request in server.requests}
    assert not list((folder / "data.fetch").rglob("*.npz"))


def test_a_wrong_key_is_one_block_without_it(server: AlpacaDataServer, tmp_path: Path) -> None:
    running = _start(server, tmp_path, secret="not-the-secret-1618")
    out, err = running.communicate(timeout=60)
    assert running.returncode == 11
    assert out == ""
    assert "vendor error" in err
    assert "HTTP 401" in err
    assert "not-the-secret-1618" not in err
    assert "Traceback" not in err
    assert not os.path.exists(tmp_path / "data")
