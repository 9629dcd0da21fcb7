"""The oracles among themselves: each formula against the published function that it is known by, without the kernel.

What agrees with what others published, in its values and in where it begins, was read as it is meant.
"""

import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from oracle_allowances import PUBLISHED_BEGINS, PUBLISHED_SETTLES, published_floor_of
from oracle_comparison import compare
from oracle_data import benchmark_of, real, walk
from oracle_frames import Array, Frame, frame_of, lag
from oracles import ORACLES, SECOND
from rotating_share import share_of

SYNTHETIC = {"calm": walk(11, "calm"), "thin": walk(12, "thin")}
REAL = ("SPY 1h", "DBB 1m")
BARS = 2500


@cache
def _frame(data: str) -> Frame:
    own = SYNTHETIC[data]
    return frame_of(own, benchmark_of(data, own, {}))


@pytest.fixture(scope="session")
def real_frames(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Frame]:
    bars = real(shared_data, tmp_path_factory.mktemp("agreement"))
    return {data: _begin(frame_of(bars[data], benchmark_of(data, bars[data], bars))) for data in REAL}


def _begin(frame: Frame) -> Frame:
    """The first bars: enough to settle and to meet much, few enough to try every formula on."""
    columns = {field.name: getattr(frame, field.name) for field in fields(frame)}
    return replace(frame, **{name: x[:BARS] for name, x in columns.items() if isinstance(x, np.ndarray)})


def _both(name: str, frame: Frame) -> tuple[Array, Array]:
    with np.errstate(all="ignore"):
        return ORACLES[name](frame), np.asarray(SECOND[name](frame), dtype=np.longdouble)


@cache
def _both_of(name: str, data: str) -> tuple[Array, Array]:
    return _both(name, _frame(data))


def _faults(name: str, frame: Frame, formula: Array, published: Array) -> tuple[str, ...]:
    """Where both are defined; a published function may answer where a formula has no answer."""
    judged = ~np.isnan(formula) & ~np.isnan(published)
    judged[: PUBLISHED_SETTLES.get(name, (0, ""))[0]] = False
    result = compare(formula, published, judged, floor=published_floor_of(name, frame))
    assert result.compared > 300
    return result.faults


@pytest.mark.parametrize("name", share_of(SECOND, 4))
def test_formula_equals_the_published_function(name: str) -> None:
    # An oracle that misreads its formula would have the kernel repeat the mistake.
    assert _faults(name, _frame("calm"), *_both_of(name, "calm")) == ()


@pytest.mark.parametrize("name", share_of(SECOND, 4))
def test_formula_equals_the_published_function_on_standing_bars(name: str) -> None:
    # Silent and standing bars are where a formula is undefined, or all but.
    assert _faults(name, _frame("thin"), *_both_of(name, "thin")) == ()


@pytest.mark.parametrize("data", REAL)
@pytest.mark.parametrize("name", share_of((name for name in SECOND if not re.search(r"_\d+m$", name)), 6))
def test_formula_equals_the_published_function_on_real_bars(
    name: str, data: str, real_frames: dict[str, Frame]
) -> None:
    # Real bars gap, crash and stand still in ways that a walk does not.
    frame = real_frames[data]
    assert _faults(name, frame, *_both(name, frame)) == ()


@pytest.mark.parametrize("name", share_of((name for name in SECOND if name not in PUBLISHED_BEGINS), 4))
def test_formula_begins_with_the_published_function(name: str) -> None:
    # The first value shows the seed of a recursion and the length of a window; later ones may hide either.
    formula, published = _both_of(name, "calm")
    assert (~np.isnan(formula)).argmax() == (~np.isnan(published)).argmax()


@pytest.mark.parametrize("name", share_of(SECOND, 4))
def test_canary_published_function_one_bar_late_is_found(name: str) -> None:
    # A floor that lets a neighbour's value pass would prove nothing of the formula.
    formula, published = _both_of(name, "thin")
    late = lag(published, 1)
    judged = ~np.isnan(formula) & ~np.isnan(late)
    assert compare(formula, late, judged, floor=published_floor_of(name, _frame("thin"))).faults != ()
