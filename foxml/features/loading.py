"""Plan files: ``config/features/<name>.yaml``, lists of features and of groups of them."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from foxml.bars.timeframes import interval_name, parse_interval
from foxml.domain.instruments import Instrument
from foxml.errors import ConfigError, DataError
from foxml.features.catalogue import FeatureInfo, list_features
from foxml.features.plan import FeaturePlan
from foxml.settings import packaged_config_root
from foxml.settings.document import Document, read_document
from foxml.settings.problems import nearest

__all__ = ["load_plan"]

_KEYS: Final = ("include", "exclude")


def load_plan(
    source: str | Path | Mapping[str, Any],
    *,
    interval_ns: int | str,
    instruments: Sequence[Instrument],
    include: Collection[str] = (),
    exclude: Collection[str] = (),
) -> FeaturePlan:
    """Make a plan from a plan file.

    Parameters
    ----------
    source : str, Path or mapping
        A name such as ``"simple"`` (a file of the packaged ``config/features``), a path to a YAML file, or what such a
        file holds: `include` and, where wanted, `exclude`, lists of names of features and of groups.
    interval_ns : int or str
        Base interval of the bars; ``"1h"`` is understood too.
    instruments : sequence of Instrument
        The universe.
    include, exclude : collection of str, optional
        Names of features and groups laid over the file's: added to it, then taken from it.

    Returns
    -------
    FeaturePlan
        Columns in the order of the catalogue. Features that make no sense on the interval are in `left_out`.

    Raises
    ------
    ConfigError
        If a key or name is unknown (names the file and line and the nearest valid word) or no feature is left.

    Examples
    --------
    >>> plan = load_plan({"include": ["ret_log_5", "gap"]}, interval_ns="1h", instruments=[Instrument("SPY")])
    >>> plan.names, plan.warmup_bars
    (('ret_log_5', 'gap'), 5)
    """
    interval = _interval(interval_ns)
    document = _read(source)
    for key in document.data:
        if key not in _KEYS:
            raise ConfigError(f"{_place(document, key)}: unknown key {key}; {nearest(key, _KEYS)}")
    if "include" not in document.data:
        raise ConfigError(f"{document.name}: include is missing: the features and groups of the plan")
    wanted = _chosen(document, "include") | _named(include, "features.include")
    wanted -= _chosen(document, "exclude") | _named(exclude, "features.exclude")
    catalogue = [info for info in list_features() if info.name in wanted]
    name = interval_name(interval)
    left_out = {info.name: _reason(info, name) for info in catalogue if name not in info.timeframes}
    names = tuple(info.name for info in catalogue if info.name not in left_out)
    if not names:
        raise ConfigError(f"{document.name}: no feature is left for bars of {name}")
    return FeaturePlan(names, interval, tuple(instruments), left_out)


def _interval(interval: int | str) -> int:
    try:
        return parse_interval(interval) if isinstance(interval, str) else parse_interval(interval_name(interval))
    except DataError as error:
        raise ConfigError(str(error)) from None


def _read(source: str | Path | Mapping[str, Any]) -> Document:
    if isinstance(source, Mapping):
        return Document("plan", dict(source))
    if isinstance(source, Path) or "/" in source or source.endswith((".yaml", ".yml")):
        return read_document(Path(source))
    folder = packaged_config_root() / "features"
    names = sorted(file.stem for file in folder.glob("*.yaml"))
    if source not in names:
        raise ConfigError(f"unknown feature plan {source}; {nearest(source, names)}")
    return read_document(folder / f"{source}.yaml")


def _place(document: Document, *path: str) -> str:
    """Return ``file:line`` of the nearest key above a value."""
    line = next((document.lines[path[:k]] for k in range(len(path), 0, -1) if path[:k] in document.lines), None)
    return document.name if line is None else f"{document.name}:{line}"


def _chosen(document: Document, key: str) -> set[str]:
    words = document.data.get(key, [])
    place = f"{_place(document, key)}: {key}"
    if not isinstance(words, list | tuple):
        raise ConfigError(f"{place}: found {words!r}, expected a list of features and groups")
    return _named(words, place)


def _named(words: Collection[Any], place: str) -> set[str]:
    """Return the features that names of features and groups stand for."""
    by_word: dict[str, set[str]] = {info.name: {info.name} for info in list_features()}
    for info in list_features():
        by_word.setdefault(info.group, set()).add(info.name)
    found: set[str] = set()
    if isinstance(words, str):
        raise ConfigError(f"{place}: found {words!r}, expected a list of features and groups")
    for word in words:
        if not isinstance(word, str) or word not in by_word:
            raise ConfigError(f"{place}: unknown feature or group {word}; {nearest(str(word), list(by_word))}")
        found |= by_word[word]
    return found


def _reason(info: FeatureInfo, interval: str) -> str:
    return f"makes no sense on bars of {interval}: it is for {', '.join(info.timeframes)}"
