"""Bundles: a trained model as an immutable folder, refused as a whole if anything in it is not as it was written."""

import hashlib
import io
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from foxml.errors import ModelError
from foxml.models.forest import Forest, Scores
from foxml.models.manifest import Manifest, decode_manifest, encode_json, parse_json

__all__ = ["MANIFEST_FILE", "Bundle", "BundleContents", "load_bundle", "write_bundle"]

MANIFEST_FILE: Final = "bundle.json"
_PLAN, _CONFIG, _METRICS, _GOLDEN = "plan.json", "config.json", "metrics.json", "golden.npz"
_FILES: Final = frozenset({_PLAN, _CONFIG, _METRICS, _GOLDEN})
_MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "lightgbm": ("model.txt",),
    "xgboost": ("model.ubj", "model.json"),
    "foxml": ("model.json",),
}
"""Names that the model's file may have, by kind."""


@dataclass(frozen=True, slots=True, eq=False)
class BundleContents:
    """What a new bundle holds beside its manifest.

    Attributes
    ----------
    model : bytes
        The training library's own file, or FoxML's own form (see docs/forests.md).
    plan_json : str
        The feature plan, byte for byte what its hash is of.
    config, metrics : mapping
        The resolved config and the results of validation, in JSON's own types.
    golden_rows : ndarray of float32, shape (n, F)
        Rows that every load scores again.
    golden_scores : ndarray of float64 or float32, shape (n,) or (n, outputs)
        The training library's raw scores of them, in its own precision; one dimension for a model of one output.
    """

    model: bytes
    plan_json: str
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    golden_rows: NDArray[np.float32]
    golden_scores: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A model that was loaded and checked.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the manifest, which holds the hash of every other file: it stands for the whole bundle.
    manifest : Manifest
    forest : Forest
    plan_json : str
    config, metrics : mapping
    golden_rows : int
        Rows whose scores were reproduced.
    """

    path: Path
    sha256: str
    manifest: Manifest
    forest: Forest
    plan_json: str
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    golden_rows: int


def write_bundle(directory: Path, manifest: Manifest, contents: BundleContents) -> Bundle:
    """Write a bundle: whole, and only if it loads, or not at all.

    Parameters
    ----------
    directory : Path
        Must not exist: a bundle is never changed.
    manifest : Manifest
        Its `files` are filled in.
    contents : BundleContents

    Raises
    ------
    ModelError
        If the folder exists or cannot be written, the kind is unknown, or the forest does not reproduce the golden
        scores.
    """
    if os.path.lexists(directory):
        raise ModelError(f"{directory}: already exists, and a bundle is never changed")
    golden = io.BytesIO()
    np.savez(golden, rows=contents.golden_rows, scores=contents.golden_scores)
    files = {
        _model_name(str(directory / MANIFEST_FILE), manifest.kind, contents.model): contents.model,
        _PLAN: contents.plan_json.encode(),
        _CONFIG: encode_json(contents.config),
        _METRICS: encode_json(contents.metrics),
        _GOLDEN: golden.getvalue(),
    }
    manifest = replace(manifest, files={name: _sha256(data) for name, data in files.items()})
    files[MANIFEST_FILE] = encode_json(manifest)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        try:
            partial.chmod(0o755)
            for name, data in files.items():
                _write(partial / name, data)
            _sync(partial)
            bundle = load_bundle(partial)
            partial.rename(directory)
        except ModelError as error:
            raise ModelError(str(error).replace(str(partial), str(directory))) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        _sync(directory.parent)
    except OSError as error:
        raise ModelError(f"{directory}: the bundle could not be written: {error.strerror or error}") from None
    return replace(bundle, path=directory)


def load_bundle(path: Path, *, expect_plan_sha256: str | None = None, now_ns: int | None = None) -> Bundle:
    """Load a bundle, or refuse it: every file's hash, the plan's, and the golden rows scored again to the last bit.

    Parameters
    ----------
    path : Path
    expect_plan_sha256 : str, optional
        The feature plan that rows will come from.
    now_ns : int, optional
        A model that has expired by then is refused; None: any age.

    Raises
    ------
    ModelError
        Names the file, what was found and what was expected.
    """
    if not path.is_dir():
        raise ModelError(f"{path}: no bundle: expected a folder with {MANIFEST_FILE}")
    manifest_path = path / MANIFEST_FILE
    data = _read(manifest_path)
    manifest = decode_manifest(data, str(manifest_path))
    model_name = _check_files(path, manifest)
    files = {}
    for name, expected in manifest.files.items():
        files[name] = _read(path / name)
        found = _sha256(files[name])
        if found != expected:
            raise ModelError(f"{path / name}: expected sha256 {expected}, found {found}: the file was changed")
    _check_plan(path, manifest, expect_plan_sha256)
    if now_ns is not None and manifest.expires_ns is not None and now_ns >= manifest.expires_ns:
        raise ModelError(f"{manifest_path}: expired: expected a time before {manifest.expires_ns} ns, found {now_ns}")
    forest = _forest(path / model_name, files[model_name], manifest)
    golden_rows = _check_golden(path / _GOLDEN, files[_GOLDEN], forest)
    parse_json(files[_PLAN], str(path / _PLAN))
    return Bundle(
        path=path,
        sha256=_sha256(data),
        manifest=manifest,
        forest=forest,
        plan_json=files[_PLAN].decode(),
        config=parse_json(files[_CONFIG], str(path / _CONFIG)),
        metrics=parse_json(files[_METRICS], str(path / _METRICS)),
        golden_rows=golden_rows,
    )


def _model_name(source: str, kind: str, model: bytes) -> str:
    """Name the file of a new bundle's model."""
    names = _model_names(source, kind)
    # JSON's first object begins with a key in quotes; UBJSON's with the key's length.
    is_text = model.lstrip()[1:].lstrip().startswith(b'"')
    return names[-1] if is_text else names[0]


