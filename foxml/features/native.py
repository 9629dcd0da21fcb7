"""What plans ask of the compiled core: the one place that knows its calls."""

from functools import lru_cache

from foxml import _core
from foxml.errors import FeatureError

__all__ = ["ColumnKey", "native_plan", "needs_benchmark", "parameter_ranges"]

ColumnKey = tuple[str, str, tuple[tuple[str, int], ...]]
"""Name of a column, its feature, and the values of all parameters of that."""


@lru_cache(maxsize=1024)
def native_plan(columns: tuple[ColumnKey, ...], interval_ns: int) -> _core.Plan:
    """Compile a plan; the same arguments give the same immutable object.

    Raises
    ------
    FeatureError
        If a feature is unknown, a column given twice, or a feature makes no sense on the interval.
    """
    try:
        return _core.Plan([(name, feature, dict(parameters)) for name, feature, parameters in columns], interval_ns)
    except ValueError as error:
        raise FeatureError(str(error)) from None


def parameter_ranges(entry: _core.Feature) -> tuple[tuple[str, int, int, int], ...]:
    """Return name, default, least and largest value of each parameter of a row of the kernel's table."""
    return tuple((name, value, minimum, maximum) for name, value, minimum, maximum in entry.parameters)


def needs_benchmark(entry: _core.Feature) -> bool:
    """Whether a row of the kernel's table compares a symbol with the benchmark."""
    return entry.needs_benchmark
