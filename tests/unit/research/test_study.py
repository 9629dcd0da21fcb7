"""From stored bars to a model in the registry: a planted signal is found, noise is not, wrong input is named."""

import re
from pathlib import Path

import numpy as np
import pytest
from study_harness import FEATURES, LAST, SYMBOLS, resolved, stored_market, study

from foxml.bars.synthetic import SYNTHETIC_MARKS
from foxml.errors import ConfigError, DataError, FoxmlError, ModelError
from foxml.models import Registry
from foxml.research.evaluation import FoldResult
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.settings import Resolved


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("market")
    stored_market(folder, signal=2.0)
    return folder


def on(market: Path, tmp_path: Path, *overrides: str) -> Resolved:
    """A project of its own on the shared bars."""
    return resolved(tmp_path, f"paths.store={market / 'data'}", *overrides)


def interval(result: FoldResult) -> tuple[float, float]:
    """The IC's confidence interval at 3 HAC standard errors."""
    reach = abs(3.0 * result.metrics.ic / result.metrics.t)
    return result.metrics.ic - reach, result.metrics.ic + reach


def test_a_planted_signal_is_found_and_the_bundle_says_so(market: Path, tmp_path: Path) -> None:
    """The whole way; every number of the manifest is the study's, the config's or the store's."""
    config = on(market, tmp_path, "model.max_age_days=2")
    result = study(config)
    found = result.findings
    assert interval(found.overall)[0] > 0.05
    assert len(found.folds) == 3
    assert found.overall.mean_ret_bps > 0.0
    assert (found.psr or 0.0) > 0.95
    assert found.samples + sum(found.dropped.values()) > 2 * 78 * 80
    bundle = Registry(config.registry).load("fox@1", now_ns=1_000)
    manifest = bundle.manifest
    assert (result.version, str(bundle.path), bundle.sha256) == (1, result.path, result.sha256)
    assert manifest.created_ns == 1_000
    assert manifest.expires_ns == 1_000 + 2 * 86_400 * 10**9
    assert [i.symbol for i in manifest.instruments] == list(SYMBOLS)
    assert manifest.interval_ns == 300 * 10**9
    assert manifest.target.barrier.horizon_bars == manifest.score.horizon_bars == 6
    assert manifest.data.marks == dict.fromkeys(SYMBOLS, SYNTHETIC_MARKS)
    assert np.datetime64(manifest.data.last_close_ns, "ns").astype("datetime64[D]") == np.datetime64(LAST)
    assert manifest.score.ic == found.overall.metrics.ic
    assert manifest.lineage.config_sha256 == config.sha256
    assert bundle.metrics["overall"]["metrics"]["ic"] == manifest.score.ic
    assert bundle.config["parameters"]["n_estimators"] == 40
    assert bundle.config["config"]["model"]["name"] == "fox"
    assert bundle.forest.feature_names == FEATURES


def test_noise_stays_noise(tmp_path: Path) -> None:
    """An IC of 0 lies in the interval, and the probability of a Sharpe ratio above 0 is no certainty."""
    stored_market(tmp_path, signal=0.0)
    found = study(resolved(tmp_path)).findings
    low, high = interval(found.overall)
    assert low < 0.0 < high
    assert abs(found.overall.metrics.ic) < 0.05
    assert 0.001 < (found.psr or 0.0) < 0.999


