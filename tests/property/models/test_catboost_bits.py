"""CatBoost's models of drawn losses and shapes score their own bits here; each day draws others."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forest_rows import Table, differing_bits, hard_rows, training_table
from numpy.typing import NDArray
from rotating_share import share_of_this_run

from foxml.errors import ModelError
from foxml.models import Forest
from foxml.research.forests import catboost_forest

catboost = pytest.importorskip("catboost", reason="catboost is not installed")
_MODELS_A_DAY = 30
_SPECIAL = (0.0, -0.0, 5e-324, 1e-45, -1e-45, 1e-36, 1e30, -1e30, 3.4028234e38, -3.4028234e38, np.inf, -np.inf)
_LOSSES = {
    "RMSE": "real",
    "MAE": "real",
    "Quantile:alpha=0.3": "real",
    "Huber:delta=0.5": "real",
    "LogCosh": "real",
    "Poisson": "count",
    "Tweedie:variance_power=1.5": "positive",
    "RMSEWithUncertainty": "real",
    "MultiRMSE": "targets",
    "Logloss": "binary",
    "CrossEntropy": "unit",
    "MultiClass": "classes",
    "MultiClassOneVsAll": "classes",
    "QueryRMSE": "real",
    "YetiRank": "classes",
}


def _seeds() -> list[int]:
    share = share_of_this_run()
    if share == "all":
        return list(range(20 * _MODELS_A_DAY))
    first = (int(share) + 1000) * _MODELS_A_DAY
    return list(range(first, first + _MODELS_A_DAY))


@dataclass(frozen=True, slots=True)
class _Drawn:
    model: Any
    table: Table
    params: dict[str, Any]


def _draw(seed: int) -> _Drawn:
    generator = np.random.default_rng([seed, 5])
    table = training_table(generator)

    def choice(*values: Any) -> Any:
        return values[generator.integers(len(values))]

    loss = choice(*_LOSSES)
    params: dict[str, Any] = {
        "loss_function": loss,
        "iterations": int(generator.integers(1, 60)),
        "depth": choice(1, 3, 6, 9),
        "grow_policy": choice("SymmetricTree", "SymmetricTree", "Depthwise", "Lossguide"),
        "nan_mode": choice("Min", "Max"),
        "border_count": choice(4, 254),
        "learning_rate": choice(0.03, 0.4),
        "l2_leaf_reg": choice(0.1, 3.0),
        "boost_from_average": choice(False, True) if loss in ("RMSE", "MAE", "Logloss") else None,
        "model_shrink_rate": choice(None, None, 0.05),
    }
    if params["grow_policy"] == "Lossguide":
        params["max_leaves"] = choice(2, 31)
    if params["grow_policy"] == "SymmetricTree":
        params["boosting_type"] = choice("Plain", "Ordered")
    if loss in ("MultiRMSE", "RMSEWithUncertainty", "MultiClass", "MultiClassOneVsAll"):
        params.pop("boosting_type", None)
    if loss.startswith(("Poisson", "Tweedie")):  # else they run away to infinity, which the library itself refuses
        params |= {"learning_rate": 0.03, "l2_leaf_reg": 30.0}
    if params["boost_from_average"]:
        params["model_shrink_rate"] = None
    given = {key: value for key, value in params.items() if value is not None}
    model = catboost.CatBoost(
        {**given, "thread_count": 1, "random_seed": seed % 2**31, "verbose": False, "allow_writing_files": False}
    )
    groups = np.arange(len(table.x)) // 20 if loss in ("QueryRMSE", "YetiRank") else None
    model.fit(catboost.Pool(table.x.astype(np.float32), table.label(_LOSSES[loss]), group_id=groups))
    return _Drawn(model, table, given)


def _rows(drawn: _Drawn) -> NDArray[np.float32]:
    borders = [border for column in drawn.model.get_borders().values() for border in column]
    with np.errstate(over="ignore"):
        rows: NDArray[np.float32] = hard_rows(drawn.table, np.array(borders or [0.0], np.float32), _SPECIAL)
    return rows


def _raw(model: Any, rows: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(model.predict(rows, prediction_type="RawFormulaVal", thread_count=1), dtype=np.float64)


@pytest.mark.parametrize("seed", _seeds())
def test_catboost_of_any_kind(seed: int) -> None:
    # The library compares in float32, adds leaves in double and its bias last: one step in another order shows here.
    drawn = _draw(seed)
    rows = _rows(drawn)
    expected = _raw(drawn.model, rows)
    forest = Forest.from_foxml(catboost_forest(drawn.model), source=f"seed {seed}")
    assert differing_bits(forest.predict(rows), expected) == 0, drawn.params
    assert differing_bits(forest.predict_reference(rows), expected) == 0, drawn.params
    one_by_one = np.concatenate([_raw(drawn.model, row[np.newaxis]) for row in rows[:20]])
    assert differing_bits(np.ascontiguousarray(forest.predict(rows[:20])), one_by_one) == 0, drawn.params
    wide = drawn.table.x + 1e-9  # no float32
    assert differing_bits(forest.predict(wide), _raw(drawn.model, wide)) == 0, drawn.params
    kinds = {"Logloss": "Probability", "MultiClass": "Probability", "Poisson": "Exponent"}
    if kind := kinds.get(drawn.params["loss_function"]):
        output = drawn.model.predict(drawn.table.x, prediction_type=kind)
        ours = forest.predict(drawn.table.x, "output").reshape(len(output), -1)
        np.testing.assert_allclose(ours[:, -1], np.asarray(output).reshape(len(output), -1)[:, -1], rtol=1e-12)


def test_the_comparison_sees_a_bias_that_is_added_first() -> None:
    """The canary: the order of one addition must show."""
    document = json.loads(catboost_forest(_fitted()))
    rows = np.random.default_rng(2).normal(size=(300, 3))
    forest = Forest.from_foxml(json.dumps(document).encode(), source="m")
    document["trees"].insert(0, document["trees"].pop())
    spoilt = Forest.from_foxml(json.dumps(document).encode(), source="m")
    np.testing.assert_allclose(spoilt.predict(rows), forest.predict(rows), rtol=1e-12)
    assert differing_bits(spoilt.predict(rows), forest.predict(rows)) > 0


def _fitted(**params: Any) -> Any:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(200, 3))
    fixed = {"iterations": 40, "depth": 3, "thread_count": 1, "verbose": False, "allow_writing_files": False}
    return catboost.CatBoostRegressor(**{**fixed, **params}).fit(x, x[:, 0] + x[:, 1] ** 2 + 3)


@pytest.mark.parametrize("policy", ["SymmetricTree", "Lossguide"])
@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("mode", ["Min", "Max"])
def test_missing_values(mode: str, seen: bool, policy: str) -> None:
    """Where training saw none, a missing value is above no border, whatever the mode."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(200, 3)).astype(np.float32)
    if seen:
        x[::5] = np.nan
    params = {"iterations": 9, "nan_mode": mode, "grow_policy": policy, "thread_count": 1}
    model = catboost.CatBoostRegressor(**params, verbose=False, allow_writing_files=False)
    model.fit(x, np.nan_to_num(x[:, 0], nan=4.0) + np.arange(200) / 100)
    forest = Forest.from_foxml(catboost_forest(model, ["a", "b", "c"]), source="m")
    rows = np.where(generator.random((300, 3)) < 0.4, np.float32(np.nan), generator.choice(x.reshape(-1), (300, 3)))
    assert differing_bits(forest.predict(rows), _raw(model, rows)) == 0
    assert forest.feature_names == ("a", "b", "c")


