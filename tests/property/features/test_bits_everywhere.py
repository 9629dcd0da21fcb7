"""One row, many ways to it: instruction sets, batch, stream, snapshot and late start give the same bits.

FOXML_BITS=all compares all real bars, more than 10^7 values in each way; a run without it takes a share of them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from feature_paths import Case, prepare

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = str(ROOT / "tests" / "harness" / "feature_paths.py")
PATHS = ("scalar", "avx2", "avx512")
EVERYTHING = os.environ.get("FOXML_BITS") == "all"
# At least 19 symbols: blocks of eight, and some that are left over.
SHARE = {
    "synthetic 5m": Case("5m", 700, 14, starts=1),
    "real 1h": Case("1h", 700, 1400, 4, "us_equities_1h", "America/New_York"),
}
ALL = {
    "synthetic 5m": Case("5m", 3000, 60, starts=1),
    "synthetic 15m": Case("15m", 3100, 200, starts=1),
    "real 1h": Case("1h", 10_000, 16_000, 4, "us_equities_1h", "America/New_York"),
    "real 1d": Case("1d", 1200, 100_000, 2, "us_equities_1d", "America/New_York"),
    "real 5m": Case("5m", 2500, 100_000, 6, "us_equities_5m"),
    "real 1m": Case("1m", 9000, 25_000, 9, "us_etfs_1m"),
}
CASES = ALL if EVERYTHING else SHARE
Prepared = Callable[[str], Path]


@pytest.fixture(scope="module")
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The folder of a case, made when first asked for."""
    made: dict[str, Path] = {}

    def folder_of(name: str) -> Path:
        if name not in made:
            real = request.getfixturevalue("shared_data") if CASES[name].folder else None
            folder = tmp_path_factory.mktemp("bits")
            case = prepare(CASES[name], folder, real)
            assert len(case.histories) >= 19
            made[name] = folder
        return made[name]

    return folder_of


def _run(path: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"FOXML_ISA": path}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=1800)


def _compared(path: str, folder: Path) -> dict[str, dict[str, Any]]:
    run = _run(path, SCRIPT, str(folder))
    if "this machine's widest is" in run.stderr:
        pytest.skip(run.stderr.strip().splitlines()[-1])
    assert run.returncode == 0, run.stderr
    found: dict[str, dict[str, Any]] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", CASES)
def test_no_bit_differs(
    name: str, path: str, prepared: Prepared, record_property: Callable[[str, object], None]
) -> None:
    """What an exact or session feature owes to its path, its door or its start: nothing.

    Measured ones are equal on every path and through every door; from another start they are reported as measured.
    """
    found = _compared(path, prepared(name))
    for way, tally in found.items():
        line = f"{tally['compared']} values, {tally['differing']} differing {tally['first']}"
        print(f"{name}, {path}, {way}: {line}")
        record_property(way, line)
        assert tally["compared"] > 0, way
    assert {way: tally["first"] for way, tally in found.items() if tally["differing"] and "measured" not in way} == {}


def test_every_way_sees_a_nudged_bit(prepared: Prepared, tmp_path: Path) -> None:
    """The canary: one expected value, an ulp higher, is one difference in each way, and is named."""
    name = next(iter(CASES))
    folder = prepared(name)
    for file in folder.iterdir():
        if file.name != "rows.npy":
            (tmp_path / file.name).symlink_to(file)
    rows = np.load(folder / "rows.npy")
    place = 17
    t = int(np.flatnonzero(~np.isnan(rows[:, place, 5]))[-1])
    rows[t, place, 5] = np.nextafter(rows[t, place, 5], np.float32(np.inf))
    np.save(tmp_path / "rows.npy", rows)
    found = _compared("scalar", tmp_path)
    told = {way: (tally["differing"], "FOX" in tally["first"]) for way, tally in found.items() if "late" not in way}
    assert told == dict.fromkeys(told, (1, True))
    assert len(told) == 6


def test_a_path_is_chosen_by_the_variable(prepared: Prepared) -> None:
    """A variable that nobody reads would compare one path with itself."""
    run = _run("neon", SCRIPT, str(prepared(next(iter(CASES)))))
    assert run.returncode != 0
    assert "expected scalar, avx2 or avx512" in run.stderr
