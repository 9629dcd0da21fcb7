"""Fixtures that every suite shares."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "harness"))  # what several suites are built on


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market bars; skips the test where there is none."""
    folder = Path(os.environ.get("FOXML_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "us_equities_1h").is_dir():
        pytest.skip(f"no real bars at {folder}: set FOXML_TEST_DATA to the folder that holds us_equities_1h")
    return folder
