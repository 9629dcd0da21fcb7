"""Sources by name: those that come along, and those that other packages bring (entry points `foxml.sources`)."""

import importlib.metadata
from collections.abc import Sequence
from typing import Final

from foxml.bars.sources.protocol import Source
from foxml.errors import DataError

__all__ = ["GROUP", "open_source", "source_names"]

GROUP: Final = "foxml.sources"
_OURS: Final = {"files": "foxml.bars.sources.files:FileSource"}


def source_names() -> Sequence[str]:
    """Names of all sources that can be opened."""
    return sorted({*_OURS, *(point.name for point in importlib.metadata.entry_points(group=GROUP))})


def open_source(name: str, **options: object) -> Source:
    """Open a source by name.

    Parameters
    ----------
    name : str
        One of `source_names`; a package may not take a name that is ours.
    **options
        What that source wants to know.

    Raises
    ------
    DataError
        If there is none of that name, two packages bring one, or what one brings is no source.
    """
    theirs = importlib.metadata.entry_points(group=GROUP, name=name)
    if name in _OURS:
        point = importlib.metadata.EntryPoint(name, _OURS[name], GROUP)
    elif len({each.value for each in theirs}) == 1:
        (point, *_) = theirs
    elif theirs:
        raise DataError(f"source {name!r}: brought by {' and '.join(sorted(each.value for each in theirs))}")
    else:
        raise DataError(f"unknown source {name!r}; expected one of {', '.join(source_names())}")
    try:
        make = point.load()
    except (ImportError, AttributeError) as error:
        raise DataError(f"source {name!r}: {point.value} cannot be loaded: {error}") from error
    try:
        made = make(**options)
    except TypeError as error:
        raise DataError(f"source {name!r}: {error}") from error
    if not isinstance(made, Source):
        raise DataError(f"source {name!r}: {point.value} gives no source (name, marks, symbols, fetch)")
    return made
