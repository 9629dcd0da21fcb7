"""What is printed must be readable by people and by programs."""

import io
import json
import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from foxml.cli.console import Progress, jsonable, table


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Found:
    path: Path
    values: object


def test_results_become_strict_json() -> None:
    """NaN is not JSON: programs other than Python's refuse it."""
    found = Found(
        Path("a"), {"x": np.array([1.0, math.nan, math.inf]), "n": np.int64(3), "c": Colour.RED, "t": (1, None)}
    )
    text = json.dumps(jsonable(found), allow_nan=False)
    assert json.loads(text) == {"path": "a", "values": {"x": [1.0, None, None], "n": 3, "c": "red", "t": [1, None]}}


def test_numbers_are_aligned_right_and_words_left() -> None:
    """A column of numbers that is not aligned cannot be read."""
    lines = table(["name", "n", "share"], [["a", "1,200", "5.00 %"], ["long", "7", "-12.50 %"]]).splitlines()
    assert lines[1] == "a     1,200    5.00 %"
    assert lines[2] == "long      7  -12.50 %"


def test_progress_without_a_terminal_is_lines_and_not_too_many() -> None:
    """A log of a long run must not hold a line for every bar."""
    stream = io.StringIO()
    with Progress("train", stream=stream) as progress:
        for k in range(1, 1001):
            progress("fold", k, 1000)
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("train 1/1000  fold")
    assert lines[0].endswith(" s left")
    assert "left" not in lines[-1]
    assert lines[-1].startswith("train 1000/1000  fold")
    assert len(lines) < 5
    assert "\r" not in stream.getvalue()


def test_quiet_progress_says_nothing() -> None:
    """--json and --quiet leave stderr to errors."""
    stream = io.StringIO()
    with Progress("train", quiet=True, stream=stream) as progress:
        progress("fold", 1, 1)
    assert stream.getvalue() == ""
