"""Fixtures that every suite shares."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "harness"))  # what several suites are built on
from rotating_share import share_of_this_run  # noqa: E402

# Named once: worker processes that were to start on either side of midnight would collect different tests.
os.environ["FOXML_SHARE"] = share_of_this_run()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which share a run took, so that it can be run again on another day."""
    terminalreporter.write_line(f"cases that rotate: FOXML_SHARE={share_of_this_run()}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market bars; skips the test where there is none."""
    folder = Path(os.environ.get("FOXML_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "us_equities_1h").is_dir():
        pytest.skip(f"no real bars at {folder}: set FOXML_TEST_DATA to the folder that holds us_equities_1h")
    return folder
