"""The compiled form of a plan."""

from functools import lru_cache

from foxml import _core
from foxml.errors import FeatureError

__all__ = ["native_plan"]


@lru_cache(maxsize=1024)
def native_plan(names: tuple[str, ...], interval_ns: int) -> _core.Plan:
    """Compile a plan; the same arguments give the same immutable object.

    Raises
    ------
    FeatureError
        If a name is unknown, given twice, or makes no sense on the interval.
    """
    try:
        return _core.Plan(list(names), interval_ns)
    except ValueError as error:
        raise FeatureError(str(error)) from None
