"""Columns with parameters of their own: named by what they are, hashed by what they compute, refused where mistyped."""

import itertools
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
from feature_builders import differing_bits, instruments, market

from foxml.errors import ConfigError, FeatureError
from foxml.features import FeatureEngine, FeaturePlan, list_features, load_plan
from foxml.features.columns import column_of, parse_column
from foxml.models import Forest

SPY = instruments(["SPY"])


def _plan(source: dict[str, Any] | Path, **arguments: Any) -> FeaturePlan:
    return load_plan(source, interval_ns="5m", instruments=SPY, **arguments)


def test_a_parameter_takes_the_place_of_the_features_own() -> None:
    plan = _plan({"include": ["sma_dist_10", "gap"], "parameters": {"sma_dist_10": {"w": 12}}})
    assert plan.names == ("sma_dist_10@w=12", "gap")
    assert plan.warmup_bars == 11
    assert plan.columns[0].parameters == (("w", 12),)


def test_columns_are_added_beside_it() -> None:
    # Sorted by what they are, whatever the order of the file: two spellings are one plan.
    added = [
        {"feature": "sma_dist_10", "w": 37},
        {"feature": "sma_dist_10", "w": 5},
        {"feature": "vol_ratio_10_60", "long": 90},
    ]
    plan = _plan({"include": ["gap", "sma_dist_10"], "columns": added})
    assert plan.names == (
        "sma_dist_10",
        "sma_dist_10@w=5",
        "sma_dist_10@w=37",
        "vol_ratio_10_60@long=90",
        "gap",
    )
    assert plan.columns[3].parameters == (("short", 10), ("long", 90))


SPELLINGS: list[dict[str, Any]] = [
    {"include": ["sma_dist_10", "gap"], "parameters": {"sma_dist_10": {"w": 12}}, "columns": [{"feature": "gap"}]},
    {"include": ["gap"], "columns": [{"feature": "sma_dist_10", "w": 12}]},
    {"include": ["sma_dist_10@w=12", "gap"]},
    {
        "include": ["gap", "sma_dist_10", "sma_dist_10@w=12"],
        "exclude": ["sma_dist_20"],
        "parameters": {"sma_dist_10": {"w": 12}},
    },
    {"include": ["gap", "sma_dist_10@w=12", "kmid"], "exclude": ["kmid"], "benchmark": "SPY"},
]


def test_spellings_of_one_plan_have_one_hash() -> None:
    # A hash of the spelling would refuse a model because somebody tidied a file.
    for left, right in itertools.pairwise([_plan(spelling) for spelling in SPELLINGS]):
        assert left == right
        assert left.sha256 == right.sha256
    assert _plan(SPELLINGS[1], benchmark="SPY").sha256 == _plan(SPELLINGS[1]).sha256  # nothing is compared with it
    assert _plan({"include": ["sma_dist_10@w=13", "gap"]}).sha256 != _plan(SPELLINGS[1]).sha256
    again = FeaturePlan.from_json(_plan(SPELLINGS[0]).to_json())
    assert again == _plan(SPELLINGS[1])


def test_what_is_excluded_goes_with_all_its_columns() -> None:
    source = {"include": ["averages", "sma_dist_10@w=12"], "columns": [{"feature": "sma_dist_10", "w": 37}]}
    names = set(_plan(source).names)
    assert names >= {"sma_dist_10", "sma_dist_10@w=12", "sma_dist_10@w=37"}
    assert set(_plan(source, exclude=["sma_dist_10"]).names) == {
        n for n in names if not n.startswith("sma_dist_10@") and n != "sma_dist_10"
    }
    assert set(_plan(source, exclude=["sma_dist_10@w=37"]).names) == names - {"sma_dist_10@w=37"}
    assert _plan({**source, "include": ["gap"]}, include=["sma_dist_10@w=5"], exclude=["sma_dist_10@w=37"]).names == (
        "sma_dist_10@w=5",
        "gap",
    )


def test_a_column_computes_what_its_parameters_say() -> None:
    # w = 20 of one feature is the feature that has w = 20 of its own, to the bit.
    bars = market(6)[0][0]
    for varied, own in (("sma_dist_10@w=20", "sma_dist_20"), ("ret_log_1@k=5", "ret_log_5"), ("rsi_14@n=7", "rsi_7")):
        plan = load_plan({"include": [varied, own]}, interval_ns="5m", instruments=instruments([bars.symbol]))
        matrix = FeatureEngine(plan).batch(bars)
        assert np.isfinite(matrix.values[matrix.ready]).sum() > 100
        assert differing_bits(matrix.values[:, :1].copy(), matrix.values[:, 1:].copy()) == 0


def test_a_model_keeps_the_names(tmp_path: Path) -> None:
    # The names travel through LightGBM's text, which has its own ideas of what may be in one.
    names = ["gap", "sma_dist_10@w=12", "vol_ratio_10_60@short=5@long=90"]
    x = np.random.default_rng(1).normal(size=(500, 3))
    data = lightgbm.Dataset(x, x.sum(axis=1), feature_name=names)
    text = lightgbm.train({"verbosity": -1, "num_threads": 1}, data, 3).model_to_string()
    assert lightgbm.Booster(model_str=text).feature_name() == names
    assert Forest.from_lightgbm(text.encode(), source="test").native.feature_names == names