def test_the_same_study_makes_the_same_bytes(market: Path, tmp_path: Path) -> None:
    """All files, in another folder, without a fold that was kept; another seed makes another model."""
    folders = [Path(study(on(market, tmp_path / name)).path) for name in ("one", "two")]
    for name in ("model.txt", "plan.json", "metrics.json", "golden.npz"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    other = Path(study(on(market, tmp_path / "one", "model.seed=8")).path)
    assert other.name == "2"
    assert (other / "model.txt").read_bytes() != (folders[0] / "model.txt").read_bytes()


def test_trials_are_counted(market: Path, tmp_path: Path) -> None:
    """Every variant is a try; the same one again is not; the third expects more of itself than the first."""
    first = study(on(market, tmp_path)).findings
    assert (first.trials, first.trials_sharpe_variance, first.dsr) == (1, 0.0, first.psr)
    again = study(on(market, tmp_path)).findings
    assert again.trials == 1
    for count, rate in ((2, 0.05), (3, 0.02)):
        found = study(on(market, tmp_path, f"model.params={{n_estimators: 40, learning_rate: {rate}}}")).findings
        assert found.trials == count
    sharpes = Registry(tmp_path / "reg").trial_sharpes("fox")
    assert found.trials_sharpe_variance == pytest.approx(np.var(sharpes, ddof=1))
    assert len(Registry(tmp_path / "reg").trials().trials) == 4
    manifest = Registry(tmp_path / "reg").load("fox").manifest
    assert (manifest.version, manifest.trials) == (4, 3)


def test_a_torn_trial_is_reported(market: Path, tmp_path: Path) -> None:
    """The count is one too low, perhaps, and the user hears of it."""
    log = tmp_path / "reg" / "trials.jsonl"
    log.parent.mkdir()
    log.write_text('{"name":"fo')
    assert study(on(market, tmp_path)).notes == (f"{log}:1: the last line was cut off, and is not counted",)


def test_an_interrupted_study_goes_on(market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in its second fold: the first is not trained again, and the model is the one of a run in one go."""

    def stop_at_second(text: str, done: int | None = None, total: int | None = None) -> None:
        if done == 1:
            raise KeyboardInterrupt

    config = on(market, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        study(config, progress=stop_at_second)
    assert list(Registry(config.registry).list()) == []
    fits: list[int] = []
    train = LightGBMTrainer.train
    monkeypatch.setattr(LightGBMTrainer, "train", lambda self, *a, **k: fits.append(1) or train(self, *a, **k))
    resumed = study(config)
    assert len(fits) == 3  # two folds and the final model
    monkeypatch.undo()
    whole = study(on(market, tmp_path / "other"))
    for name in ("model.txt", "metrics.json", "golden.npz"):
        assert (Path(resumed.path) / name).read_bytes() == (Path(whole.path) / name).read_bytes()


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"no archive"])
def test_a_damaged_checkpoint_is_made_again(market: Path, tmp_path: Path, damage: bytes) -> None:
    """A file that a bad disk cut short must neither end the study nor enter it."""
    config = on(market, tmp_path)
    first = study(config)
    for path in (config.runs / "training" / "fox").glob("fold-*.npz"):
        path.write_bytes(damage)
    assert study(config).findings == first.findings


def test_a_checkpoint_of_other_parameters_is_not_taken(market: Path, tmp_path: Path) -> None:
    """The key holds parameters, seed, label, embargo and rows."""
    folder = on(market, tmp_path).runs / "training" / "fox"
    seen = 0
    for override in (
        "model.seed=8",
        "model.params={n_estimators: 41}",
        "validation.embargo_bars=7",
        "target.up_sigma=2.0",
        "period.end=2024-04-29",
        "validation.early_stopping_share=0.2",
    ):
        study(on(market, tmp_path, override))
        kept = len(list(folder.glob("fold-*.npz")))
        assert kept == seen + 3, override
        seen = kept


def test_a_model_that_is_not_reproduced_is_not_registered(
    market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bit in the held-out scores is enough; the try is counted nevertheless."""
    own = LightGBMTrainer.scores
    monkeypatch.setattr(LightGBMTrainer, "scores", lambda _, model, rows: np.nextafter(own(model, rows), np.inf))
    config = on(market, tmp_path)
    with pytest.raises(ModelError, match=r"held-out rows, found .* that differ; the model is not registered"):
        study(config)
    assert list(Registry(config.registry).list()) == []
    assert len(Registry(config.registry).trial_sharpes("fox")) == 1


@pytest.mark.parametrize(
    ("override", "kind", "message"),
    [
        ("universe.symbols=[FOXA, FOXZ]", DataError, "FOXZ.json: no 5m bars of FOXZ; the store holds FOXA, FOXB"),
        ("bars.interval=15m", DataError, "no 15m bars of FOXA; the store holds nothing"),
        (
            "period={start: 2030-01-01, end: 2030-12-31}",
            DataError,
            "period: no 5m bars of FOXA from 2030-01-01 to 2030-12-31; the store holds 2024-01-02 to 2024-04-30",
        ),
        ("period.end=2024-02-02", DataError, "sessions are too few: expected at least min_train_sessions 25"),
        ("features.plan=simpel", ConfigError, "unknown feature plan simpel; did you mean simple"),
        ("features.include=[rsi]", ConfigError, "features.include: unknown feature or group rsi"),
        ("model.name=a/b", ModelError, "model.name: found 'a/b'"),
        ("model.name=fox@3", ModelError, "model.name: found 'fox@3'"),
        ("model.family=oracle", ConfigError, "unknown model family oracle"),
        ("model.variant=bold", ConfigError, "unknown variant bold"),
        (
            "model.params={num_leafs: 3}",
            ConfigError,
            "--set.*unknown parameter num_leafs of lightgbm; did you mean num_l",
        ),
        ("model.params={num_leaves: many}", ConfigError, "num_leaves of lightgbm: found 'many', expected int"),
        ("model.params={num_leaves: -3}", ConfigError, "lightgbm refuses its parameters: .*num_leaves"),
    ],
)
def test_wrong_input_is_named(
    market: Path, tmp_path: Path, override: str, kind: type[FoxmlError], message: str
) -> None:
    """And leaves no model, and no trial."""
    config = on(market, tmp_path, override)
    with pytest.raises(kind, match=message):
        study(config)
    assert not config.registry.exists()


def test_a_period_within_the_warm_up_is_named(market: Path, tmp_path: Path) -> None:
    """Every bar is accounted for, and the length of the warm-up is said."""
    config = on(market, tmp_path, "period.end=2024-01-02", "features.plan=simple")
    with pytest.raises(DataError) as caught:
        study(config)
    counts = [int(number) for number in re.findall(r"(\d+) (?!bars)", str(caught.value).partition(":")[2])]
    assert str(caught.value).startswith(f"no sample is left of {sum(counts)} bars: ")
    assert re.search(r"first row of features comes after \d+ bars$", str(caught.value))
