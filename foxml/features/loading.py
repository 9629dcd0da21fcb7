"""Plan files: ``config/features/<name>.yaml``, which list features, groups, and columns with other parameters."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from foxml.bars.timeframes import interval_name, parse_interval
from foxml.domain.instruments import Instrument
from foxml.errors import ConfigError, DataError, FeatureError
from foxml.features.catalogue import FeatureInfo, find_feature, list_features
from foxml.features.columns import Column, column_of, parse_column
from foxml.features.plan import FeaturePlan, LeftOut
from foxml.features.research_columns import ResearchColumn, ResearchResolver, not_live_capable
from foxml.settings import packaged_config_root
from foxml.settings.document import Document, read_document
from foxml.settings.problems import nearest

__all__ = ["load_plan"]

_KEYS: Final = ("include", "exclude", "parameters", "columns", "benchmark", "research")


def load_plan(
    source: str | Path | Mapping[str, Any],
    *,
    interval_ns: int | str,
    instruments: Sequence[Instrument],
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    benchmark: str | None = None,
    research: ResearchResolver | None = None,
    folder: Path | None = None,
) -> FeaturePlan:
    """Make a plan from a plan file.

    Parameters
    ----------
    source : str, Path or mapping
        A name such as ``"simple"`` (a file of `folder` or of the packaged ``config/features``), a path to a YAML file,
        or what such a file holds:

        include, exclude
            Lists of names of features, of groups, and of columns (``sma_dist_10@w=12``).
        parameters
            ``{sma_dist_10: {w: 12}}``: the feature's own column becomes one with these parameters.
        columns
            ``[{feature: sma_dist_10, w: 37}]``: columns added to it.
        benchmark
            The symbol that benchmark-relative features compare with, in place of the argument's.
        research
            ``[package.module:object]``: features in Python, for research alone (docs/user_features.md).
    interval_ns : int or str
        Base interval of the bars; ``"1h"`` is understood too.
    instruments : sequence of Instrument
        The universe.
    include, exclude : collection of str, optional
        Names laid over the file's: added to it, then taken from it.
    benchmark : str, optional
        One of the symbols.
    research : callable, optional
        Finds out what the entries of `research` are; without it a plan that has any is refused, as nothing that trades
        can compute them.
    folder : Path, optional
        Plan files of one's own, such as a project's ``features``: each goes before the packaged one of its name.

    Returns
    -------
    FeaturePlan
        Columns in the order of the catalogue, those of one feature by their parameters. What makes no sense on the
        interval, or has no benchmark to compare with, is in `left_out`.

    Raises
    ------
    ConfigError
        If a key, name or parameter is unknown or a value out of range (names the file and line, and the nearest valid
        word or value), or no feature is left.

    Examples
    --------
    >>> plan = load_plan({"include": ["ret_log_5", "gap"]}, interval_ns="1h", instruments=[Instrument("SPY")])
    >>> plan.names, plan.warmup_bars
    (('ret_log_5', 'gap'), 5)
    """
    interval = _interval(interval_ns)
    document = _read(source, folder)
    for key in document.data:
        if key not in _KEYS:
            raise ConfigError(f"{_place(document, key)}: unknown key {key}; {nearest(key, _KEYS)}")
    if "include" not in document.data:
        raise ConfigError(f"{document.name}: include is missing: the features and groups of the plan")
    symbols = [instrument.symbol for instrument in instruments]
    compared_with = _benchmark(document, symbols, benchmark)
    columns = _columns(document, include, exclude)
    name = interval_name(interval)
    reasons = [(column, _reason(column.info, name, compared_with)) for column in columns]
    kept = [column for column, reason in reasons if reason is None]
    left_out = tuple(LeftOut(column.name, reason) for column, reason in reasons if reason is not None)
    if not kept:
        why = f": {left_out[0].name} {left_out[0].reason}" if left_out else ""
        raise ConfigError(f"{document.name}: no feature is left for bars of {name}{why}")
    # A benchmark that nothing is compared with decides no value: it is no part of what the plan is.
    needed = compared_with if any(column.info.needs_benchmark for column in kept) else None
    try:
        return FeaturePlan(
            tuple(column.name for column in kept),
            interval,
            tuple(instruments),
            left_out,
            benchmark=needed,
            research=_research(document, research),
        )
    except FeatureError as error:
        raise ConfigError(f"{document.name}: {error}") from None


def _interval(interval: int | str) -> int:
    try:
        return parse_interval(interval) if isinstance(interval, str) else parse_interval(interval_name(interval))
    except DataError as error:
        raise ConfigError(str(error)) from None


def _read(source: str | Path | Mapping[str, Any], folder: Path | None) -> Document:
    if isinstance(source, Mapping):
        return Document("plan", dict(source))
    if isinstance(source, Path) or "/" in source or source.endswith((".yaml", ".yml")):
        return read_document(Path(source))
    packaged = packaged_config_root() / "features"
    files = {file.stem: file for at in (packaged, folder) if at is not None for file in sorted(at.glob("*.yaml"))}
    if source not in files:
        raise ConfigError(f"unknown feature plan {source}; {nearest(source, list(files))}")
    return read_document(files[source])


def _place(document: Document, *path: str) -> str:
    """Return ``file:line`` of the nearest key above a value."""
    line = next((document.lines[path[:k]] for k in range(len(path), 0, -1) if path[:k] in document.lines), None)
    return document.name if line is None else f"{document.name}:{line}"


def _columns(document: Document, include: Collection[str], exclude: Collection[str]) -> list[Column]:
    """Return the columns that file and arguments ask for, in the order of the catalogue."""
    wanted = _chosen(document, "include") | _named(include, "features.include")
    replaced = _replaced(document, wanted)
    wanted = {replaced.get(column, column) for column in wanted} | _added(document)
    # Taken away is a feature with all its columns, or one column by its own name.
    gone = _chosen(document, "exclude") | _named(exclude, "features.exclude")
    gone_features = {column.feature for column in gone if column.name == column.feature}
    order = {info.name: i for i, info in enumerate(list_features())}
    left = [column for column in wanted if column.feature not in gone_features and column not in gone]
    return sorted(left, key=lambda column: (order[column.feature], column.name != column.feature, column.parameters))


def _chosen(document: Document, key: str) -> set[Column]:
    words = document.data.get(key, [])
    place = f"{_place(document, key)}: {key}"
    if not isinstance(words, list | tuple):
        raise ConfigError(f"{place}: found {words!r}, expected a list of features and groups")
    return _named(words, place)


def _named(words: Collection[Any], place: str) -> set[Column]:
    """Return the columns that names of features, groups and columns stand for."""
    groups: dict[str, set[Column]] = {}
    for info in list_features():
        groups.setdefault(info.group, set()).add(column_of(info, {}))
    found: set[Column] = set()
    if isinstance(words, str):
        raise ConfigError(f"{place}: found {words!r}, expected a list of features and groups")
    for word in words:
        if isinstance(word, str) and word in groups:
            found |= groups[word]
        elif isinstance(word, str) and "@" in word:
            found.add(_parsed(word, place))
        else:
            found.add(column_of(_feature(word, place, list(groups)), {}))
    return found


def _parsed(word: str, place: str) -> Column:
    try:
        return parse_column(word)
    except FeatureError as error:
        raise ConfigError(f"{place}: {error}") from None


def _feature(word: object, place: str, groups: Sequence[str] = ()) -> FeatureInfo:
    info = find_feature(word) if isinstance(word, str) else None
    if info is None:
        kind = "feature or group" if groups else "feature"
        words = [*(info.name for info in list_features()), *groups]
        raise ConfigError(f"{place}: unknown {kind} {word}; {nearest(str(word), words)}")
    return info


def _replaced(document: Document, wanted: Collection[Column]) -> dict[Column, Column]:
    """Return what takes the place of a feature's own column, by `parameters`."""
    entries = document.data.get("parameters", {})
    place = f"{_place(document, 'parameters')}: parameters"
    if not isinstance(entries, Mapping):
        raise ConfigError(f"{place}: found {entries!r}, expected a mapping such as {{sma_dist_10: {{w: 12}}}}")
    found: dict[Column, Column] = {}
    for name, values in entries.items():
        place = f"{_place(document, 'parameters', name)}: parameters.{name}"
        info = _feature(name, f"{_place(document, 'parameters', name)}: parameters")
        own = column_of(info, {})
        if own not in wanted:
            raise ConfigError(f"{place}: the plan does not include {name}; include it, or add it under columns")
        if not isinstance(values, Mapping):
            raise ConfigError(f"{place}: found {values!r}, expected a mapping of parameters")
        found[own] = _varied(info, values, place)
    return found


