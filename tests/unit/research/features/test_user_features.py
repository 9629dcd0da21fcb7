"""Features of the user's own: computed as the kernel would, named in a plan, marked, and refused by what trades."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from feature_builders import differing_bits, instruments, market
from study_harness import OVERRIDES, resolved, stored_market, study

from foxml.cli.main import main
from foxml.domain.bars import SymbolBars
from foxml.errors import ConfigError, FeatureError, ModelError
from foxml.features import FeatureEngine, FeaturePlan, ResearchColumn, load_plan
from foxml.models import Registry
from foxml.research.feature_checks import ComputedSource, Effort, History, check_features
from foxml.research.features.adjustments import timed_adjustments
from foxml.research.features.references import import_research, research_resolver
from foxml.research.features.training import TrainingFeatureComputer
from foxml.research.features.user import BarColumns, ResearchFeature, compute_history, research_feature

MODULE = """
import numpy as np
from foxml.research.features.user import research_feature


@research_feature(group="mine", formula="C/SMA20(C) - 1", warmup_bars=19)
def own_sma_dist(bars):
    found = np.full(len(bars), np.nan)
    if len(bars) >= 20:
        windows = np.lib.stride_tricks.sliding_window_view(bars.close, 20)
        found[19:] = bars.close[19:] / windows.mean(axis=1) - 1
    return found


@research_feature(group="mine", formula="C[t+1]/C - 1", warmup_bars=0)
def own_peek(bars):
    return np.append(bars.close[1:], bars.close[-1]) / bars.close - 1


broken = 5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a module of its own; one name a test, since Python remembers what it imported."""
    (tmp_path / f"own_{tmp_path.name}.py").write_text(MODULE)
    return tmp_path


def reference(folder: Path, name: str = "own_sma_dist") -> str:
    return f"own_{folder.name}:{name}"


def plan(folder: Path, *references: str) -> FeaturePlan:
    source = {"include": ["sma_dist_20", "ret_log_5"], "research": list(references or [reference(folder)])}
    return load_plan(
        source, interval_ns="5m", instruments=instruments(["FOXA", "FOXB"]), research=research_resolver(folder)
    )


def test_rows_follow_the_kernels_through_a_split(folder: Path) -> None:
    """The kernel's own columns to the bit, and the same formula in Python beside them; ready when all are."""
    histories, actions = market(40)
    own = plan(folder)
    computer = TrainingFeatureComputer(own, import_research(own.research, folder))
    assert computer.names == ("ret_log_5", "sma_dist_20", "own_sma_dist")
    for bars in histories[:2]:
        found = computer.compute(bars, actions)
        kernel = FeatureEngine(own.kernel_part).batch(bars, timed_adjustments(bars, actions))
        assert differing_bits(found.values[:, :2].copy(), kernel.values) == 0
        assert (found.ready == kernel.ready).all()
        ready = found.values[found.ready]
        np.testing.assert_allclose(ready[:, 2], ready[:, 1], rtol=1e-4, atol=1e-8)
        assert np.isnan(found.values[~found.ready]).all()
    assert any(timed_adjustments(bars, actions) for bars in histories[:2])


def test_a_slow_feature_makes_the_row_wait() -> None:
    """No row before every column of it is warm."""
    histories, _ = market(40)
    slow = ResearchFeature("slow", "mine", "C", 500, lambda bars: bars.close)
    column = ResearchColumn("slow", "own:slow", "mine", "C", 500, "exact", "0" * 64)
    own = replace(
        load_plan({"include": ["gap"]}, interval_ns="5m", instruments=instruments(["FOXA"])), research=(column,)
    )
    assert own.warmup_bars == 500
    found = TrainingFeatureComputer(own, [slow]).compute(histories[0])
    assert int(found.ready.argmax()) == 500
    with pytest.raises(FeatureError, match="found no features, expected slow"):
        TrainingFeatureComputer(own)


