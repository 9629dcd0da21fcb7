"""A fold that was kept is read back whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from foxml.errors import DataError
from foxml.research.folds import FoldEvidence, keep_fold, kept_fold

FOLD = FoldEvidence(np.array([0.25, -0.5, 1e-300]), np.array([0.75, 0.25]), np.array([2.0, 1.0]), np.array([]))


def test_a_fold_comes_back_to_the_bit(tmp_path: Path) -> None:
    """All four arrays, and no other file beside."""
    keep_fold(tmp_path / "runs" / "fold.npz", FOLD)
    found = kept_fold(tmp_path / "runs" / "fold.npz", 3, 2)
    assert found is not None
    for name in ("scores", "gain", "train_loss", "stop_loss"):
        np.testing.assert_array_equal(getattr(found, name), getattr(FOLD, name))
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["fold.npz"]


def test_no_cut_or_flipped_file_is_taken_for_a_fold(tmp_path: Path) -> None:
    """Every length, and every byte changed: none ends the study, and none comes back as other numbers."""
    path = tmp_path / "fold.npz"
    keep_fold(path, FOLD)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert kept_fold(path, 3, 2) is None
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = kept_fold(path, 3, 2)
        assert found is None or np.array_equal(found.scores, FOLD.scores)


def test_a_fold_of_other_rows_or_features_is_none(tmp_path: Path) -> None:
    """A hash that meets another by chance must not put scores on other samples."""
    keep_fold(tmp_path / "fold.npz", FOLD)
    assert kept_fold(tmp_path / "fold.npz", 4, 2) is None
    assert kept_fold(tmp_path / "fold.npz", 3, 3) is None
    assert kept_fold(tmp_path / "none.npz", 3, 2) is None


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    """A file in the place of the folder."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(DataError, match=r"runs/fold.npz: a fold's scores could not be kept"):
        keep_fold(tmp_path / "runs" / "fold.npz", FOLD)
