"""The Python door to the core's log and exp: scalars, arrays of any shape, same bits."""

import math

import numpy as np

from foxml.numerics import exp, log


def test_arrays_and_scalars_have_the_same_bits() -> None:
    # A symbol decided alone and the same symbol among a thousand must not differ.
    values = np.random.default_rng(0).lognormal(sigma=5.0, size=(50, 4))
    assert log(values).tolist() == [[log(float(x)) for x in row] for row in values]
    small = np.random.default_rng(0).normal(size=200)
    assert exp(small).tolist() == [exp(float(x)) for x in small]


def test_close_to_libm() -> None:
    values = np.random.default_rng(1).lognormal(sigma=5.0, size=1000)
    np.testing.assert_allclose(log(values), np.log(values), rtol=4e-16)
    np.testing.assert_allclose(exp(log(values)), values, rtol=1e-14)
    assert math.isnan(log(-1.0))


def test_a_strided_view_is_read_in_order() -> None:
    values = np.arange(1.0, 21.0)
    np.testing.assert_array_equal(log(values[::2]), log(values[::2].copy()))