# A plan file | what the error must say.
WRONG = [
    (
        "parameters: {sma_dist_10: {w: 5000}}",
        r"mine\.yaml:2: parameters\.sma_dist_10\.w: found 5000, expected a whole number from 2 to 1024; the nearest "
        "valid is 1024",
    ),
    ("parameters: {sma_dist_10: {w: 1}}", r"w: found 1, expected .*; the nearest valid is 2"),
    ("parameters: {sma_dist_10: {w: 12.6}}", r"w: found 12\.6, expected a whole number .*; the nearest valid is 13"),
    ("parameters: {sma_dist_10: {w: true}}", "w: found True, expected a whole number"),
    ("parameters: {sma_dist_10: {w: '12'}}", "w: found '12', expected a whole number from 2 to 1024$"),
    (
        "parameters:\n  sma_dist_10:\n    ww: 12",
        r"mine\.yaml:3: parameters\.sma_dist_10\.ww: sma_dist_10 has no such parameter; (did you mean|expected) ",
    ),
    ("parameters: {gap: {w: 12}}", r"parameters\.gap\.w: gap has no such parameter; it has none that can be changed"),
    ("parameters: {sma_dist_11: {w: 12}}", r"parameters: unknown feature sma_dist_11; did you mean sma_dist_1"),
    (
        "parameters: {sma_dist_20: {w: 12}}",
        "the plan does not include sma_dist_20; include it, or add it under columns",
    ),
    ("parameters: {sma_dist_10: 12}", r"parameters\.sma_dist_10: found 12, expected a mapping of parameters"),
    ("parameters: [w]", "parameters: found .*expected a mapping such as"),
    (
        "columns: [{feature: sma_dist_10, w: 0}]",
        r"mine\.yaml:2: columns\.0\.w: found 0, expected .*; the nearest valid is 2",
    ),
    (
        "columns:\n  - {feature: gap}\n  - {feature: sma_dst_10, w: 9}",
        r"mine\.yaml:4: columns\.1\.feature: unknown feature sma_dst_10; did you mean sma_dist_10",
    ),
    ("columns: [{w: 9}]", r"columns\.0: found {'w': 9}, expected a feature and its parameters"),
    ("columns: {feature: gap}", "columns: found .*expected a list such as"),
    ("columns: [{feature: gap}, {feature: gap}]", r"columns\.1: gap is given twice"),
    ("columns: [{feature: sma_dist_10@w=9}]", r"columns\.0\.feature: unknown feature sma_dist_10@w=9"),
    ("exclude: [sma_dist_10@w=x]", r"exclude: column sma_dist_10@w=x: found @w=x, expected @parameter=whole number"),
    ("exclude: [sma_dist_10@w=10]", "column sma_dist_10@w=10: the same column is written sma_dist_10$"),
    ("exclude: [sma_dist_10@w=9@w=9]", "each parameter once"),
    (
        "exclude: [sma_dist_10@w=9999]",
        "column sma_dist_10@w=9999: w: found 9999, expected a whole number from 2 to 1024",
    ),
    ("exclude: [sma_dit_10@w=9]", "unknown feature 'sma_dit_10'; did you mean sma_dist_10"),
    ("benchmark: QQQ", r"mine\.yaml:2: benchmark: QQQ is not in the universe; expected one of SPY"),
    ("benchmark: 5", "benchmark: 5 is not in the universe"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_files_say_where_what_and_instead(tmp_path: Path, text: str, message: str) -> None:
    # A parameter that is silently ignored is a model that is silently another.
    path = tmp_path / "mine.yaml"
    path.write_text(f"include: [sma_dist_10, gap]\n{text}\n")
    with pytest.raises(ConfigError, match=message):
        _plan(path)


def test_a_benchmark_outside_the_universe_is_refused() -> None:
    relative = next((info.name for info in list_features() if info.needs_benchmark), None)
    if relative is None:
        pytest.skip("no feature of the catalogue compares with a benchmark")
    with pytest.raises(ConfigError, match="benchmark: QQQ is not among the instruments SPY"):
        _plan({"include": [relative]}, benchmark="QQQ")


def test_without_a_benchmark_what_needs_one_is_left_out() -> None:
    # Beta against nothing would be a column of NaN that looks like a feature.
    relative = [info.name for info in list_features() if info.needs_benchmark]
    if not relative:
        pytest.skip("no feature of the catalogue compares with a benchmark")
    plan = _plan({"include": [*relative, "gap"]})
    assert plan.names == ("gap",)
    assert {left.name for left in plan.left_out} == set(relative)
    assert all("compares with a benchmark, and neither the plan nor universe" in left.reason for left in plan.left_out)
    with pytest.raises(FeatureError, match="compares with a benchmark, and the plan names none"):
        FeaturePlan((relative[0],), plan.interval_ns, SPY)
    compared = _plan({"include": [*relative, "gap"], "benchmark": "SPY"})
    assert compared.benchmark == "SPY"
    assert set(compared.names) == {*relative, "gap"}
    assert compared == _plan({"include": [*relative, "gap"]}, benchmark="SPY")


def test_every_feature_takes_every_parameter_to_its_bounds() -> None:
    # A range that the kernel itself refuses would be a promise that a plan cannot keep.
    tried = 0
    for info in list_features():
        interval = info.timeframes[0]
        for parameter in info.parameters:
            for value in (parameter.minimum, parameter.maximum):
                column = column_of(info, {parameter.name: value})
                assert parse_column(column.name) == column
                benchmark = "SPY" if info.needs_benchmark else None
                plan = load_plan({"include": [column.name]}, interval_ns=interval, instruments=SPY, benchmark=benchmark)
                assert plan.warmup_bars >= 0
                tried += 1
    assert tried > 100
