"""What features there are, from the one table in the compiled kernel."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from foxml import _core
from foxml.bars.timeframes import interval_name
from foxml.features.native import native_plan, needs_benchmark, parameter_ranges

__all__ = ["GROUPS", "FeatureInfo", "Parameter", "find_feature", "list_features"]

GROUPS: Final = MappingProxyType(
    {
        "A": "returns",
        "B": "averages",
        "C": "oscillators",
        "D": "bands",
        "E": "volatility",
        "F": "volume",
        "G": "statistics",
        "H": "candles",
        "I": "session",
        "J": "timeframes",
    }
)
"""Names of the kernel's groups, as plan files write them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A whole number of a formula that a plan may set.

    Attributes
    ----------
    name : str
    default, minimum, maximum : int
    """

    name: str
    default: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class FeatureInfo:
    """One feature.

    Attributes
    ----------
    id : str
        ``F001`` ...
    name : str
        Of its column.
    group : str
        One of the names in `GROUPS`.
    formula, params : str
        In the notation of docs/features.md.
    timeframes : tuple of str
        Base intervals on which it makes sense.
    guarantee : str
        ``exact``, ``session`` or ``measured``: what its value owes to where history began.
    oracle : str
        The independent implementation that it is checked against.
    parameters : tuple of Parameter
        What a plan may set in the formula.
    needs_benchmark : bool
        Whether it compares the symbol with the plan's benchmark.
    """

    id: str
    name: str
    group: str
    formula: str
    params: str
    timeframes: tuple[str, ...]
    guarantee: str
    oracle: str
    parameters: tuple[Parameter, ...] = ()
    needs_benchmark: bool = False

    def makes_sense_at(self, interval_ns: int) -> bool:
        """Whether it is computed from bars of this length."""
        return interval_name(interval_ns) in self.timeframes

    def warmup_bars(self, interval_ns: int) -> int:
        """Bars before its first valid row: the 0-based index of that row, counted from a fresh start.

        Raises
        ------
        FeatureError
            If it makes no sense on the interval.

        Examples
        --------
        >>> info = next(info for info in list_features() if info.name == "ret_log_5")
        >>> info.warmup_bars(3_600_000_000_000)
        5
        """
        own = tuple((parameter.name, parameter.default) for parameter in self.parameters)
        return native_plan(((self.name, self.name, own),), interval_ns).warmup_bars


@cache
def list_features() -> tuple[FeatureInfo, ...]:
    """List every feature, in the order of the columns of a plan."""
    return tuple(
        FeatureInfo(
            id=entry.id,
            name=entry.name,
            group=GROUPS[entry.group],
            formula=entry.formula,
            params=entry.params,
            timeframes=tuple(entry.timeframes),
            guarantee=entry.guarantee,
            oracle=entry.oracle,
            parameters=tuple(Parameter(*ranges) for ranges in parameter_ranges(entry)),
            needs_benchmark=needs_benchmark(entry),
        )
        for entry in _core.catalogue()
    )


def find_feature(name: str) -> FeatureInfo | None:
    """Return the feature of that name, or None."""
    return _by_name().get(name)


@cache
def _by_name() -> dict[str, FeatureInfo]:
    return {info.name: info for info in list_features()}
