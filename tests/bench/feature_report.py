"""Medians of interleaved rounds, small tables, and the machine that they were measured on."""

import ctypes
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ISA_FLAGS = ("sse4_2", "avx2", "avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512vbmi")


class Report:
    """Prints tables as they come and keeps them for the JSON file."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self._machine = machine()
        self._tables: list[dict[str, Any]] = []

    def print_machine(self) -> None:
        """Say what the numbers were measured on."""
        print("\n" + ", ".join(f"{key} {value}" for key, value in self._machine.items()))

    def medians(self, runs: Mapping[str, Callable[[], float]]) -> dict[str, float]:
        """Run each once for warmth, then all in turn, round after round; returns the median seconds of each."""
        for run in runs.values():
            run()
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(self.rounds):
            for name, run in runs.items():
                seconds[name].append(run())
        return {name: statistics.median(values) for name, values in seconds.items()}

    def table(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print a table and keep it."""
        cells = [list(headers), *([_text(value) for value in row] for row in rows)]
        widths = [max(len(row[k]) for row in cells) for k in range(len(headers))]
        print(f"\n{title}")
        for first, *rest in cells:
            numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
            print("  " + "  ".join([first.ljust(widths[0]), *numbers]))
        self._tables.append({"title": title, "headers": list(headers), "rows": [list(row) for row in rows]})

    def note(self, text: str) -> None:
        """Print a line and keep it."""
        print(f"  {text}")
        self._tables.append({"note": text})

    def as_json(self) -> dict[str, Any]:
        """Return everything that was printed."""
        return {"machine": self._machine, "rounds": self.rounds, "tables": self._tables}


def machine() -> dict[str, str]:
    """Return the processor, its instruction sets and what runs on it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = set(facts.get("flags", "").split())
    return {
        "cpu": " ".join(facts.get(key, "?") for key in ("model name", "cpu family", "model", "stepping")),
        "isa": " ".join(flag for flag in ISA_FLAGS if flag in flags),
        "cores": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.2f}",
        "python": platform.python_version(),
    }


def available_bytes() -> int:
    """Memory that can be had without swapping."""
    for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/meminfo has no MemAvailable")


def resident_bytes() -> int:
    """Memory that this process holds, without what it has freed."""
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
