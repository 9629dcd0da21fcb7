"""Configs of research: the packaged ones load, and a wrong key names its file, line and what was expected."""

from pathlib import Path

import pytest

from foxml.errors import ConfigError
from foxml.settings import (
    list_available_configs,
    load_config,
    load_feature_selection,
    load_target_batch,
    load_walkforward,
    packaged_config_root,
)

ROOT = packaged_config_root()
FILES = ("feature_selection.yaml", "walkforward.yaml", "first_batch_specs.yaml")


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    text = (ROOT / name).read_text()
    assert text.count(old) >= 1
    path = folder / name
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_packaged_files_load() -> None:
    """And are listed among the configs, so that none is forgotten."""
    listed = {config.path.name for config in list_available_configs() if config.kind == "research"}
    assert listed == set(FILES)
    assert load_feature_selection().selected.stability_min > 0.5
    assert [load_walkforward(name).scheme for name in ("expanding", "rolling", "quick")] == [
        "expanding",
        "rolling",
        "expanding",
    ]
    base = load_config(None, environ={})
    batch = load_target_batch(base)
    assert len(batch) >= 4
    assert batch["barrier_3"].target.horizon_bars == 3
    assert batch["barrier_7_label"].target.value == "label"
    assert batch["barrier_7_narrow"].target.down_sigma == 1.0
    assert {config.model_copy(update={"target": base.config.target}) == base.config for config in batch.values()} == {
        True
    }


def test_a_projects_own_file_goes_before_the_packaged_one(tmp_path: Path) -> None:
    """As with every config."""
    changed(tmp_path, "walkforward.yaml", "folds: 6", "folds: 5")
    assert load_walkforward("expanding", root=tmp_path).folds == 5
    assert load_feature_selection(root=tmp_path) == load_feature_selection()


# File | what is written | in its place | what the error says.
WRONG = [
    (0, "trees: 60", "tres: 60", r"feature_selection\.yaml:5: unknown key learner\.tres; did you mean trees\?"),
    (0, "trees: 60", "trees: 0", r"feature_selection\.yaml:5: learner\.trees: found 0: expected greater than or equal"),
    (
        0,
        "stability_min: 0.75",
        "stability_min: 0.5",
        r"selected\.stability_min: found 0\.5: expected greater than 0\.5",
    ),
    (0, "seed: 7", "sed: 7", r"unknown key sed; did you mean seed\?"),
    (0, "  repeats: 3", "  # none", r"permutation"),
    (1, "folds: 6", "folds: many", r"walkforward\.yaml:\d+: schemes\.expanding\.folds: found 'many'"),
    (1, "scheme: rolling", "scheme: rollin", r"schemes\.rolling\.scheme: found 'rollin': expected 'expanding' or"),
    (
        1,
        "    embargo_bars: 7",
        "    embargo_barz: 7",
        r"walkforward\.yaml:\d+: .*embargo_barz; did you mean embargo_bars",
    ),
    (
        2,
        "horizon_bars: 3",
        "horizon_barz: 3",
        r"first_batch_specs\.yaml: targets\.barrier_3: .*did you mean horizon_bars",
    ),
    (2, "value: label", "value: labels", r"targets\.barrier_7_label: .*target\.value: found 'labels'"),
    (2, "targets:", "target:", r"unknown key target; did you mean targets"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), WRONG)
def test_a_wrong_key_is_named(tmp_path: Path, file: int, old: str, new: str, words: str) -> None:
    """File, line, key, what was found and what was expected."""
    path = changed(tmp_path, FILES[file], old, new)
    load = (
        load_feature_selection,
        lambda given: load_walkforward("expanding", given),
        lambda given: load_target_batch(load_config(None, environ={}), given),
    )[file]
    with pytest.raises(ConfigError, match=words) as error:
        load(path)
    assert str(path) in str(error.value)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """An unknown scheme with the nearest name; a file that is missing."""
    with pytest.raises(ConfigError, match=r"walkforward\.yaml: unknown scheme quik; did you mean quick\?"):
        load_walkforward("quik")
    with pytest.raises(ConfigError, match="no such file"):
        load_feature_selection(tmp_path / "none.yaml")
