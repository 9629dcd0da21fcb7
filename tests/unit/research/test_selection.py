"""Feature selection on panels of which the test knows what is in them: found, clustered, and noise left alone."""

from dataclasses import replace

import numpy as np
import pytest

from foxml.errors import DataError, MissingExtra
from foxml.research.leak_checks import Split
from foxml.research.pipeline import Dataset
from foxml.research.selection import Selection, cluster_columns, select_features
from foxml.research.selection.clusters import Clusters, rank_correlations
from foxml.research.selection.importance import (
    contribution_shares,
    gain_shares,
    out_of_fold,
    permutation_losses,
    skill,
)
from foxml.research.selection.information import mutual_information
from foxml.research.selection.learner import Learner, fold_models
from foxml.research.selection.stability import Stability, stability, turned_rows
from foxml.research.trainers.lightgbm import LightGBMTrainer
from foxml.research.walkforward import WalkForwardValidator
from foxml.settings import FeatureSelection, load_feature_selection

HORIZON, MOMENTS, PER_SESSION = 3, 1200, 10
NAMES = ("signal", "copy", "bent", "second", "noise_a", "noise_b", "slow_a", "slow_b")
REAL, NOISE = {"signal", "copy", "bent", "second"}, set(NAMES[4:])


def silent(text: str, done: int | None = None, total: int | None = None) -> None:
    pass


def slow(rng: np.random.Generator, n: int) -> np.ndarray:
    found = np.zeros(n)
    for i in range(1, n):
        found[i] = 0.95 * found[i - 1] + rng.standard_normal()
    return found


def panel(seed: int, strength: float = 1.0) -> tuple[Dataset, list[Split]]:
    """Two symbols, labels over three moments; two columns that matter, two that repeat one, four that are noise."""
    rng = np.random.default_rng(seed)
    parts = []
    for symbol in range(2):
        own = rng.standard_normal((6, MOMENTS))
        shock = rng.standard_normal(MOMENTS + HORIZON)
        y = np.convolve(shock, np.ones(HORIZON), "valid")[:MOMENTS] + strength * (own[0] - np.abs(own[1]))
        rows = np.column_stack(
            [
                own[0],
                own[0] + 0.1 * own[2],
                -np.exp(own[0]),
                own[1],
                own[4],
                own[5],
                slow(rng, MOMENTS),
                slow(rng, MOMENTS),
            ]
        )
        parts.append((rows, y, np.full(MOMENTS, symbol)))
    t0 = np.tile(np.arange(MOMENTS, dtype=np.int64) * 10, 2)
    order = np.lexsort((np.repeat([0, 1], MOMENTS), t0))
    rows, y, symbol = (np.concatenate(each)[order] for each in zip(*parts, strict=True))
    t0 = t0[order]
    ones = np.ones(len(y))
    data = Dataset(
        rows.astype(np.float32), y, y, ones, ones, t0, t0 + 10 * HORIZON, t0 // (10 * PER_SESSION),
        symbol.astype(np.int32), NAMES, {},
    )  # fmt: skip
    validator = WalkForwardValidator(3, 40, embargo_bars=HORIZON)
    splits = [Split(f"fold {k + 1}", *pair) for k, pair in enumerate(validator.split(data.rows, data.y, data.groups))]
    return data, splits


def quick(**changed: dict[str, object]) -> FeatureSelection:
    """The packaged settings, with less effort."""
    found = load_feature_selection()
    given = {
        "learner": {"trees": 30},
        "permutation": {"repeats": 2},
        "stability": {"subsamples": 8},
        "information": {"shuffles": 4, "rows_max": 1500},
    } | changed
    update = {key: getattr(found, key).model_copy(update=values) for key, values in given.items()}
    return found.model_copy(update=update)


def selected(seed: int, strength: float = 1.0, **changed: dict[str, object]) -> Selection:
    data, splits = panel(seed, strength)
    return select_features(data, splits, quick(**changed), lag=HORIZON, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(4))
def test_planted_features_are_recovered_over_noise(seed: int) -> None:
    """One of the three that say the same, and the one whose effect is no line; no noise, fast or slow."""
    found = selected(seed)
    chosen = set(found.selected)
    assert "second" in chosen
    assert len(chosen & {"signal", "copy", "bent"}) == 1
    assert not chosen & NOISE
    by_name = {feature.name: feature for feature in found.features}
    assert {by_name[name].cluster for name in ("signal", "copy", "bent")} == {by_name["signal"].cluster}
    assert len(found.clusters) == 6
    for name in REAL:
        assert by_name[name].loss_t > 3.0
        assert by_name[name].stability == 1.0
    least = min(by_name[name].information for name in ("signal", "copy", "bent"))
    assert least > 2.0 * max(by_name[name].information for name in NOISE)
    assert sum(feature.gain for feature in found.features) == pytest.approx(1.0)
    assert sum(feature.contribution for feature in found.features) == pytest.approx(1.0)
    twin = next(name for name in ("signal", "copy", "bent") if name not in chosen)
    assert by_name[twin].reason.startswith("says the same as ")


def test_noise_is_rarely_selected() -> None:
    """Panels of nothing but noise: of 8 with 6 clusters each hardly one passes both hurdles."""
    false = 0
    for seed in range(8):
        found = selected(50 + seed, 0.0)
        false += len(found.selected)
        assert found.ic_low < 0.05
    assert false <= 1


def test_hurdles_that_are_taken_away_let_noise_through() -> None:
    """The canary of the test above: without its thresholds, noise is selected."""
    data, splits = panel(60, 0.0)
    settings = quick(selected={"stability_min": 0.0, "permutation_t_min": -1e9})
    found = select_features(data, splits, settings, lag=HORIZON, rng=np.random.default_rng(1))
    assert len(found.selected) == len(found.clusters)