def test_what_cannot_be_exact_is_refused() -> None:
    with pytest.raises(ModelError, match="expected a model of CatBoost"):
        catboost_forest(np.random.default_rng(0))
    with pytest.raises(ModelError, match="CatBoostRegressor: expected a fitted model"):
        catboost_forest(catboost.CatBoostRegressor())
    scaled = _fitted()
    scaled.set_scale_and_bias(2.0, 1.0)
    with pytest.raises(ModelError, match="scale: expected 1, found 2"):
        catboost_forest(scaled)
    with pytest.raises(ModelError, match="feature_names: expected 3, found 1"):
        catboost_forest(_fitted(), ["a"])


@pytest.mark.parametrize("kind", ["cat", "text", "embedding"])
def test_columns_that_are_no_numbers_are_refused(kind: str) -> None:
    """Their splits compare hashes and statistics, which an export does not state in full."""
    generator = np.random.default_rng(1)
    y = generator.normal(size=120)
    values: dict[str, Any] = {
        "cat": [str(round(value)) for value in y],
        "text": ["up and on" if value > 0 else "down and out" for value in y],
        "embedding": [[value, value + 1.0] for value in y],
    }
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": generator.normal(size=120), "b": values[kind]})
    model = catboost.CatBoostRegressor(iterations=2, depth=2, verbose=False, allow_writing_files=False, thread_count=1)
    model.fit(catboost.Pool(frame, y, **{f"{kind}_features": ["b"]}))
    with pytest.raises(ModelError, match=r"columns \[1\] are (categories|texts|embeddings); expected numbers alone"):
        catboost_forest(model)


SPOILT = [
    ("ctr_data", lambda export: export.update(ctr_data={}), "its export has ctr_data"),
    ("treatment", lambda export: _number(export).update(nan_value_treatment="Other"), "nan_value_treatment: expected"),
    (
        "split",
        lambda export: _first(export).update(split_type="OneHot"),
        "split_type: expected FloatFeature, found OneH",
    ),
    ("columns", lambda export: export["features_info"].update(ctrs=[]), "has ctrs; expected float_features alone"),
    ("trees", lambda export: export.pop("oblivious_trees"), "its export has no trees"),
]


def _number(export: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = export["features_info"]["float_features"][0]
    return found


def _first(export: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = export["oblivious_trees"][0]["splits"][0]
    return found


@pytest.mark.parametrize(("change", "match"), [row[1:] for row in SPOILT], ids=[row[0] for row in SPOILT])
def test_an_export_that_holds_what_is_not_known_is_refused(
    change: Any, match: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later CatBoost may add what changes a score: it must not be passed over."""
    model = _fitted()
    save = type(model).save_model

    def save_spoilt(self: Any, path: str, **options: Any) -> None:
        save(self, path, **options)
        export = json.loads(Path(path).read_bytes())
        change(export)
        Path(path).write_text(json.dumps(export))

    monkeypatch.setattr(type(model), "save_model", save_spoilt)
    with pytest.raises(ModelError, match=match):
        catboost_forest(model)
