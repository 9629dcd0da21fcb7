"""Kills the real trading process again and again, at seeded random moments, and starts it again each time."""

import json
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from command import environment

from foxml.domain.commands import SubmitOrder
from foxml.domain.events import Event, OperatorHalt, RunStarted
from foxml.journal import JournalReader
from foxml.journal.codec import encode

STARTING, RECOVERED, STOPPED = "starting", "recovered", "stopped"
NEWS = ("submitted", "filled", "closed")
"""Lines of the log that show how far the trading has come."""


@dataclass
class Life:
    """One process, and how far its log says that it has come."""

    command: list[str]
    cwd: Path
    seen: dict[str, threading.Event] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    out: str = ""
    news: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self.seen = {name: threading.Event() for name in (STARTING, RECOVERED, STOPPED)}
        self.process = subprocess.Popen(
            self.command, cwd=self.cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.log.append(line)
            if line.startswith("{"):
                name = json.loads(line)["event"] if line.endswith("}\n") else ""
                if name in self.seen:
                    self.seen[name].set()
                if name in NEWS:
                    self.news.release()
        for event in self.seen.values():
            event.set()  # nothing more will come: nobody has to wait any longer
        self.news.release(10**6)

    def kill_after(self, delay_s: float) -> bool:
        """Send SIGKILL after a while; returns whether it was still alive."""
        try:
            self.process.wait(delay_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
        return self.end() == -9

    def end(self) -> int:
        """Wait for its end and keep what it printed; returns the exit code."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.out = self.process.stdout.read()
        code = self.process.wait(300)
        self._reader.join(60)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


@dataclass
class Torture:
    """What was done to a run.

    Attributes
    ----------
    kills : Counter of str
        By what the process was doing: ``starting``, ``recovering``, ``warming up``, ``trading``, ``ending``.
    missed : int
        Processes that had ended before the signal came; they are no kills.
    """

    kills: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    summary: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{sum(self.kills.values())} kills: " + ", ".join(f"{n} while {what}" for what, n in self.kills.items())


def trade_command(config: Path, journal: Path) -> list[str]:
    """The daemon as a user starts it."""
    return [sys.executable, "-m", "foxml", "trade", "--config", str(config), "--journal", str(journal), "--json"]


def run_whole(config: Path, journal: Path) -> dict[str, Any]:
    """One process, never disturbed."""
    done = subprocess.run(
        trade_command(config, journal), cwd=config.parents[1], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def torture(config: Path, journal: Path, *, kills: int, seed: int, news: int) -> Torture:
    """Kill the process `kills` times, then let it end.

    Parameters
    ----------
    news : int
        Lines of `NEWS` that an undisturbed process logs: kills while it trades are spread over about as many.
    """
    rng = np.random.default_rng(seed)
    found = Torture()
    command, cwd = trade_command(config, journal), config.parents[1]
    at_end = max(kills // 10, 1)
    while sum(found.kills.values()) < kills:
        life = Life(command, cwd)
        if kills - sum(found.kills.values()) <= at_end:
            delay_s = rng.exponential(0.004)
            life.seen[STOPPED].wait(300)
        else:
            delay_s = _wait_for_a_moment(life, rng, every=news / (0.6 * kills))
        if life.kill_after(delay_s):
            found.kills[_phase(journal, life)] += 1
        else:
            found.missed += 1  # it had just exited by itself: one start more
            assert found.missed < kills, "the process is always faster than the signal"
        assert life.process.returncode in (0, -9), life.log[-5:]
    life = Life(command, cwd)
    assert life.end() == 0, life.log[-5:]
    found.summary = json.loads(life.out)
    return found


def _wait_for_a_moment(life: Life, rng: np.random.Generator, *, every: float) -> float:
    """Wait until the process has come somewhere; returns how long to wait on before the kill, in seconds."""
    draw = rng.random()
    if draw < 0.12:
        return float(rng.uniform(0.0, 1.0))
    if draw < 0.24:
        life.seen[STARTING].wait(300)
        return float(rng.uniform(0.0, 0.1))
    life.seen[RECOVERED].wait(300)
    if draw < 0.34:
        return float(rng.uniform(0.0, 0.1))
    for _ in range(int(rng.integers(0, int(every) + 2))):
        life.news.acquire(timeout=300)
    return float(rng.exponential(0.004))


def _phase(journal: Path, life: Life) -> str:
    """What the process was doing when it died, by its own log and the journal."""
    told = [json.loads(line)["event"] for line in life.log if line.endswith("}\n")]
    if STOPPED in told:
        return "ending"
    if RECOVERED in told:
        with JournalReader(journal) as reader:
            return "trading" if next(reader.select(["SliceDecision"]), None) is not None else "warming up"
    return "recovering" if STARTING in told else "starting"


@dataclass(frozen=True)
class Content:
    """What a journal holds, with its random identity left out."""

    essence: list[tuple[Any, ...]]
    submitted: Counter[str]
    starts: int
    halts: int


def content(journal: Path) -> Content:
    """Read what must be identical however often the process was killed: all but the records of starts."""
    with JournalReader(journal) as reader:
        own, other = reader.journal_id.encode(), b"0" * len(reader.journal_id)
        essence, submitted, starts, halts = [], Counter[str](), 0, 0
        for entry in reader.entries():
            event: Event = entry.event
            if isinstance(event, RunStarted):
                starts += 1
                continue
            halts += isinstance(event, OperatorHalt)
            kind, payload = encode(event)
            outputs = tuple((output.kind, output.payload.replace(own, other)) for output in entry.outputs)
            essence.append((kind, payload.replace(own, other), outputs))
            for output in entry.outputs:
                if output.kind == SubmitOrder.__name__:
                    submitted[output.decode().intent.client_order_id] += 1
    return Content(essence, submitted, starts, halts)
