"""Linear models and mixtures in Python: what they are, what they refuse, and that they are predictors like all."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from foxml.domain.ports import Predictor
from foxml.errors import ModelError
from foxml.models import SmallModel, SmallModelDescription

LINEAR = (
    b'{"format":"foxml-linear","version":1,"origin":"test","feature_count":3,"feature_names":["a","b","c"],'
    b'"missing":"fill","fill":[0,0,5],"mean":[1,0,0],"scale":[2,1,1],"link":"sigmoid",'
    b'"outputs":[{"intercept":0.25,"feature":[0,2],"weight":[1.5,-0.5]}]}'
)


def _model() -> SmallModel:
    return SmallModel.from_json(LINEAR, source="m")


def test_it_scores_by_hand() -> None:
    """0.25 + 1.5 (3 - 1) / 2 - 0.5 * 5, where the third value is missing."""
    rows = np.array([[3.0, np.nan, np.nan], [1.0, 0.0, 0.5]])
    np.testing.assert_array_equal(_model().predict(rows), [[-0.75], [0.0]])
    np.testing.assert_array_equal(_model().predict_row(rows[0].astype(np.float32)), [-0.75])
    assert _model().predict(rows, "output")[1, 0] == 0.5


def test_it_says_what_it_is() -> None:
    """The command line and a session know a model by these."""
    model = _model()
    predictor: Predictor = model
    assert (predictor.feature_names, predictor.feature_count, predictor.output_count) == (("a", "b", "c"), 3, 1)
    assert model.kind == "linear"
    assert model.describe() == SmallModelDescription("linear", "test", 3, 1, 3, fills_missing=True)
    assert model.summary == "3 parameters"


def test_rows_of_another_shape_or_type_are_refused() -> None:
    """NumPy would broadcast or convert what is not a row."""
    model = _model()
    for rows in (np.zeros((2, 2)), np.zeros(3), np.zeros((2, 3), dtype=np.int64)):
        with pytest.raises(ModelError, match=r"m: expected rows of float32 or float64 with shape \(n, 3\), found"):
            model.predict(rows)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match='kind: expected "raw" or "output"'):
        model.predict(np.zeros((1, 3)), "label")  # type: ignore[arg-type]
    wide = np.asfortranarray(np.ones((4, 6)))[:, ::2]
    np.testing.assert_array_equal(model.predict(wide), model.predict(np.ones((4, 3))))


def test_files_are_read_and_refused_by_their_name(tmp_path: Path) -> None:
    """An error must say which file."""
    path = tmp_path / "model.json"
    path.write_bytes(LINEAR)
    assert SmallModel.load(path).describe() == _model().describe()
    path.write_bytes(LINEAR[:-20])
    with pytest.raises(ModelError, match=rf"{path}: byte \d+: "):
        SmallModel.load(path)
    with pytest.raises(ModelError, match="the model cannot be read"):
        SmallModel.load(tmp_path / "none.json")
    with pytest.raises(ModelError, match="m: expected a model of the kind mixture, found one of linear"):
        SmallModel.from_json(LINEAR, source="m", kind="mixture")


def test_every_prefix_and_every_lost_key_is_refused() -> None:
    """A document that was cut off, or lacks a part, is none."""
    for size in range(len(LINEAR)):
        with pytest.raises(ModelError):
            SmallModel.from_json(LINEAR[:size], source="m")
    for key in ("version", "origin", "feature_count", "missing", "fill", "link", "outputs"):
        document = json.loads(LINEAR)
        del document[key]
        with pytest.raises(ModelError, match=key):
            SmallModel.from_json(json.dumps(document, separators=(",", ":")).encode(), source="m")


def test_threads_share_a_model() -> None:
    """A session and a report may score at the same time."""
    model = _model()
    rows = np.random.default_rng(1).standard_normal((500, 3))
    expected = model.predict(rows)
    wrong: list[int] = []

    def score() -> None:
        for _ in range(20):
            if not np.array_equal(model.predict(rows), expected):
                wrong.append(1)

    threads = [threading.Thread(target=score) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
