"""Logarithm and exponential with the same bits on every machine.

NumPy's own differ in the last bit between CPUs with AVX2 and with AVX-512, and a decision must not depend on that.
"""

from typing import overload

import numpy as np
from numpy.typing import NDArray

from foxml import _core

__all__ = ["exp", "log"]


@overload
def log(x: float) -> float: ...
@overload
def log(x: NDArray[np.float64]) -> NDArray[np.float64]: ...
def log(x: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Natural logarithm, within 1 ulp; -inf at 0, NaN below.

    Parameters
    ----------
    x : float or ndarray of float64

    Examples
    --------
    >>> log(1.0)
    0.0
    """
    return _core.log_array(x) if isinstance(x, np.ndarray) else _core.log(x)


@overload
def exp(x: float) -> float: ...
@overload
def exp(x: NDArray[np.float64]) -> NDArray[np.float64]: ...
def exp(x: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Exponential function, within 1 ulp.

    Parameters
    ----------
    x : float or ndarray of float64

    Examples
    --------
    >>> exp(0.0)
    1.0
    """
    return _core.exp_array(x) if isinstance(x, np.ndarray) else _core.exp(x)
