"""All bundles of a registry or a folder checked, one after the other: none that is refused hides another."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foxml.errors import ModelError
from foxml.models.bundle import MANIFEST_FILE, Bundle, load_bundle
from foxml.models.registry import Registry

__all__ = ["ModelCheck", "verify_models"]


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What came of one model's check.

    Attributes
    ----------
    name : str
        ``name@version``, or the path where that is not known.
    path : Path or None
        None if no folder could be found.
    kind, sha256 : str
        Empty if refused.
    golden_rows : int
        Rows whose scores were reproduced to the last bit; 0 if refused.
    problem : str or None
        Why it is refused.
    """

    name: str
    path: Path | None
    kind: str
    sha256: str
    golden_rows: int
    problem: str | None


def verify_models(registry: Registry, targets: Sequence[str]) -> Sequence[ModelCheck]:
    """Load models as the runtime does, and say of each what came of it.

    Parameters
    ----------
    registry : Registry
    targets : sequence of str
        Folders to search, bundles, or references as `Registry.resolve` takes them; empty: the registry's folder.

    Returns
    -------
    sequence of ModelCheck
        At least one: where nothing is found, that is a refusal, too.
    """
    return [check for target in targets or [str(registry.root)] for check in _checks(registry, target)]


def _checks(registry: Registry, target: str) -> Iterator[ModelCheck]:
    folder = Path(target)
    if not folder.is_dir():
        yield _check_reference(registry, target)
    elif os.path.lexists(folder / MANIFEST_FILE):
        yield _check_folder(folder, None)
    else:
        found = list(_bundles(folder))
        for path in found:
            yield _check_folder(path, folder)
        if not found:
            yield _refused(target, folder, f"{target}: expected bundles, found none")


def _bundles(folder: Path, *, is_top: bool = True) -> Iterator[Path]:
    """Find bundles, and what stands in the place of one: nothing that a name could load may go unchecked.

    A link is checked and not searched. Hidden is what is being written.
    """
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError:
        yield folder  # its check says why
        return
    # A link that leads nowhere stands for a folder, too.
    below = [entry for entry in entries if entry.is_dir() or (entry.is_symlink() and not entry.exists())]
    is_place = bool(entries) or folder.name.isdecimal() or folder.is_symlink()
    if os.path.lexists(folder / MANIFEST_FILE) or (not is_top and (folder.is_symlink() or not below) and is_place):
        yield folder
        return
    for entry in sorted(below, key=_order):
        yield from _bundles(entry, is_top=False)


def _order(path: Path) -> tuple[int, str]:
    return (int(path.name) if path.name.isdecimal() else 0, path.name)


def _check_folder(path: Path, root: Path | None) -> ModelCheck:
    try:
        bundle = load_bundle(path)
        if root is not None:
            _check_place(bundle)
    except ModelError as error:
        name = f"{path.parent.name}@{path.name}" if path.name.isdecimal() else str(path)
        return _refused(name, path, str(error))
    return _verified(bundle)


def _check_place(bundle: Bundle) -> None:
    """Hold a version to the folder that it stands in."""
    path, manifest = bundle.path, bundle.manifest
    place = (path.parent.name, path.name)
    if path.name.isdecimal() and place != (manifest.name, str(manifest.version)):
        raise ModelError(
            f"{path / MANIFEST_FILE}: expected {'@'.join(place)}, found {manifest.name}@{manifest.version}"
        )


def _check_reference(registry: Registry, target: str) -> ModelCheck:
    try:
        return _verified(registry.load(target))
    except ModelError as error:
        return _refused(target, None, str(error))


def _verified(bundle: Bundle) -> ModelCheck:
    manifest = bundle.manifest
    name = f"{manifest.name}@{manifest.version}"
    return ModelCheck(name, bundle.path, manifest.kind, bundle.sha256, bundle.golden_rows, None)


def _refused(name: str, path: Path | None, problem: str) -> ModelCheck:
    return ModelCheck(name, path, "", "", 0, problem)
