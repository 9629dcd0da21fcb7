"""What a fold of a study leaves behind, kept so that an interrupted study goes on where it stopped."""

import io
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foxml.errors import DataError

__all__ = ["FoldEvidence", "keep_fold", "kept_fold"]

Floats = NDArray[np.float64]
_FIELDS = ("scores", "gain", "train_loss", "stop_loss")


@dataclass(frozen=True, slots=True, eq=False)
class FoldEvidence:
    """How one fold's model came out.

    Attributes
    ----------
    scores : ndarray of float64
        Of the test block, less the mean score of the training rows: models of different windows have levels of their
        own, which order nothing.
    gain : ndarray of float64, shape (F,)
        What the splits on each feature took from the loss, as shares of the whole; all 0 of a model without splits.
    train_loss, stop_loss : ndarray of float64
        Loss after each round on the rows that were trained on, and on those that ended the training; empty without
        such.
    """

    scores: Floats
    gain: Floats
    train_loss: Floats
    stop_loss: Floats


def kept_fold(path: Path, rows: int, features: int) -> FoldEvidence | None:
    """Return what an earlier run kept of a fold; None where there is nothing, or nothing whole."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            found = FoldEvidence(*(file[name] for name in _FIELDS))
    # What zipfile raises on an archive with a changed byte, besides its own error: a version or a password it lacks.
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    arrays = [getattr(found, name) for name in _FIELDS]
    whole = all(array.ndim == 1 and array.dtype == np.float64 for array in arrays)
    return found if whole and len(found.scores) == rows and len(found.gain) == features else None


def keep_fold(path: Path, fold: FoldEvidence) -> None:
    """Keep a fold; a killed run leaves a whole file or none.

    Raises
    ------
    DataError
        If the file cannot be written.
    """
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **{name: getattr(fold, name) for name in _FIELDS})
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path}: a fold's scores could not be kept: {error.strerror}") from None