def test_only_the_past_of_a_day_is_adjusted() -> None:
    """Before a split the raw price; from it on everything on the new terms, and no call sees more."""
    histories, actions = market(40)
    bars = histories[1]
    (split,) = timed_adjustments(bars, actions)
    seen: list[int] = []

    def first_close(columns: BarColumns) -> np.ndarray:
        seen.append(len(columns))
        return np.concatenate([np.full(min(3, len(columns)), np.nan), columns.close[:-3]])

    feature = ResearchFeature("lag_3", "mine", "C3", 3, first_close)
    found = compute_history(feature, bars, [split])
    raw, at = bars.ohlcv[:, 3], split.before_bar
    assert np.isnan(found[:3]).all()
    assert (found[3:at] == raw[: at - 3]).all()
    assert (found[at : at + 3] == raw[at - 3 : at] * split.price_factor).all()
    assert (found[at + 3 :] == raw[at:-3]).all()
    assert seen == [at, len(bars) - at + 3]


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (lambda bars: bars.close[1:], r"shape \(9,\).*10 bars of FOXA"),
        (lambda bars: bars.close / np.where(np.arange(10) == 4, np.inf, 1.0) * math.inf, "expected a number"),
        (lambda bars: bars.missing, "AttributeError"),
        (lambda bars: ["x"] * 10, "ValueError"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_function_that_fails_is_named(compute: object, words: str) -> None:
    """What it did, on which symbol; never half a column."""
    bars = market(40)[0][0]
    short = SymbolBars(
        "FOXA",
        bars.interval_ns,
        *(array[:10] for array in (bars.close_ns, bars.session_open_ns, bars.session_close_ns, bars.ohlcv)),
    )
    with pytest.raises(FeatureError, match=f"research feature mine: .*{words}"):
        compute_history(ResearchFeature("mine", "mine", "?", 0, compute), short)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"name": "Mine!"}, "lower-case"), ({"warmup_bars": -1}, "warmup_bars"), ({"guarantee": "proved"}, "guarantee")],
)
def test_a_definition_that_cannot_be_is_refused(changed: dict[str, object], words: str) -> None:
    """Before anything is computed."""
    given = {"name": "mine", "group": "mine", "formula": "C", "warmup_bars": 0, "compute": lambda bars: bars.close}
    with pytest.raises(FeatureError, match=words):
        ResearchFeature(**{**given, **changed})  # type: ignore[arg-type]


def test_the_decorator_takes_the_name_of_the_function() -> None:
    """Unless it is given another."""

    def own(bars: BarColumns) -> np.ndarray:
        return bars.close

    assert research_feature(group="g", formula="C", warmup_bars=0)(own).name == "own"
    assert research_feature(group="g", formula="C", warmup_bars=0, name="other")(own).name == "other"


def test_a_plan_carries_what_was_meant(folder: Path) -> None:
    """Marked in its canonical form; another plan than without it, and than after a change of the file."""
    own = plan(folder)
    document = json.loads(own.to_json())
    assert document["live_capable"] is False
    assert document["research"][0]["reference"] == reference(folder)
    assert FeaturePlan.from_json(own.to_json()) == own
    assert own.sha256 != own.kernel_part.sha256
    assert own.kernel_part.live_capable
    assert "live_capable" not in own.kernel_part.to_json()
    (column,) = own.research
    other = replace(own, research=(replace(column, source_sha256="1" * 64),))
    assert other.sha256 != own.sha256
    with pytest.raises(FeatureError, match="has changed"):
        import_research(other.research, folder)


