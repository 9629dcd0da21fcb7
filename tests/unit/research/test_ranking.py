"""Target ranking: the better target comes first, with the error of overlapping labels, and noise is called noise."""

import numpy as np
import pytest

from foxml.research.metrics import information_coefficient
from foxml.research.selection import TargetScores, rank_targets
from foxml.research.selection.ranking import _holm


def scores(seed: int, skill: float, n: int = 1500, lag: int = 4) -> TargetScores:
    """Scores of labels that overlap over `lag` moments, whose IC is about `skill`."""
    rng = np.random.default_rng(seed)
    outcome = np.convolve(rng.standard_normal(n + lag), np.ones(lag), "valid")[:n] / np.sqrt(lag)
    noise = np.convolve(rng.standard_normal(n + lag), np.ones(lag), "valid")[:n] / np.sqrt(lag)
    score = skill * outcome + np.sqrt(1.0 - skill**2) * noise
    return TargetScores(score, outcome, np.arange(n), lag, skill)


@pytest.mark.parametrize("seed", range(5))
def test_the_better_target_comes_first(seed: int) -> None:
    """And is told apart from noise, whose p-value stays large."""
    batch = {"noise": scores(seed, 0.0), "good": scores(seed + 100, 0.3), "weak": scores(seed + 200, 0.15)}
    ranking = rank_targets(batch)
    assert [each.name for each in ranking.targets] == ["good", "weak", "noise"]
    good, weak, noise = ranking.targets
    assert good.p_value < 1e-6 < noise.p_value
    assert (good.alike, noise.alike) == (True, False)
    metrics = information_coefficient(batch["weak"].score, batch["weak"].outcome, batch["weak"].t0_ns, lag=4)
    assert weak.metrics == metrics
    assert weak.ic_error == pytest.approx(metrics.ic / metrics.t)
    assert weak.sharpe == 0.15


def test_twins_are_alike() -> None:
    """A difference within the errors is none."""
    ranking = rank_targets({"a": scores(1, 0.2), "b": scores(2, 0.2)})
    assert [each.alike for each in ranking.targets] == [True, True]


def test_noise_is_rarely_significant() -> None:
    """Six worthless targets, forty times: corrected for their number, 5 % are hardly ever undercut."""
    false = 0
    for run in range(40):
        ranking = rank_targets({f"t{k}": scores(1000 + 10 * run + k, 0.0, n=600) for k in range(6)})
        false += ranking.targets[0].p_value < 0.05
        assert ranking.best_t_of_noise == pytest.approx(1.27, abs=0.05)
    # Errors of short series are a little small; of 40 at 5 %, more than 7 happen once in 1000 times.
    assert false <= 7


def test_one_target_and_one_without_spread() -> None:
    """Nothing to compare with, and nothing to compare."""
    flat = TargetScores(np.zeros(50), np.arange(50.0), np.arange(50), 2, 0.0)
    (only,) = rank_targets({"flat": flat}).targets
    assert (only.metrics.ic, only.ic_error, only.p_value, only.alike) == (0.0, None, 0.5, True)
    assert rank_targets({"flat": flat}).best_t_of_noise == 0.0


def test_holms_correction() -> None:
    """As Holm has it: the smallest by all, the next by one fewer, never falling."""
    assert _holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert _holm([0.9, 0.5]) == [1.0, 1.0]
    assert _holm([]) == []
