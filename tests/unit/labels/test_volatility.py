"""The volatility estimate against pandas, its floors, and its care with sessions and splits."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from foxml.domain.bars import BarSlice
from foxml.domain.instruments import Instrument
from foxml.labels import BarrierSpec, EwmaVolatility, settled_bars
from foxml.labels.volatility import MIN_RETURNS


def _slices(close: NDArray[np.float64], bars_per_session: int = 10**6) -> list[BarSlice]:
    return [
        BarSlice(
            t,
            1,
            t + 1,
            t + 1,
            t // bars_per_session,
            10**9,
            tuple(f"S{i}" for i in range(close.shape[1])),
            np.column_stack([row] * 4 + [np.ones(len(row))]),
            ~np.isnan(row),
        )
        for t, row in enumerate(close)
    ]


def _prices(n: int, symbols: int = 1) -> NDArray[np.float64]:
    return 100.0 * np.exp(np.random.default_rng(3).normal(scale=0.01, size=(n, symbols)).cumsum(axis=0))


def _run(close: NDArray[np.float64], spec: BarrierSpec, **kwargs: int) -> NDArray[np.float64]:
    volatility = EwmaVolatility([Instrument(f"S{i}") for i in range(close.shape[1])], spec)
    return np.array([volatility.update(s) for s in _slices(close, **kwargs)])


def test_equals_pandas() -> None:
    close = _prices(300)
    sigma = _run(close, BarrierSpec(horizon_bars=9))[:, 0]
    r2 = pd.Series(np.log(close[:, 0])).diff().dropna() ** 2
    expected = np.sqrt(r2.ewm(alpha=0.06, adjust=False).mean()).to_numpy() * 3.0
    assert np.isnan(sigma[:MIN_RETURNS]).all()
    np.testing.assert_allclose(sigma[MIN_RETURNS:], expected[MIN_RETURNS - 1 :], rtol=1e-12)


def test_a_symbol_alone_equals_the_symbol_among_many() -> None:
    close = _prices(200, symbols=5)
    together = _run(close, BarrierSpec(horizon_bars=9))
    alone = np.column_stack([_run(close[:, [i]], BarrierSpec(horizon_bars=9)) for i in range(5)])
    np.testing.assert_array_equal(together, alone)


def test_flat_price_has_the_least_width() -> None:
    # Two ticks of a 4-dollar share are 50 bps; of a 400-dollar share less than the 10 bps asked for.
    spec = BarrierSpec(horizon_bars=4, min_width_bps=10.0)
    sigma = _run(np.tile([4.0, 400.0], (100, 1)), spec)[-1]
    assert sigma.tolist() == [0.02 / 4.0, 0.001]


def test_overnight_return_is_left_out_where_labels_stay_within_sessions() -> None:
    close = np.repeat(np.arange(1.0, 101.0), 5)[:, None]  # moves between sessions only
    within = _run(close, BarrierSpec(horizon_bars=1, cross_session=False, min_width_bps=0), bars_per_session=5)
    across = _run(close, BarrierSpec(horizon_bars=1, cross_session=True, min_width_bps=0), bars_per_session=5)
    assert within[-1, 0] == 0.02 / 100.0  # only the floor of two ticks is left
    assert across[-1, 0] > 2 * within[-1, 0]


def test_absent_bar_changes_nothing() -> None:
    close = _prices(100)
    gapped = np.insert(close, 60, np.nan, axis=0)
    spec = BarrierSpec(horizon_bars=9)
    sigma = _run(gapped, spec)
    assert np.isnan(sigma[60, 0])
    np.testing.assert_array_equal(np.delete(sigma, 60, axis=0), _run(close, spec))


def test_split_is_no_return() -> None:
    close = _prices(100)
    split = close.copy()
    split[50:] /= 4.0
    spec = BarrierSpec(horizon_bars=9)
    volatility = EwmaVolatility([Instrument("S0")], spec)
    found = []
    for t, bar_slice in enumerate(_slices(split)):
        if t == 50:
            volatility.adjust(0, 0.25)
        found.append(volatility.update(bar_slice)[0])
    assert found[-1] == pytest.approx(_run(close, spec)[-1, 0], rel=1e-14)


@pytest.mark.parametrize(("cross_session", "per_session"), [(True, 7), (False, 7), (False, 2)])
def test_a_settled_estimate_does_not_know_where_its_history_began(cross_session: bool, per_session: int) -> None:
    """A trading process starts late; the model was trained on labels of the whole history."""
    spec = BarrierSpec(horizon_bars=7, cross_session=cross_session)
    settled, late = settled_bars(spec), 70
    close = _prices(settled + late + 40)
    close[late + 1 :] += 60.0  # the late history begins with a return a hundred times too large
    whole = _run(close, spec, bars_per_session=per_session)
    started_late = _run(close[late:], spec, bars_per_session=per_session)
    assert (started_late[settled:] == whole[late + settled :]).all()
    assert (started_late[MIN_RETURNS * 2 : settled // 2] != whole[late + MIN_RETURNS * 2 : late + settled // 2]).any()
