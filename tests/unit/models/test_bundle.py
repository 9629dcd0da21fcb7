"""A bundle loads as it was written, or is refused by name: one row for each kind of damage."""

import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bundle_builders import EXPIRES_NS, PLAN, contents, manifest, trained

from foxml.errors import ModelError
from foxml.models import Bundle, ScoreStatistics, load_bundle, write_bundle

FILES = ["model.txt", "plan.json", "config.json", "metrics.json", "golden.npz"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", manifest(), contents()).path


def test_it_loads_as_it_was_written(folder: Path) -> None:
    """What the daemon trades with is what training made, field by field."""
    bundle = load_bundle(folder, expect_plan_sha256=manifest().plan_sha256, now_ns=EXPIRES_NS - 1)
    assert isinstance(bundle, Bundle)
    written = json.loads((folder / "bundle.json").read_bytes())
    assert bundle.sha256 == hashlib.sha256((folder / "bundle.json").read_bytes()).hexdigest()
    assert sorted(bundle.manifest.files) == sorted(FILES) == sorted(written["files"])
    expected = manifest(files=bundle.manifest.files)
    assert bundle.manifest == expected
    assert (bundle.plan_json, bundle.config, bundle.metrics) == (PLAN, contents().config, contents().metrics)
    _, rows, scores = trained()
    np.testing.assert_array_equal(bundle.forest.predict(rows)[:, 0], scores)


def test_the_same_contents_are_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """A bundle's hash must mean something."""
    again = write_bundle(tmp_path / "again", manifest(), contents()).path
    for name in [*FILES, "bundle.json"]:
        assert (folder / name).read_bytes() == (again / name).read_bytes(), name


def edit(**fields: Any) -> Callable[[Path], None]:
    """Change keys of the manifest, dotted; None removes one."""

    def apply(folder: Path) -> None:
        path = folder / "bundle.json"
        whole = json.loads(path.read_bytes())
        for dotted, value in fields.items():
            *sections, last = dotted.split("__")
            here = whole
            for word in sections:
                here = here[word]
            here[last] = value
            if value is None:
                del here[last]
        overwrite(path, json.dumps(whole).encode())

    return apply


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def forge(name: str, data: bytes) -> Callable[[Path], None]:
    """Replace a file and put its new hash into the manifest, as somebody who knows the format would."""

    def apply(folder: Path) -> None:
        overwrite(folder / name, data)
        digest = hashlib.sha256(data).hexdigest()
        files = json.loads((folder / "bundle.json").read_bytes())["files"]
        edit(files={**files, name: digest})(folder)

    return apply


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def changed_byte(name: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        overwrite(folder / name, bytes(data))

    return apply


def linked(folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_bytes((folder / "model.txt").read_bytes())
    (folder / "model.txt").unlink()
    (folder / "model.txt").symlink_to(outside)


def as_folder(folder: Path) -> None:
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()


def as_pipe(folder: Path) -> None:
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def both_keys(folder: Path) -> None:
    text = (folder / "bundle.json").read_text()
    overwrite(folder / "bundle.json", text.replace("{", '{"name": "other",', 1).encode())


def one_ulp(scores: np.ndarray) -> np.ndarray:
    moved = scores.copy()
    moved[3] = np.nextafter(moved[3], np.inf)
    return moved


MODEL, ROWS, SCORES = trained()
OTHER_MODEL = MODEL.replace(b"momentum", b"reversal")
DAMAGE: list[tuple[str, Callable[[Path], object], str]] = [
    *((f"a byte of {name} changed", changed_byte(name), f"{name}: expected sha256 .*changed") for name in FILES),
    *(
        (f"{name} missing", lambda folder, name=name: (folder / name).unlink(), f"{name}: expected a file.*none")
        for name in [*FILES, "bundle.json"]
    ),
    ("an extra file", lambda folder: (folder / "notes.txt").write_text("x"), "notes.txt: found a file that"),
    ("an extra hidden file", lambda folder: (folder / ".x").write_text("x"), ".x: found a file that"),
    ("a link in place of a file", linked, "model.txt: expected a regular file, found a symbolic link"),
    ("a folder in place of a file", as_folder, "config.json: expected a regular file"),
    ("a pipe in place of a file", as_pipe, "config.json: expected a regular file"),
    ("a file beyond the folder", edit(**{"files__../outside.txt": "0"}), r"files: expected.*\.\./outside\.txt"),
    ("a file not named", edit(**{"files__config.json": None}), "config.json"),
    ("manifest cut short", lambda f: overwrite(f / "bundle.json", b'{"schema": 1'), "bundle.json: expected JSON"),
    ("manifest of another shape", lambda f: overwrite(f / "bundle.json", b"[1]"), "expected a JSON object, found list"),
    ("a key twice", both_keys, "the key name twice"),
    ("a number that is none", lambda f: overwrite(f / "bundle.json", b'{"schema": NaN}'), "the number NaN"),
    ("another schema", edit(schema=1), "schema: expected 2, found 1"),
    ("an unknown key", edit(leverage=3), "unknown key leverage"),
    ("an unknown key further in", edit(score__sharpe=3), "unknown key score.sharpe"),
    (
        "an unknown key in a list",
        edit(instruments=[{"symbol": "SPY", "margin": 1}]),
        "unknown key instruments.0..margin",
    ),
    ("a key missing", edit(trials=None), "missing required field `trials`"),
    ("a key with a default missing", edit(target__barrier__lam=None), "missing key target.barrier.lam"),
    ("a value of another type", edit(created_ns="now"), "Expected `int`, got `str`.*created_ns"),
    ("a value out of range", edit(score__std=0.0), "score.std must be positive, found 0.0"),
    ("another universe", edit(data__marks={}), "data.marks must name the instruments"),
    ("an unknown kind", edit(kind="oracle"), "kind: expected one of lightgbm, xgboost, foxml, found 'oracle'"),
    ("another plan hash", edit(plan_sha256="ab"), "plan.json: expected the plan with sha256 ab"),
    ("other features", edit(feature_names=["momentum", "range", "other"]), "features that bundle.json names"),
    ("fewer features", edit(feature_names=["momentum"]), "expected the 1 features"),
    ("another model, forged", forge("model.txt", OTHER_MODEL), "model.txt: expected the 3 features"),
    ("no model, forged", forge("model.txt", b"tree\n"), "model.txt"),
    ("a golden row, forged", forge("golden.npz", npz(rows=ROWS + 1, scores=SCORES)), "golden row [0-9]+: expected"),
    ("a golden score, forged", forge("golden.npz", npz(rows=ROWS, scores=one_ulp(SCORES))), "row 3: .*1 of 16 rows"),
    ("no golden rows", forge("golden.npz", npz(rows=ROWS[:0], scores=SCORES[:0])), "at least one row"),
    ("golden rows of another width", forge("golden.npz", npz(rows=ROWS[:, :2], scores=SCORES)), "rows of 3 features"),
    (
        "golden rows of another type",
        forge("golden.npz", npz(rows=ROWS.astype(np.float64), scores=SCORES)),
        "expected float32 rows of 3 features",
    ),
    ("too few scores", forge("golden.npz", npz(rows=ROWS, scores=SCORES[:1])), "float64 scores of shape .16,."),
    ("scores rounded", forge("golden.npz", npz(rows=ROWS, scores=SCORES.astype(np.float32))), "found float32"),
    ("a golden file of other arrays", forge("golden.npz", npz(x=ROWS)), "arrays rows and scores, found .'x.npy'"),
    (
        "golden rows that would run code",
        forge("golden.npz", npz(rows=ROWS.astype(object), scores=SCORES)),
        "golden.npz: expected NumPy's npz",
    ),
    ("no golden file, forged", forge("golden.npz", b"PK"), "golden.npz: expected NumPy's npz"),
    ("a plan that is no JSON, forged", forge("plan.json", b"{"), "plan.json: expected the plan with sha256"),
    ("metrics that are no JSON, forged", forge("metrics.json", b"{"), "metrics.json: expected JSON"),
]


@pytest.mark.parametrize(("damage", "message"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_damage_is_refused_by_name(folder: Path, damage: Callable[[Path], object], message: str) -> None:
    """Nothing but what was registered may trade, and the message must say what to look at."""
    load_bundle(folder)
    damage(folder)
    with pytest.raises(ModelError, match=message) as caught:
        load_bundle(folder)
    assert str(folder) in str(caught.value)


def test_another_plan_is_refused(folder: Path) -> None:
    """Rows of other features would be scored without complaint."""
    with pytest.raises(ModelError, match=r"expected beef, found .*another feature plan"):
        load_bundle(folder, expect_plan_sha256="beef")


def test_an_expired_model_is_refused(folder: Path) -> None:
    """From the very moment; a manifest without one never expires."""
    with pytest.raises(ModelError, match=f"expired: expected a time before {EXPIRES_NS} ns, found {EXPIRES_NS}"):
        load_bundle(folder, now_ns=EXPIRES_NS)
    assert load_bundle(folder).manifest.expires_ns == EXPIRES_NS
    whole = json.loads((folder / "bundle.json").read_bytes())
    overwrite(folder / "bundle.json", json.dumps({**whole, "expires_ns": None}).encode())
    assert load_bundle(folder, now_ns=2**62).manifest.expires_ns is None


def test_no_folder_is_no_bundle(tmp_path: Path) -> None:
    """A mistyped path gets an answer, not a traceback."""
    with pytest.raises(ModelError, match="no bundle: expected a folder"):
        load_bundle(tmp_path / "nothing")


def test_a_model_that_is_not_reproduced_is_not_written(tmp_path: Path) -> None:
    """The last gate of training: nothing is left of a bundle that would not load."""
    with pytest.raises(ModelError, match="golden row 3") as caught:
        write_bundle(tmp_path / "new", manifest(), contents(golden_scores=one_ulp(SCORES)))
    assert str(tmp_path / "new" / "golden.npz") in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_never_written_over(folder: Path) -> None:
    """Immutable means that a second write is an error, and changes nothing."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ModelError, match="already exists"):
        write_bundle(folder, manifest(), contents(config={"other": 1}))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_number_that_json_cannot_say_is_an_error(tmp_path: Path) -> None:
    """NaN in a metric would make a file that no strict reader takes."""
    with pytest.raises(ValueError, match="JSON"):
        write_bundle(tmp_path / "new", manifest(), contents(metrics={"ic": float("nan")}))
    assert list(tmp_path.iterdir()) == []


def test_constant_scores_make_no_manifest() -> None:
    """A model that says the same of every row has learned nothing; its scores could not be standardised."""
    with pytest.raises(ValueError, match="constant scores order nothing"):
        ScoreStatistics(0.1, 0.0, 0.0, 10, 7)