def _model_names(source: str, kind: str) -> tuple[str, ...]:
    if kind not in _MODELS:
        raise ModelError(f"{source}: kind: expected one of {', '.join(_MODELS)}, found {kind!r}")
    return _MODELS[kind]


def _check_files(path: Path, manifest: Manifest) -> str:
    """Check that the folder holds the files of the manifest's kind and no other; return the name of the model's."""
    source = path / MANIFEST_FILE
    names = _model_names(str(source), manifest.kind)
    found = next((name for name in names if name in manifest.files), names[0])
    expected = _FILES | {found}
    if set(manifest.files) != expected:
        differs = sorted(set(manifest.files) ^ expected)
        raise ModelError(f"{source}: files: expected {', '.join(sorted(expected))}; differs in {differs}")
    extra = sorted({entry.name for entry in path.iterdir()} - expected - {MANIFEST_FILE})
    if extra:
        raise ModelError(f"{path / extra[0]}: found a file that {MANIFEST_FILE} does not name")
    return found


def _check_plan(path: Path, manifest: Manifest, expected: str | None) -> None:
    if manifest.files[_PLAN] != manifest.plan_sha256:
        raise ModelError(
            f"{path / _PLAN}: expected the plan with sha256 {manifest.plan_sha256}, found {manifest.files[_PLAN]}"
        )
    if expected is not None and manifest.plan_sha256 != expected:
        raise ModelError(
            f"{path / MANIFEST_FILE}: plan_sha256: expected {expected}, found {manifest.plan_sha256}: the model was "
            "trained on another feature plan"
        )


def _forest(path: Path, data: bytes, manifest: Manifest) -> Forest:
    readers = {"lightgbm": Forest.from_lightgbm, "xgboost": Forest.from_xgboost, "foxml": Forest.from_foxml}
    forest = readers[manifest.kind](data, source=str(path))
    pairs = zip(forest.feature_names, manifest.feature_names, strict=False)
    if forest.feature_count != len(manifest.feature_names) or any(found != wanted for found, wanted in pairs):
        raise ModelError(
            f"{path}: expected the {len(manifest.feature_names)} features that {MANIFEST_FILE} names, in their order; "
            f"found {forest.feature_count} others"
        )
    return forest


def _check_golden(path: Path, data: bytes, forest: Forest) -> int:
    """Score the golden rows again; return how many there are."""
    rows, scores = _golden(path, data)
    if rows.dtype != np.float32 or rows.ndim != 2 or rows.shape[1] != forest.feature_count:
        raise ModelError(
            f"{path}: expected float32 rows of {forest.feature_count} features, found {rows.dtype} {rows.shape}"
        )
    found = forest.predict(rows)
    shape = (len(rows),) if forest.output_count == 1 else found.shape
    if scores.dtype != found.dtype or scores.shape != shape or not len(rows):
        raise ModelError(
            f"{path}: expected {found.dtype} scores of shape {shape} and at least one row, found {scores.dtype} "
            f"{scores.shape}"
        )
    expected = scores.reshape(found.shape)
    bits = np.int64 if found.dtype == np.float64 else np.int32
    differs = np.flatnonzero((found.view(bits) != expected.view(bits)).any(axis=1))
    if len(differs):
        row = int(differs[0])
        output = int(np.flatnonzero(found.view(bits)[row] != expected.view(bits)[row])[0])
        place = f"golden row {row}" if forest.output_count == 1 else f"golden row {row}, output {output}"
        raise ModelError(
            f"{path}: {place}: expected score {expected[row, output]!r}, found {found[row, output]!r}; "
            f"{len(differs)} of {len(rows)} rows are not reproduced"
        )
    return len(rows)


def _golden(path: Path, data: bytes) -> tuple[NDArray[np.float32], Scores]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = sorted(archive.namelist())
        if names != ["rows.npy", "scores.npy"]:
            raise ModelError(f"{path}: expected the arrays rows and scores, found {names}")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            rows, scores = arrays["rows"], arrays["scores"]
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: expected NumPy's npz with the golden rows, found {error}") from None
    return np.ascontiguousarray(rows), np.ascontiguousarray(scores)


def _read(path: Path) -> bytes:
    """Read a regular file of the folder itself: a link could lead to what nobody hashed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise ModelError(f"{path}: expected a file of the bundle, found none") from None
    except OSError as error:
        kind = "a symbolic link" if path.is_symlink() else error.strerror
        raise ModelError(f"{path}: expected a regular file, found {kind}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ModelError(f"{path}: expected a regular file, found something else")
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o444)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
