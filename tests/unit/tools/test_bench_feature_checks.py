"""What the benchmarks of the features rely on before they time anything: that peers compute the same."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from feature_bars import random_history
from feature_checks import NotEqualError, check_equal, check_rejects
from feature_families import FAMILIES, WINDOWS, grid_of, peer_columns

NAMES = ("one", "two")
OURS = np.stack([np.linspace(1.0, 2.0, 100), np.linspace(-1e-3, 1e-3, 100)], axis=1)


def test_equal_matrices_pass_with_the_count_of_their_cells():
    # A check that compared nothing would pass anything.
    assert check_equal("peer", NAMES, OURS, OURS * (1.0 + 1e-10), [0.0, 0.0]) == OURS.size


@pytest.mark.parametrize("column", [0, 1])
def test_a_value_off_by_a_millionth_is_named(column: int):
    # The canary: the row and column of a wrong value are what one looks for first.
    theirs = OURS.copy()
    theirs[37, column] *= 1.0 + 1e-6
    with pytest.raises(NotEqualError, match=f"peer, {NAMES[column]}, row 37"):
        check_equal("peer", NAMES, OURS, theirs, [0.0, 0.0])


def test_a_column_that_is_mostly_undefined_does_not_pass():
    # NaN equals nothing: a peer that gives none would be equal everywhere that it can be compared.
    theirs = OURS.copy()
    theirs[40:, 1] = np.nan
    with pytest.raises(NotEqualError, match="two: only 40 of 100 rows"):
        check_equal("peer", NAMES, OURS, theirs, [0.0, 0.0])


def test_a_floor_that_would_hide_everything_is_found():
    # A floor is there for rounding; one as wide as the values makes the check blind.
    check_rejects("peer", NAMES, OURS, OURS, [1e-12, 1e-12])
    with pytest.raises(NotEqualError, match="two: a value off by a millionth"):
        check_rejects("peer", NAMES, OURS, OURS, [1e-12, 1e-2])


def test_a_grid_has_each_call_once_and_a_column_for_each_family_and_window():
    # Two features of one call must not make the peer pay twice.
    known = ["bb_pctb_20", "bb_width_20", "sma_dist_20"]
    grid = grid_of(known)
    assert len(grid.columns) == len(set(grid.columns)) == 3 * len(WINDOWS)
    assert sorted({call.split()[0] for call in grid.calls}) == ["BBANDS", "SMA"]
    assert len(grid.calls) == 2 * len(WINDOWS)
    assert "sma_dist_20" in grid.columns
    assert "sma_dist_20@w=6" in grid.columns
    assert set(grid.left_out) == {family.feature for family in FAMILIES} - set(known)


def test_outputs_of_the_peer_are_read_at_their_place():
    # An output too far and a band's middle is taken for its edge.
    history = random_history(50)
    grid = grid_of(["sma_dist_20", "bb_width_20"], windows=(6, 10))
    outputs = np.full((8, 50), np.nan)
    for k, row in enumerate((100.0, 50.0, 12.0, 10.0, 8.0, 24.0, 20.0, 16.0)):
        outputs[k] = row
    made = peer_columns(grid, history, outputs)
    close = history.columns[3]
    expected = [close / 100.0 - 1.0, close / 50.0 - 1.0, np.full(50, 0.4), np.full(50, 0.4)]
    assert np.allclose(made, np.stack(expected, axis=1), rtol=1e-15, atol=0.0)
