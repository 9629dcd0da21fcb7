"""One column of a row: a feature with values of its parameters, and the name that says both."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from foxml.errors import FeatureError
from foxml.features.catalogue import FeatureInfo, Parameter, find_feature, list_features
from foxml.features.native import ColumnKey
from foxml.settings.problems import nearest

__all__ = ["Column", "column_of", "parse_column"]


@dataclass(frozen=True, slots=True)
class Column:
    """A feature with values of its parameters.

    Attributes
    ----------
    name : str
        The feature's own, followed by ``@parameter=value`` for each parameter that differs from the catalogue's.
    feature : str
    parameters : tuple of (str, int)
        All parameters of the feature, in its order.
    """

    name: str
    feature: str
    parameters: tuple[tuple[str, int], ...]

    @property
    def info(self) -> FeatureInfo:
        """The feature's row of the catalogue."""
        info = find_feature(self.feature)
        assert info is not None
        return info

    @property
    def key(self) -> ColumnKey:
        """The column as the compiled core takes it."""
        return self.name, self.feature, self.parameters


def column_of(info: FeatureInfo, overrides: Mapping[str, Any]) -> Column:
    """Return the column of a feature whose parameters are overridden.

    Raises
    ------
    FeatureError
        If the feature has no such parameter, or the value is no whole number within its range; begins with the name of
        the parameter.

    Examples
    --------
    >>> column_of(find_feature("ret_log_5"), {}).name
    'ret_log_5'
    """
    known = {parameter.name: parameter for parameter in info.parameters}
    for name in overrides:
        if name not in known:
            hint = nearest(name, list(known)) if known else "it has none that can be changed"
            raise FeatureError(f"{name}: {info.name} has no such parameter; {hint}")
    values = {p.name: _checked(p, overrides.get(p.name, p.default)) for p in info.parameters}
    changed = [f"@{p.name}={values[p.name]}" for p in info.parameters if values[p.name] != p.default]
    return Column(info.name + "".join(changed), info.name, tuple(values.items()))


@lru_cache(maxsize=4096)
def parse_column(name: str) -> Column:
    """Read the name of a column.

    Raises
    ------
    FeatureError
        If the feature or a parameter is unknown, a value is out of range, or the name is not as `Column` writes it.
    """
    feature, *words = name.split("@")
    info = find_feature(feature)
    if info is None:
        raise FeatureError(f"unknown feature {feature!r}; {nearest(feature, [each.name for each in list_features()])}")
    overrides: dict[str, int] = {}
    for word in words:
        parameter, _, value = word.partition("=")
        if not value.isascii() or not value.isdigit() or len(value) > 18 or parameter in overrides:
            raise FeatureError(f"column {name}: found @{word}, expected @parameter=whole number, each parameter once")
        overrides[parameter] = int(value)
    try:
        column = column_of(info, overrides)
    except FeatureError as error:
        raise FeatureError(f"column {name}: {error}") from None
    if column.name != name:
        raise FeatureError(f"column {name}: the same column is written {column.name}")
    return column


def _checked(parameter: Parameter, value: object) -> int:
    if type(value) is int and parameter.minimum <= value <= parameter.maximum:
        return value
    expected = f"expected a whole number from {parameter.minimum} to {parameter.maximum}"
    close = f"; the nearest valid is {_nearest(parameter, value)}" if isinstance(value, int | float) else ""
    raise FeatureError(f"{parameter.name}: found {value!r}, {expected}{close}")


def _nearest(parameter: Parameter, value: float) -> int:
    """Return the whole number within the range that is nearest; NaN is near none."""
    return round(min(max(value, parameter.minimum), parameter.maximum)) if value == value else parameter.default
