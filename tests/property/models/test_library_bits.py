"""Any model that the libraries train, drawn at random, scores the same bits here: the promise of the forest engine.

Each day draws other models; ``FOXML_SHARE`` names a day, and ``FOXML_SHARE=all`` draws many of no day. A test's
name ends with the seed of its model.
"""

import numpy as np
import pytest
from drawn_lightgbm import draw_lightgbm
from drawn_xgboost import draw_xgboost
from forest_rows import differing_bits, same_numbers
from rotating_share import share_of_this_run

from foxml.models import Forest

_MODELS_A_DAY = 60


def _seeds() -> list[int]:
    share = share_of_this_run()
    if share == "all":
        return list(range(20 * _MODELS_A_DAY))
    first = (int(share) + 1000) * _MODELS_A_DAY
    return list(range(first, first + _MODELS_A_DAY))


@pytest.mark.parametrize("seed", _seeds())
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_lightgbm_of_any_kind(seed: int) -> None:
    # A model must trade on the numbers that it was validated on.
    drawn = draw_lightgbm(seed)
    forest = Forest.from_lightgbm(drawn.text, source=f"seed {seed}")
    raw = forest.predict(drawn.rows)
    assert differing_bits(raw, drawn.raw) == 0, drawn.params
    assert differing_bits(forest.predict_reference(drawn.rows), drawn.raw) == 0, drawn.params
    assert same_numbers(forest.predict(drawn.rows, "output"), drawn.output), drawn.params
    bound = forest.bind(row := np.zeros(forest.feature_count, drawn.rows.dtype))
    for i in range(20):
        row[:] = drawn.rows[i]
        assert bound() == raw[i, 0] or np.isnan(raw[i, 0])
        assert differing_bits(bound.scores, raw[i]) == 0


@pytest.mark.parametrize("seed", _seeds())
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_xgboost_of_any_kind(seed: int) -> None:
    # The library adds in float32 and rounds twice in DART: a double sum would pass many tests and fail this one.
    drawn = draw_xgboost(seed)
    forest = Forest.from_xgboost(drawn.model, source=f"seed {seed}")
    assert differing_bits(forest.predict(drawn.rows), drawn.raw) == 0, drawn.params
    assert differing_bits(forest.predict_reference(drawn.rows), drawn.raw) == 0, drawn.params
    assert same_numbers(forest.predict(drawn.rows, "output"), drawn.output), drawn.params
    assert differing_bits(forest.predict(drawn.rows.astype(np.float64)), drawn.raw) == 0, drawn.params
    if drawn.raw_up_to_best is not None:
        best = Forest.from_xgboost(drawn.model, source=f"seed {seed}", best_iteration=True)
        assert differing_bits(best.predict(drawn.rows), drawn.raw_up_to_best) == 0, drawn.params


def test_the_comparison_sees_one_ulp_and_the_sign_of_zero() -> None:
    # The canary of the comparison itself.
    for dtype in (np.float32, np.float64):
        one = np.ones(3, dtype)
        assert differing_bits(one, np.nextafter(one, dtype(2.0))) == 3
        assert not same_numbers(np.array([0.0, np.nan], dtype), np.array([-0.0, np.nan], dtype))
        assert same_numbers(np.array([np.nan], dtype), -np.array([np.nan], dtype))