@pytest.mark.parametrize(
    "changed",
    [{"live_capable": True}, {"research": []}, {"live_capable": None}, {"research": [{"name": "own"}]}],
)
def test_a_plan_with_another_mark_is_refused(folder: Path, changed: dict[str, object]) -> None:
    """A mark that does not fit what is marked is no mark."""
    document = {**json.loads(plan(folder).to_json()), **changed}
    with pytest.raises(FeatureError, match=r"live_capable|research\[0\]"):
        FeaturePlan.from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("nowhere_at_all:thing", "importing nowhere_at_all failed: ModuleNotFoundError"),
        ("own", "expected package.module:object"),
        ("{}:own_sma", "own_sma_dist"),
        ("{}:broken", "found a int"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(folder: Path, word: str, words: str) -> None:
    """With the key of the plan, and the nearest word there is."""
    with pytest.raises(ConfigError, match=f"plan: research: .*{words}"):
        plan(folder, word.format(reference(folder).partition(":")[0]))


def test_nothing_that_trades_takes_such_a_plan(folder: Path) -> None:
    """Neither the loader of a session, nor the engine; a name of the catalogue is taken."""
    with pytest.raises(ConfigError, match=r"plan: research: .*docs/user_features.md"):
        load_plan({"include": ["gap"], "research": ["a:b"]}, interval_ns="5m", instruments=instruments(["FOXA"]))
    with pytest.raises(FeatureError, match=r"own_sma_dist .*port them"):
        FeatureEngine(plan(folder))
    column = replace(plan(folder).research[0], name="gap")
    with pytest.raises(FeatureError, match="gap"):
        replace(plan(folder).kernel_part, research=(column,))


def test_a_model_is_trained_marked_and_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The registry takes it and shows the mark; a backtest and the trading process do not, and say what helps."""
    stored_market(folder, signal=2.0)
    config = resolved(folder)
    (folder / "few.yaml").write_text(f"include: [ret_log_3, ret_log_10]\nresearch: ['{reference(folder)}']\n")
    config = replace(config, root=folder)
    result = study(config)
    bundle = Registry(config.registry).load("fox")
    assert (result.features, bundle.manifest.research_features) == (3, ("own_sma_dist",))
    assert bundle.model.feature_names == ("ret_log_3", "ret_log_10", "own_sma_dist")
    assert not FeaturePlan.from_json(bundle.plan_json).live_capable
    options = [
        word
        for name, path in (("store", "data"), ("registry", "reg"), ("runs", "runs"))
        for word in ("--set", f"paths.{name}={folder / path}")
    ]
    options += [word for override in OVERRIDES for word in ("--set", override)]
    for verb in ("backtest", "trade"):
        assert main([verb, *options, "--model", "fox"]) == ModelError.exit_code, capsys.readouterr().err
        message = capsys.readouterr().err
        assert "not live-capable" in message
        assert "own_sma_dist" in message
        assert "docs/user_features.md" in message
        assert not list((folder / "runs").glob("*/journal.db"))
    assert main(["models", "show", "fox", *options[:6]]) == 0
    assert "no: own_sma_dist" in capsys.readouterr().out


def test_the_check_takes_them_like_any_other(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is right passes, one that looks ahead is caught."""
    stored_market(folder, signal=0.0)
    monkeypatch.chdir(folder)
    names = ", ".join(f"'{reference(folder, name)}'" for name in ("own_sma_dist", "own_peek"))
    (folder / "few.yaml").write_text(f"include: [ret_log_3]\nresearch: [{names}]\n")
    arguments = ["--plan", str(folder / "few.yaml"), "--store", str(folder / "data"), "--symbols", "FOXA,FOXB"]
    arguments += ["--interval", "5m", "--start", "2024-02-01", "--end", "2024-02-09", "--json"]
    assert main(["check", "features", *arguments]) == 1
    found = json.loads(capsys.readouterr().out)
    passed = {feature["name"]: feature["passed"] for feature in found["features"]}
    assert passed == {"ret_log_3": True, "own_sma_dist": True, "own_peek": False}


def test_the_example_of_the_page_is_exact(tmp_path: Path) -> None:
    """An example that the check would catch teaches the fault."""
    page = (Path(__file__).resolve().parents[4] / "docs" / "user_features.md").read_text(encoding="utf-8")
    code = page.split("```python")[1].split("```")[0]
    (tmp_path / "mine_of_the_page.py").write_text(code)
    plan_text = page.split("```yaml")[1].split("```")[0].replace("mine:", "mine_of_the_page:")
    (tmp_path / "mine.yaml").write_text(plan_text)
    resolver = research_resolver(tmp_path)
    own = load_plan(tmp_path / "mine.yaml", interval_ns="5m", instruments=instruments(["FOXA"]), research=resolver)
    histories, _ = market(40)
    features = import_research(own.research, tmp_path)
    report = check_features([ComputedSource(features)], [History(histories[0])], effort=Effort(snapshots=8))
    assert [(feature.name, feature.failed) for feature in report.features] == [("distance_from_mean", ())]
