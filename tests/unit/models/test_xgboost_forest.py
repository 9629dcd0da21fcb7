"""XGBoost's documents: both encodings hold one forest, and what is broken in one is refused by name."""

import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xgboost
from forest_rows import differing_bits

from foxml.errors import ModelError
from foxml.models import Forest

N_FEATURES = 4


def _booster(rounds: int = 3, **params: Any) -> xgboost.Booster:
    generator = np.random.default_rng(3)
    x = generator.normal(size=(300, N_FEATURES)).astype(np.float32)
    x[:, 3] = generator.integers(0, 12, len(x))
    y = x[:, 0] * x[:, 1] + x[:, 3] % 3
    types = ["q"] * 3 + ["c"]
    data = xgboost.DMatrix(x, y, feature_types=types, feature_names=list("abcd"), enable_categorical=True)
    return xgboost.train({"nthread": 1, "seed": 1, "max_depth": 3, **params}, data, rounds)


BOOSTER = _booster()
MODEL: dict[str, Any] = json.loads(BOOSTER.save_raw("json"))
UBJSON = bytes(BOOSTER.save_raw("ubj"))
ROWS = np.random.default_rng(4).normal(size=(50, N_FEATURES)).astype(np.float32)


def _read(model: object) -> Forest:
    data = model if isinstance(model, bytes) else json.dumps(model).encode()
    return Forest.from_xgboost(data, source="m")


