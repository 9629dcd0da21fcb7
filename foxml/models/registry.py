"""The registry: numbered versions of models under their names, and the log of all training runs."""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from foxml.errors import ModelError
from foxml.models.bundle import MANIFEST_FILE, Bundle, BundleContents, load_bundle, write_bundle
from foxml.models.manifest import Manifest, decode_manifest
from foxml.models.trials import Trial, TrialLog, append_trial, read_trials
from foxml.settings.problems import nearest

__all__ = ["Registry", "RegistryEntry", "check_name"]

# No dots: the registry's own files, which have some, can never be taken for a model.
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")
_LOCK_WAIT_MS_MAX = 60_000
_LOCK_RETRY_MS = 20


def check_name(name: str) -> str:
    """Return a model's name, if it is one.

    Raises
    ------
    ModelError
    """
    if not _NAME.match(name):
        raise ModelError(
            f"model.name: found {name!r}, expected at most 100 letters, digits, _ and - (the version is counted by "
            "the registry)"
        )
    return name


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """One version, as its manifest describes it; its other files are not looked at.

    Attributes
    ----------
    name : str
    version : int
    path : Path
    manifest : Manifest or None
        None if it cannot be read.
    sha256 : str
        Of the manifest; empty if there is none.
    problem : str or None
        Why the manifest cannot be read.
    """

    name: str
    version: int
    path: Path
    manifest: Manifest | None
    sha256: str
    problem: str | None


class Registry:
    """Models in a folder: ``<name>/<version>/`` is a bundle, ``trials.jsonl`` the log of training runs.

    Several processes may use one folder at once.

    Parameters
    ----------
    root : Path
        Made when something is first written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def register(self, manifest: Manifest, contents: BundleContents) -> Bundle:
        """Write a bundle as the next version of its name.

        Parameters
        ----------
        manifest : Manifest
            Its `version` and `files` are filled in.
        contents : BundleContents

        Raises
        ------
        ModelError
            See `write_bundle`; nothing is registered then.
        """
        folder = self.root / check_name(manifest.name)
        with self._locked():
            # Whoever left these held the lock, and was killed.
            for left in folder.glob(".*") if folder.is_dir() else ():
                shutil.rmtree(left, ignore_errors=True)
            version = max(self._versions(manifest.name), default=0) + 1
            return write_bundle(folder / str(version), replace(manifest, version=version), contents)

    def list(self) -> Sequence[RegistryEntry]:
        """Every version of every model, by name and version."""
        found = []
        for name in self._names():
            for version in self._versions(name):
                path = self.root / name / str(version)
                source = path / MANIFEST_FILE
                try:
                    data = source.read_bytes()
                    entry = RegistryEntry(
                        name, version, path, decode_manifest(data, str(source)), sha256(data).hexdigest(), None
                    )
                except (ModelError, OSError) as error:
                    entry = RegistryEntry(name, version, path, None, "", str(error))
                found.append(entry)
        return found

    def latest(self, name: str) -> Path:
        """Return the folder of the highest version.

        Raises
        ------
        ModelError
            If there is no model of that name.
        """
        versions = self._versions(check_name(name))
        if not versions:
            names = self._names()
            hint = nearest(name, names) if names else "the registry is empty: train a model first"
            raise ModelError(f"{self.root}: no model {name}; {hint}")
        return self.root / name / str(versions[-1])

    def resolve(self, reference: str) -> Path:
        """Return the folder that a reference names.

        Parameters
        ----------
        reference : str
            ``name`` (its latest version), ``name@version``, or a path, which has a ``/`` in it.

        Raises
        ------
        ModelError
            If there is no such model.
        """
        if "/" in reference:
            path = Path(reference)
            if not path.is_dir():
                raise ModelError(f"{path}: no bundle: expected a folder with {MANIFEST_FILE}")
            return path
        name, at, version = reference.partition("@")
        latest = self.latest(name)
        if not at:
            return latest
        versions = self._versions(name)
        if version not in map(str, versions):
            raise ModelError(
                f"{self.root}: no version {version or '(none)'} of {name}; expected one of "
                f"{', '.join(map(str, versions))}"
            )
        return self.root / name / version

    def load(self, reference: str, *, expect_plan_sha256: str | None = None, now_ns: int | None = None) -> Bundle:
        """Load the bundle that a reference names; see `resolve` and `load_bundle`.

        Raises
        ------
        ModelError
            Also if a folder of the registry holds another model than its place says.
        """
        bundle = load_bundle(self.resolve(reference), expect_plan_sha256=expect_plan_sha256, now_ns=now_ns)
        manifest = bundle.manifest
        place = (bundle.path.parent.name, bundle.path.name)
        if "/" not in reference and place != (manifest.name, str(manifest.version)):
            raise ModelError(
                f"{bundle.path / MANIFEST_FILE}: expected {'@'.join(place)}, found {manifest.name}@{manifest.version}"
            )
        return bundle

    def log_trial(self, trial: Trial) -> None:
        """Add a training run to the log, durably.

        Raises
        ------
        ModelError
            If the log is damaged or cannot be written.
        """
        check_name(trial.name)
        with self._locked():
            append_trial(self._trials, trial)

    def trials(self) -> TrialLog:
        """Return the whole log."""
        return read_trials(self._trials)

    def trial_sharpes(self, name: str) -> Sequence[float]:
        """Sharpe ratios of the trials of a name, oldest first; a run that was repeated counts once."""
        return list({t.run_sha256: t.sharpe for t in self.trials().trials if t.name == name}.values())

    @property
    def _trials(self) -> Path:
        return self.root / "trials.jsonl"

    def _names(self) -> Sequence[str]:
        if not self.root.is_dir():
            return []
        return sorted(path.name for path in self.root.iterdir() if _NAME.match(path.name) and self._versions(path.name))

    def _versions(self, name: str) -> Sequence[int]:
        folder = self.root / name
        if not folder.is_dir():
            return []
        names = (path.name for path in folder.iterdir() if path.is_dir())
        return sorted(int(text) for text in names if re.fullmatch(r"[1-9][0-9]{0,8}", text))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ModelError(f"{self.root}: the registry cannot be written: {error.strerror}") from None
        try:
            for _ in range(_LOCK_WAIT_MS_MAX // _LOCK_RETRY_MS):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(_LOCK_RETRY_MS / 1000)
            else:
                raise ModelError(f"{self.root}: another process has held the registry for {_LOCK_WAIT_MS_MAX} ms")
            yield
        finally:
            os.close(descriptor)