def _research(document: Document, resolver: ResearchResolver | None) -> tuple[ResearchColumn, ...]:
    """Return the columns that are computed in Python."""
    references = document.data.get("research", [])
    place = f"{_place(document, 'research')}: research"
    if not isinstance(references, list | tuple) or not all(isinstance(word, str) for word in references):
        raise ConfigError(f"{place}: found {references!r}, expected a list such as [package.module:object]")
    if references and resolver is None:
        raise ConfigError(f"{place}: {not_live_capable(tuple(references))}")
    try:
        return tuple(resolver(reference) for reference in references) if resolver is not None else ()
    except (ConfigError, FeatureError) as error:
        raise ConfigError(f"{place}: {error}") from None


def _added(document: Document) -> set[Column]:
    """Return the columns of `columns`."""
    entries = document.data.get("columns", [])
    place = f"{_place(document, 'columns')}: columns"
    if not isinstance(entries, list | tuple):
        raise ConfigError(f"{place}: found {entries!r}, expected a list such as [{{feature: sma_dist_10, w: 37}}]")
    found: set[Column] = set()
    for i, entry in enumerate(entries):
        place = f"{_place(document, 'columns', str(i), 'feature')}: columns.{i}"
        if not isinstance(entry, Mapping) or "feature" not in entry:
            raise ConfigError(f"{place}: found {entry!r}, expected a feature and its parameters")
        info = _feature(entry["feature"], f"{place}.feature")
        column = _varied(info, {key: value for key, value in entry.items() if key != "feature"}, place)
        if column in found:
            raise ConfigError(f"{place}: {column.name} is given twice; keep one")
        found.add(column)
    return found


def _varied(info: FeatureInfo, values: Mapping[str, Any], place: str) -> Column:
    try:
        return column_of(info, values)
    except FeatureError as error:
        raise ConfigError(f"{place}.{error}") from None


def _benchmark(document: Document, symbols: Sequence[str], default: str | None) -> str | None:
    found = document.data.get("benchmark")
    if found is None:
        return default
    if not isinstance(found, str) or found not in symbols:
        hint = nearest(str(found), list(symbols))
        raise ConfigError(f"{_place(document, 'benchmark')}: benchmark: {found} is not in the universe; {hint}")
    return found


def _reason(info: FeatureInfo, interval: str, benchmark: str | None) -> str | None:
    """Return why a plan cannot have a feature, or None if it can."""
    if interval not in info.timeframes:
        return f"makes no sense on bars of {interval}: it is for {', '.join(info.timeframes)}"
    if info.needs_benchmark and benchmark is None:
        return "compares with a benchmark, and neither the plan nor universe.benchmark names one"
    return None
