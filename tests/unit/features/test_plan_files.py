"""Plan files: every one that is shipped loads, and a mistyped word is an error that says what was meant."""

from pathlib import Path

import pytest
from feature_builders import instruments

from foxml.errors import ConfigError
from foxml.features import list_features, load_plan
from foxml.settings import list_available_configs, packaged_config_root

SPY = instruments(["SPY"])
INTERVALS = ("1m", "5m", "15m", "1h", "1d")
SHIPPED = [config.name for config in list_available_configs() if config.kind == "features"]


def test_four_plans_are_shipped() -> None:
    assert SHIPPED == ["comprehensive", "daily", "intraday", "simple"]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_plan_loads_on_every_interval(name: str, interval: str) -> None:
    # A plan whose file does not load is found here and not on the day it is wanted.
    plan = load_plan(name, interval_ns=interval, instruments=SPY, benchmark="SPY")
    order = [info.name for info in list_features()]
    assert [order.index(column) for column in plan.names] == sorted(order.index(column) for column in plan.names)
    assert {left.name for left in plan.left_out}.isdisjoint(plan.names)
    assert all(f"makes no sense on bars of {interval}: it is for 1m" in left.reason for left in plan.left_out)


@pytest.mark.parametrize("interval", INTERVALS)
def test_simple_is_soon_warm(interval: str) -> None:
    # The default plan must be of use to somebody with a few months of bars, and give the same row from any start.
    plan = load_plan("simple", interval_ns=interval, instruments=SPY, benchmark="SPY")
    assert len(plan.names) >= 40
    assert plan.warmup_bars <= (390 if interval == "1m" else 250)
    by_name = {info.name: info for info in list_features()}
    assert {by_name[name].guarantee for name in plan.names} <= {"exact", "session"}


@pytest.mark.parametrize("interval", INTERVALS)
def test_comprehensive_has_all_that_make_sense(interval: str) -> None:
    plan = load_plan("comprehensive", interval_ns=interval, instruments=SPY, benchmark="SPY")
    everything = [info.name for info in list_features()]
    left_out = {left.name for left in plan.left_out}
    assert sorted([*plan.names, *left_out]) == sorted(everything)
    assert left_out == {info.name for info in list_features() if interval not in info.timeframes}


def test_plans_for_a_kind_of_bar_leave_nothing_out_there() -> None:
    # What `daily` names makes sense on daily bars, what `intraday` names on 5-minute bars but for a higher timeframe.
    assert load_plan("daily", interval_ns="1d", instruments=SPY, benchmark="SPY").left_out == ()
    plan = load_plan("intraday", interval_ns="1m", instruments=SPY, benchmark="SPY")
    assert plan.left_out == ()


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return path


def test_names_and_groups_are_laid_over_each_other(tmp_path: Path) -> None:
    # Added first, then taken away, by file and then by the call; the order of columns is always the catalogue's.
    path = _written(tmp_path, "# mine\ninclude: [candles, ret_log_5, gap]\nexclude: [kmid]\n")
    candles = [info.name for info in list_features() if info.group == "candles"]
    plan = load_plan(path, interval_ns="1h", instruments=SPY)
    assert list(plan.names) == ["ret_log_5", *(name for name in candles if name != "kmid")]
    assert load_plan(str(path), interval_ns=3_600 * 10**9, instruments=SPY) == plan
    more = load_plan(path, interval_ns="1h", instruments=SPY, include=["ret_log_1"], exclude=["candles"])
    assert more.names == ("ret_log_1", "ret_log_5")


# A plan file | what the error must say.
WRONG = [
    ("include: [ret_log_55]", r"mine\.yaml:1: include: unknown feature or group ret_log_55; did you mean ret_log_5\?"),
    ("include: [candels]", r"unknown feature or group candels; did you mean candles\?"),
    ("include: [gap]\n\nexclude: [kmidd]", r"mine\.yaml:3: exclude: unknown feature or group kmidd; did you mean kmid"),
    ("includes: [gap]", r"mine\.yaml:1: unknown key includes; did you mean include\?"),
    ("exclude: [gap]", r"mine\.yaml: include is missing"),
    ("", r"mine\.yaml: include is missing"),
    ("include: gap", r"mine\.yaml:1: include: found 'gap', expected a list"),
    ("include: {gap: 1}", r"include: found .*expected a list"),
    ("include: null", r"include: found None, expected a list"),
    ("include: [3]", r"unknown feature or group 3"),
    ("include: [gap]\ninclude: [kmid]", r"mine\.yaml:2: include is given twice"),
    ("include: [gap]\nexclude: [gap]", r"mine\.yaml: no feature is left for bars of 1h"),
    ("include: [ret1_15m]", r"mine\.yaml: no feature is left for bars of 1h"),
    ("include: [gap", r"not valid YAML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_files_say_where_what_and_instead(tmp_path: Path, text: str, message: str) -> None:
    # A feature that is silently missing is a model that is silently another.
    with pytest.raises(ConfigError, match=message):
        load_plan(_written(tmp_path, text), interval_ns="1h", instruments=SPY)


def test_a_plan_of_ones_own_goes_before_the_packaged_one(tmp_path: Path) -> None:
    # A project that has a simple.yaml means its own; what it has not is the packaged one still.
    (tmp_path / "simple.yaml").write_text("include: [ret_log_5]\n")
    assert load_plan("simple", interval_ns="1h", instruments=SPY, folder=tmp_path).names == ("ret_log_5",)
    for folder in (tmp_path, tmp_path / "none", None):
        assert len(load_plan("daily", interval_ns="1d", instruments=SPY, folder=folder).names) > 40


def test_wrong_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown feature plan simpel; did you mean simple"):
        load_plan("simpel", interval_ns="1h", instruments=SPY)
    (tmp_path / "momentum.yaml").write_text("include: [ret_log_5]\n")
    with pytest.raises(ConfigError, match="unknown feature plan momentun; did you mean momentum"):
        load_plan("momentun", interval_ns="1h", instruments=SPY, folder=tmp_path)
    with pytest.raises(
        ConfigError, match=r"unknown feature plan xyz; expected one of comprehensive, .*momentum, simple"
    ):
        load_plan("xyz", interval_ns="1h", instruments=SPY, folder=tmp_path)
    with pytest.raises(ConfigError, match="no such file"):
        load_plan(tmp_path / "none.yaml", interval_ns="1h", instruments=SPY)
    with pytest.raises(ConfigError, match=r"features\.exclude: unknown feature or group volum; did you mean volume"):
        load_plan("simple", interval_ns="1h", instruments=SPY, exclude=["volum"])
    with pytest.raises(ConfigError, match="unknown interval '2h'"):
        load_plan("simple", interval_ns="2h", instruments=SPY)
    with pytest.raises(ConfigError, match="no interval is 5 ns long"):
        load_plan("simple", interval_ns=5, instruments=SPY)
    with pytest.raises(ConfigError, match="plan: unknown key names"):
        load_plan({"names": ["gap"]}, interval_ns="1h", instruments=SPY)


def test_every_file_says_what_it_is_for() -> None:
    # A user chooses a plan by reading it.
    for name in SHIPPED:
        text = (packaged_config_root() / "features" / f"{name}.yaml").read_text(encoding="utf-8")
        assert text.startswith("# ")