def _spoilt(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    model = copy.deepcopy(MODEL)
    change(model["learner"])
    return model


def _tree(learner: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = learner["gradient_booster"]["model"]["trees"][1]
    return found


def test_both_encodings_hold_one_forest() -> None:
    json_forest, ubjson_forest = _read(MODEL), _read(UBJSON)
    assert differing_bits(json_forest.predict(ROWS), ubjson_forest.predict(ROWS)) == 0
    assert (json_forest.describe().format, ubjson_forest.describe().format) == (
        f"XGBoost JSON {xgboost.__version__}",
        f"XGBoost UBJSON {xgboost.__version__}",
    )
    assert json_forest.feature_names == ("a", "b", "c", "d")


@pytest.mark.parametrize("text", ["9.4760007E-1", "[9.4760007E-1]", "[0.94760007,]"])
def test_base_score_is_a_number_or_a_list(text: str) -> None:
    # Before 3.1 it was a number; a forest must not lose it when files of two versions are mixed.
    model = _spoilt(lambda learner: learner["learner_model_param"].update(base_score=text))
    if text.endswith(",]"):
        with pytest.raises(ModelError, match="base_score: expected a number or a list of them"):
            _read(model)
        return
    model["learner"]["gradient_booster"]["model"].update(trees=[], tree_info=[])
    model["learner"]["gradient_booster"]["model"]["gbtree_model_param"]["num_trees"] = "0"
    assert (_read(model).predict(ROWS) == np.float32(0.94760007)).all()


def test_files_of_older_versions_have_fewer_keys() -> None:
    # 1.x has neither sets of categories nor iterations nor targets, and writes default_left as true and false.
    booster = xgboost.train({"nthread": 1}, xgboost.DMatrix(ROWS, ROWS[:, 0]), 2)
    model = json.loads(booster.save_raw("json"))
    expected = _read(model).predict(ROWS)
    model["version"] = [1, 0, 0]
    learner = model["learner"]
    for key in ("feature_names", "feature_types", "attributes"):
        del learner[key]
    del learner["learner_model_param"]["num_target"], learner["gradient_booster"]["model"]["iteration_indptr"]
    for tree in learner["gradient_booster"]["model"]["trees"]:
        for key in [key for key in tree if key.startswith("categories") or key == "split_type"]:
            del tree[key]
        tree["default_left"] = [bool(value) for value in tree["default_left"]]
        tree["tree_param"]["size_leaf_vector"] = "0"
    learner["learner_model_param"]["base_score"] = learner["learner_model_param"]["base_score"].strip("[]")
    assert differing_bits(_read(model).predict(ROWS), expected) == 0


BROKEN: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("cycle", lambda m: _tree(m)["left_children"].__setitem__(1, 0), "tree 1 reaches node 0 twice"),
    (
        "child",
        lambda m: _tree(m)["right_children"].__setitem__(0, 99),
        "tree 1 points to node 99, which does not exist",
    ),
    ("negative", lambda m: _tree(m)["right_children"].__setitem__(0, -2), "points to node -2"),
    ("orphan", lambda m: _tree(m)["left_children"].__setitem__(1, -1), "nodes of which the root reaches"),
    ("feature", lambda m: _tree(m)["split_indices"].__setitem__(0, 4), "uses feature 4; the model has 4"),
    ("short", lambda m: _tree(m)["split_conditions"].pop(), "arrays of different lengths"),
    ("threshold", lambda m: _tree(m).update(split_conditions=[float("nan")] * 15), "tree 1 "),
    ("leaves", lambda m: _tree(m)["tree_param"].update(size_leaf_vector="3"), "leaves of 3 values; the model has 1"),
    ("set", lambda m: _tree(m)["categories_sizes"].__setitem__(0, 10**9), "not inside of its categories"),
    ("no set", lambda m: _tree(m)["split_type"].__setitem__(0, 2), "node 0 "),
    ("category", lambda m: _tree(m)["categories"].__setitem__(0, 1 << 24), "has category 16777216; expected"),
    ("set of none", lambda m: _tree(m)["categories_nodes"].__setitem__(0, 500), "a category set for node 500"),
    (
        "trees",
        lambda m: m["gradient_booster"]["model"]["gbtree_model_param"].update(num_trees="1000000000"),
        "num_trees",
    ),
    (
        "group",
        lambda m: m["gradient_booster"]["model"]["tree_info"].__setitem__(1, 1),
        "adds to output 1; the model has 1",
    ),
    (
        "booster",
        lambda m: m["gradient_booster"].update(name="forest"),
        'expected gbtree, dart or gblinear, found "forest"',
    ),
    ("dart", lambda m: m["gradient_booster"].update(name="dart"), "weight_drop: expected 3 numbers, found 0"),
    ("objective", lambda m: m["objective"].update(name="reg:mine"), 'the objective "reg:mine" is not supported'),
    ("classes", lambda m: m["learner_model_param"].update(num_class="99999999"), "num_class 99999999"),
    ("count", lambda m: m["learner_model_param"].update(num_feature="-4"), 'expected a count, found "-4"'),
    (
        "key",
        lambda m: m["learner_model_param"].pop("base_score"),
        "learner_model_param lacks the key base_score",
    ),
    ("names", lambda m: m["feature_names"].pop(), "expected 4 feature names, found 3"),
]


@pytest.mark.parametrize(("change", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_broken_model_is_refused_by_name(change: Callable[[dict[str, Any]], object], message: str) -> None:
    # A document that is not a whole model must never become half a model.
    with pytest.raises(ModelError) as caught:
        _read(_spoilt(change))
    assert str(caught.value).startswith("m: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file ends in the middle of a value"),
        (b"binf\x00\x00", "old binary format is not supported; save the model as .ubj or .json"),
        (b"[1]", "expected '{'"),
        (b'{"version":[1,0,0],"version":[1,0,0]}', 'key "version" stands twice in its object'),
        (b'{"a":' + b"[" * 100_000, "nested deeper than 32 levels"),
        (b'{"a":01}', 'found "01"'),
        (b'{"a":"\\ud800"}', "half of a surrogate pair"),
        (b'{"a":nul}', 'found "nul"'),
        (b"{}", "model lacks the key learner"),
        (json.dumps(MODEL).encode() + b"x", "something follows the end of the model"),
        (UBJSON + b"x", "something follows the end of the model"),
        (UBJSON[:-1], "the file ends in the middle of a value"),
        (b"{L" + b"\xff" * 8 + b"a", "a length of -1 where"),
        (b"{i\x01a[$d#L\x00\x00\x00\x00\x3b\x9a\xca\x00", "a length of 1000000000 where"),
        (b"{i\x01a[$d#i\x04abcdefgh", "an array of 4 numbers where 8 bytes are left"),
        (b"{i\x01a[$Z#i\x7f", "a typed array must hold numbers"),
        (b"{i\x01a" + b"[" * 100_000, "nested deeper than 32 levels"),
        (b"{i\x01aQ}", "an unknown type 'Q'"),
    ],
)
def test_broken_document_is_refused_by_byte(data: bytes, message: str) -> None:
    # Lengths are believed only as far as there are bytes: a few of them must not ask for gigabytes.
    with pytest.raises(ModelError) as caught:
        _read(data)
    assert message in str(caught.value)


def test_no_truncation_is_a_model() -> None:
    for whole in (UBJSON, json.dumps(MODEL).encode()):
        for size in range(0, len(whole) - 1, 97):
            with pytest.raises(ModelError):
                _read(whole[:size])


def test_best_iteration_must_exist() -> None:
    model = _spoilt(lambda learner: learner["attributes"].update(best_iteration="7"))
    assert _read(model).describe().best_iteration == 7
    with pytest.raises(ModelError, match="m: best_iteration 7 is not one of the model's"):
        Forest.from_xgboost(json.dumps(model).encode(), source="m", best_iteration=True)
