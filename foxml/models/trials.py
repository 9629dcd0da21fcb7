"""The log of trials: every training run, since the best of many tries looks good by chance."""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from foxml.errors import ModelError

__all__ = ["Trial", "TrialLog", "append_trial", "read_trials"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One training run.

    Attributes
    ----------
    name : str
        Of the model.
    created_ns : int
    sharpe : float
        Of its out-of-fold scores, per session, before costs.
    config_sha256 : str
    run_sha256 : str
        Of all that decides the scores: a run that is repeated as it was is not another trial.
    """

    name: str
    created_ns: int
    sharpe: float
    config_sha256: str
    run_sha256: str


@dataclass(frozen=True, slots=True)
class TrialLog:
    """What the log holds.

    Attributes
    ----------
    trials : tuple of Trial
    torn : str or None
        Says that the last line was cut off by a kill, and is not counted.
    """

    trials: tuple[Trial, ...]
    torn: str | None


def read_trials(path: Path) -> TrialLog:
    """Read the log; a log that is not there is empty.

    Raises
    ------
    ModelError
        If a whole line is not a trial; names file and line.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return TrialLog((), None)
    except OSError as error:
        raise ModelError(f"{path}: the log of trials cannot be read: {error.strerror}") from None
    *lines, rest = data.split(b"\n")
    trials = []
    for number, line in enumerate(lines, 1):
        try:
            trials.append(msgspec.json.decode(line, type=Trial))
        except (msgspec.DecodeError, ValueError) as error:
            raise ModelError(f"{path}:{number}: expected a trial, found {line[:80]!r}: {error}") from None
    torn = f"{path}:{len(lines) + 1}: the last line was cut off, and is not counted" if rest else None
    return TrialLog(tuple(trials), torn)


def append_trial(path: Path, trial: Trial) -> None:
    """Add a line, durably; the rest of a line that a kill cut off is removed first. The caller holds the lock.

    Raises
    ------
    ModelError
        If it could not be written: nothing of it is left then.
    """
    read_trials(path)
    line = msgspec.json.encode(trial) + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            file.seek(0)
            whole = file.read().rfind(b"\n") + 1
            file.truncate(whole)
            try:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(path, whole)
                raise
    except OSError as error:
        raise ModelError(f"{path}: the trial could not be logged: {error.strerror}") from None
