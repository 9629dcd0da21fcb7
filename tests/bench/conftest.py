"""What the benchmarks share: one core, and a report that can be read by a machine."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import feature_report
import pytest

# No tests, and some import what only the extra `bench` brings.
collect_ignore_glob = ["feature_*.py", "forest_*.py", "peers/*.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("benchmarks")
    group.addoption("--json", metavar="FILE", default=os.environ.get("FOXML_BENCH_JSON"), help="write all tables there")
    group.addoption("--bars", type=int, default=1_000_000, help="bars of the history of a batch (1,000,000)")
    group.addoption("--symbols", default="1,8,64,500,1000,5000", help="numbers of symbols of a slice")
    group.addoption("--rounds", type=int, default=5, help="rounds of which the median counts (5)")


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[feature_report.Report]:
    """Pin this process to one core, and collect what the benchmarks print."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    made = feature_report.Report(rounds=request.config.getoption("--rounds"))
    made.print_machine()
    yield made
    os.sched_setaffinity(0, cores)
    path = request.config.getoption("--json")
    if path:
        Path(path).write_text(json.dumps(made.as_json(), indent=1) + "\n", encoding="utf-8")
