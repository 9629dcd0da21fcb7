"""A plan is what a model was trained on: two that compute other numbers must never have one hash, nor one text two."""

import copy
import dataclasses
import json
import pickle
import subprocess
import sys

import pytest
from feature_builders import instruments

from foxml.domain.instruments import Instrument
from foxml.errors import FeatureError
from foxml.features import FeaturePlan, LeftOut

HOUR_NS = 3_600 * 10**9
NAMES = ("ret_log_1", "ret_log_5", "gap")


def _plan(**changes) -> FeaturePlan:
    return dataclasses.replace(FeaturePlan(NAMES, HOUR_NS, instruments(["SPY", "IBM"])), **changes)


def test_the_text_gives_the_plan_back() -> None:
    # What a bundle stores is what the daemon runs.
    plan = _plan(left_out=(LeftOut("or30_pos", "makes no sense on bars of 1h"),))
    again = FeaturePlan.from_json(plan.to_json())
    assert again == plan
    assert hash(again) == hash(plan)
    assert again.to_json() == plan.to_json()
    assert again.sha256 == plan.sha256
    assert again.warmup_bars == plan.warmup_bars == 5
    assert pickle.loads(pickle.dumps(plan)) == plan  # a process pool sends plans to its workers


def test_the_hash_is_the_same_in_another_process() -> None:
    # A hash that depended on the process would refuse every bundle.
    program = f"from foxml.features import FeaturePlan; print(FeaturePlan.from_json({_plan().to_json()!r}).sha256)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == _plan().sha256


SPY, IBM = instruments(["SPY", "IBM"])
CHANGES = [
    {"names": ("ret_log_1", "gap", "ret_log_5")},
    {"names": NAMES[:2]},
    {"interval_ns": 900 * 10**9},
    {"instruments": (SPY,)},
    {"instruments": (IBM, SPY)},
    {"instruments": (dataclasses.replace(SPY, price_grid=10), IBM)},
    {"instruments": (dataclasses.replace(SPY, volume_unit=100.0), IBM)},
    {"instruments": (dataclasses.replace(SPY, tick=1), IBM)},
    {"instruments": (dataclasses.replace(SPY, lot=1), IBM)},
]


def test_whatever_changes_a_value_changes_the_hash() -> None:
    hashes = [_plan().sha256, *(_plan(**change).sha256 for change in CHANGES)]
    assert len(set(hashes)) == len(CHANGES) + 1
    assert _plan(left_out=(LeftOut("x", "y"),)).sha256 == _plan().sha256  # what is left out computes nothing


def _set(*path, value):
    def change(document) -> None:
        here = document
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = value

    return change


def _column(name: str) -> dict[str, object]:
    """A column of a feature on its own parameters, as a plan's text has it."""
    return json.loads(_plan(names=(name,), interval_ns=60 * 10**9).to_json())["columns"][0]


def _drop(*path):
    def change(document) -> None:
        here = document
        for key in path[:-1]:
            here = here[key]
        del here[path[-1]]

    return change


# What is done to the document, and what the error must say.
WRONG = [
    (_drop("columns"), "columns is missing"),
    (_drop("kernel"), "kernel is missing"),
    (_drop("instruments", 0, "lot"), r"instruments\[0\]: lot is missing"),
    (_set("extra", value=1), "unknown key extra; expected kernel, interval_ns, columns, instruments, benchmark"),
    (_set("instruments", 1, "extra", value=1), r"instruments\[1\]: unknown key extra"),
    (_set("kernel", value="0"), "made by kernel '0', this is kernel"),
    (_set("interval_ns", value="1h"), "interval_ns: found '1h', expected nanoseconds"),
    (_set("interval_ns", value=True), "interval_ns: found True"),
    (_set("interval_ns", value=7), "7"),
    (_set("interval_ns", value=2**70), "interval_ns: found 1180591620717411303424"),
    (_set("columns", value="gap"), "columns: found 'gap', expected a list"),
    (_set("columns", value=[]), "at least one feature"),
    (_set("columns", 1, value="gap"), r"columns\[1\]: found 'gap', expected a mapping of name, feature, parameters"),
    (_set("columns", 1, "name", value=3), r"columns\[1\]: name: found 3, expected a word"),
    (_set("columns", 1, "name", value="gapp"), r"columns\[1\]: unknown feature 'gapp'; did you mean gap"),
    (_set("columns", 1, "feature", value="gap"), "feature: found 'gap', expected 'ret_log_5', as ret_log_5 says"),
    (
        _set("columns", 1, "parameters", value={"w": 9}),
        r"columns\[1\]: parameters: found {'w': 9}, expected {.*}, as ret",
    ),
    (_set("columns", 1, value=_column("gap")), "'gap' is given twice"),
    (_set("columns", 1, value=_column("ret1_15m")), "no meaning on bars"),
    (_set("benchmark", value=3), "benchmark: found 3, expected a symbol or null"),
    (_set("benchmark", value="QQQ"), "benchmark: QQQ is not among the instruments SPY, IBM"),
    (_set("instruments", value=[]), "at least one feature and one instrument"),
    (_set("instruments", 0, value=3), r"instruments\[0\]: found 3, expected a mapping"),
    (_set("instruments", 0, "symbol", value="IBM"), "must have different symbols"),
    (_set("instruments", 0, "symbol", value=""), "symbol must not be empty"),
    (_set("instruments", 0, "price_grid", value=0), "price_grid of SPY must be positive, found 0"),
    (_set("instruments", 0, "price_grid", value=1.5), "price_grid: found 1.5, expected int"),
    (_set("instruments", 0, "volume_unit", value=True), "volume_unit: found True, expected float"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_a_text_that_is_not_a_whole_plan_is_refused(change, message: str) -> None:
    # A bundle edited by hand must not trade on other features than it names.
    document = copy.deepcopy(json.loads(_plan().to_json()))
    change(document)
    with pytest.raises(FeatureError, match=message):
        FeaturePlan.from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"kernel":'])
def test_text_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(FeatureError, match=r"^feature plan: "):
        FeaturePlan.from_json(text)


def test_a_plan_needs_features_and_instruments() -> None:
    with pytest.raises(FeatureError, match="at least one feature"):
        FeaturePlan((), HOUR_NS, (SPY,))
    with pytest.raises(FeatureError, match="different symbols, found SPY, SPY"):
        FeaturePlan(NAMES, HOUR_NS, (SPY, Instrument("SPY", tick=1)))