def test_the_seed_decides() -> None:
    """Two runs, one result; another seed, other draws."""
    assert selected(3) == selected(3)
    data, splits = panel(3)
    other = select_features(data, splits, quick(), lag=HORIZON, rng=np.random.default_rng(99))
    assert [f.loss for f in other.features] != [f.loss for f in selected(3).features]


def test_the_most_are_kept_and_the_rest_named() -> None:
    """A bound on their number takes those that cost the most skill."""
    found = selected(1, selected={"features_max": 1})
    assert len(found.selected) == 1
    assert any(feature.reason == "not among the best 1" for feature in found.features)


def test_copies_are_clustered_and_strangers_are_not() -> None:
    """By rank, whatever the sign and the shape, missing cells or not; a column without a value is by itself."""
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 400))
    holes = np.where(rng.random(400) < 0.05, np.nan, a)
    rows = np.column_stack([b, a, -(a**3), holes, np.full(400, np.nan), np.ones(400)]).astype(np.float32)
    found = cluster_columns(rows, distance_max=0.3)
    assert found.label.tolist() == [0, 1, 1, 1, 2, 3]
    assert (len(found), found.members(1).tolist()) == (4, [1, 2, 3])
    assert cluster_columns(rows, distance_max=0.0001).label.tolist() == [0, 1, 1, 2, 3, 4]
    assert len(cluster_columns(rows[:, :1], distance_max=0.3)) == 1
    assert len(cluster_columns(rows[:, :0], distance_max=0.3)) == 0
    np.testing.assert_allclose(rank_correlations(rows)[1, 2], -1.0)


def test_a_clusters_loss_is_hidden_from_its_members_alone() -> None:
    """Why clusters are taken away whole: each of two copies stands in for the other."""
    data, splits = panel(2)
    learner = Learner(quick().learner, seed=1)
    models = fold_models(data, tuple(splits), learner, silent)
    given = {"lag": HORIZON, "repeats": 2, "progress": silent}
    together = cluster_columns(data.rows, distance_max=0.3)
    whole = permutation_losses(data, models, together, rng=np.random.default_rng(1), **given)
    apart = Clusters(np.arange(len(NAMES)))
    alone = permutation_losses(data, models, apart, rng=np.random.default_rng(1), **given)
    assert whole[0].value > max(alone[k].value for k in range(3))
    assert skill(data, out_of_fold(data, models), lag=HORIZON).value > 0.1


def test_contributions_add_up_to_scores() -> None:
    """They are LightGBM's own, and what they are shares of is the score."""
    data, splits = panel(4)
    models = fold_models(data, tuple(splits), Learner(quick().learner, seed=1), silent)
    parts = LightGBMTrainer.contributions(models[0].text, data.rows[:50])
    scores = models[0].forest.predict(data.rows[:50])[:, 0]
    np.testing.assert_allclose(parts.sum(axis=1) - scores, (parts.sum(axis=1) - scores)[0], atol=1e-9)
    assert parts.shape == (50, len(NAMES))
    assert contribution_shares(data, models)[:4].sum() > 0.6
    assert gain_shares(models)[:4].sum() > 0.6


def test_stability_compares_with_columns_of_other_times() -> None:
    """Slow noise gains more than fast noise; only columns that are as slow show how much of it is chance."""
    data, splits = panel(5, 0.0)
    clusters = cluster_columns(data.rows, distance_max=0.3)
    settings = quick().stability.model_copy(update={"subsamples": 12})
    learner = Learner(quick().learner, seed=1)
    found = stability(data, splits[-1].train, clusters, learner, settings, np.random.default_rng(1), silent)
    assert found.share.max() <= 0.6
    moved = turned_rows(data, 0.5)
    own = data.symbol == 1
    np.testing.assert_array_equal(np.sort(moved[own, 0]), np.sort(data.rows[own, 0]))
    assert Stability(np.zeros(10), 2.0).false_max(0.6) == pytest.approx(4.0 / (0.2 * 10))


def test_information_knows_chance() -> None:
    """What is known has the least possible p-value; what is not lies about 0."""
    data, splits = panel(6, 1.5)
    settings = quick().information.model_copy(update={"shuffles": 9})
    given = {"rng": np.random.default_rng(1), "progress": silent}
    rows = data.rows.copy()
    rows[::7, 0] = np.nan
    found = mutual_information(replace(data, rows=rows), splits[-1].train, settings, **given)
    assert found.p_value[:4].tolist() == [0.1] * 4
    assert found.nats[:4].min() > 1.5 * np.abs(found.nats[4:6]).max()


def test_what_cannot_be_selected_from_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """One feature, no split, no library: each said by name."""
    data, splits = panel(1)
    rng = np.random.default_rng(1)
    one = replace(data, rows=data.rows[:, :1], feature_names=NAMES[:1])
    with pytest.raises(DataError, match="found 1 features to select from, expected at least 2"):
        select_features(one, splits, quick(), lag=HORIZON, rng=rng)
    with pytest.raises(DataError, match="no split"):
        select_features(data, [replace(splits[0], inner=True)], quick(), lag=HORIZON, rng=rng)
    monkeypatch.setitem(__import__("sys").modules, "scipy.cluster.hierarchy", None)
    with pytest.raises(MissingExtra, match="scipy"):
        cluster_columns(data.rows, distance_max=0.3)
    monkeypatch.setitem(__import__("sys").modules, "sklearn.feature_selection", None)
    with pytest.raises(MissingExtra, match="scikit-learn"):
        mutual_information(data, splits[0].train, quick().information, rng=rng, progress=silent)
