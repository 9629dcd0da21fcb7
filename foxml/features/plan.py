"""The features that a model sees: columns, interval and instruments, and the hash of all that decides their values."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from foxml import _core
from foxml.domain.instruments import Instrument
from foxml.errors import FeatureError
from foxml.features.catalogue import find_feature
from foxml.features.columns import Column, parse_column
from foxml.features.native import native_plan
from foxml.features.research_columns import ResearchColumn, parse_research_column

__all__ = ["FeaturePlan", "LeftOut"]

_KEYS: Final = ("kernel", "interval_ns", "columns", "instruments", "benchmark")
_RESEARCH_KEYS: Final = ("live_capable", "research")
_COLUMN_KEYS: Final = ("name", "feature", "parameters")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that was asked for and that a plan cannot have.

    Attributes
    ----------
    name, reason : str
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """The columns of a feature row, and everything that their values depend on.

    Attributes
    ----------
    names : tuple of str
        Columns of the kernel, in the order of the catalogue; see `Column`.
    interval_ns : int
        Base interval of the bars.
    instruments : tuple of Instrument
        The universe, in the order of its rows.
    left_out : tuple of LeftOut
        What was asked for and is not in the plan, with the reason. No part of the plan's identity.
    benchmark : str or None
        The symbol, one of the instruments, that the benchmark-relative columns compare with.
    research : tuple of ResearchColumn
        Columns that follow the kernel's, computed in Python: a plan that has any is for research alone.
    """

    names: tuple[str, ...]
    interval_ns: int
    instruments: tuple[Instrument, ...]
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    benchmark: str | None = None
    research: tuple[ResearchColumn, ...] = ()

    def __post_init__(self) -> None:
        if not self.names or not self.instruments:
            raise FeatureError("a plan needs at least one feature and one instrument")
        symbols = [instrument.symbol for instrument in self.instruments]
        if len(set(symbols)) != len(symbols):
            raise FeatureError(f"instruments must have different symbols, found {', '.join(symbols)}")
        if self.benchmark is not None and self.benchmark not in symbols:
            raise FeatureError(f"benchmark: {self.benchmark} is not among the instruments {', '.join(symbols)}")
        relative = [column.name for column in self.columns if column.info.needs_benchmark]
        if relative and self.benchmark is None:
            raise FeatureError(f"{relative[0]} compares with a benchmark, and the plan names none")
        for i, column in enumerate(self.research):
            if find_feature(column.name) is not None or column.name in [other.name for other in self.research[:i]]:
                raise FeatureError(
                    f"research feature {column.name} ({column.reference}): another feature has that name"
                )
        self.native()

    def native(self) -> _core.Plan:
        """Return the compiled form, the same object for equal plans."""
        return native_plan(tuple(column.key for column in self.columns), self.interval_ns)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the names say: features with values of their parameters."""
        return tuple(parse_column(name) for name in self.names)

    @property
    def warmup_bars(self) -> int:
        """Bars of a symbol before its first row."""
        return max([self.native().warmup_bars, *(column.warmup_bars for column in self.research)])

    @property
    def history_bars(self) -> int:
        """Bars that are kept of a symbol, to rebuild its state from after a corporate action."""
        return self.native().history_bars

    @property
    def row_names(self) -> tuple[str, ...]:
        """All columns of a row that a model is trained on: the kernel's, then those of research."""
        return self.names + tuple(column.name for column in self.research)

    @property
    def live_capable(self) -> bool:
        """Whether a trading session can compute the rows."""
        return not self.research

    @property
    def kernel_part(self) -> "FeaturePlan":
        """The plan without the columns of research."""
        return replace(self, research=()) if self.research else self

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of the instruments."""
        return tuple(instrument.symbol for instrument in self.instruments)

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON: equal plans under equal kernels give equal bits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the canonical JSON of the plan."""
        document: dict[str, Any] = {
            "kernel": _core.kernel_version(),
            "interval_ns": self.interval_ns,
            "columns": [
                {"name": column.name, "feature": column.feature, "parameters": dict(column.parameters)}
                for column in self.columns
            ],
            "instruments": [asdict(instrument) for instrument in self.instruments],
            "benchmark": self.benchmark,
        }
        if self.research:
            document |= {"live_capable": False, "research": [asdict(column) for column in self.research]}
        return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "FeaturePlan":
        """Read what `to_json` writes.

        Raises
        ------
        FeatureError
            If the text is not a whole plan, or one of another kernel, whose values may differ.
        """
        try:
            document = json.loads(text)
        except ValueError as error:
            raise FeatureError(f"feature plan: not JSON: {error}") from None
        marked = isinstance(document, dict) and any(key in document for key in _RESEARCH_KEYS)
        _check_keys("feature plan", document, _KEYS + _RESEARCH_KEYS if marked else _KEYS)
        if document["kernel"] != _core.kernel_version():
            raise FeatureError(
                f"feature plan: made by kernel {document['kernel']!r}, this is kernel {_core.kernel_version()}; "
                "train again"
            )
        interval_ns = document["interval_ns"]
        if type(interval_ns) is not int or not 0 < interval_ns < 2**63:
            raise FeatureError(f"feature plan: interval_ns: found {interval_ns!r}, expected nanoseconds")
        names = tuple(_column(i, entry) for i, entry in enumerate(_list("columns", document["columns"])))
        instruments = tuple(
            _instrument(i, entry) for i, entry in enumerate(_list("instruments", document["instruments"]))
        )
        benchmark = document["benchmark"]
        if benchmark is not None and not isinstance(benchmark, str):
            raise FeatureError(f"feature plan: benchmark: found {benchmark!r}, expected a symbol or null")
        try:
            return cls(names, interval_ns, instruments, benchmark=benchmark, research=_research(document))
        except FeatureError as error:
            raise FeatureError(f"feature plan: {error}") from None


def _check_keys(place: str, document: object, keys: tuple[str, ...]) -> None:
    if not isinstance(document, dict):
        raise FeatureError(f"{place}: found {document!r}, expected a mapping of {', '.join(keys)}")
    for key in keys:
        if key not in document:
            raise FeatureError(f"{place}: {key} is missing")
    for key in document:
        if key not in keys:
            raise FeatureError(f"{place}: unknown key {key}; expected {', '.join(keys)}")


def _list(key: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise FeatureError(f"feature plan: {key}: found {value!r}, expected a list")
    return value


def _research(document: dict[str, Any]) -> tuple[ResearchColumn, ...]:
    """Return the columns of research; a plan says that it has some, and that it is not live-capable, or neither."""
    if "research" not in document:
        return ()
    entries = _list("research", document["research"])
    if document["live_capable"] is not False or not entries:
        raise FeatureError(
            f"live_capable: found {document['live_capable']!r} with {len(entries)} research features, expected false "
            "and at least one"
        )
    keys = tuple(f.name for f in fields(ResearchColumn))
    for i, entry in enumerate(entries):
        _check_keys(f"research[{i}]", entry, keys)
    return tuple(parse_research_column(f"research[{i}]", entry) for i, entry in enumerate(entries))


def _column(index: int, entry: object) -> str:
    """Return the name of a column, provided that it stands for the values written beside it."""
    place = f"feature plan: columns[{index}]"
    _check_keys(place, entry, _COLUMN_KEYS)
    assert isinstance(entry, dict)
    name = entry["name"]
    if not isinstance(name, str):
        raise FeatureError(f"{place}: name: found {name!r}, expected a word")
    try:
        column = parse_column(name)
    except FeatureError as error:
        raise FeatureError(f"{place}: {error}") from None
    for key, expected in (("feature", column.feature), ("parameters", dict(column.parameters))):
        if entry[key] != expected:
            raise FeatureError(f"{place}: {key}: found {entry[key]!r}, expected {expected!r}, as {name} says")
    return name


def _instrument(index: int, entry: object) -> Instrument:
    place = f"feature plan: instruments[{index}]"
    _check_keys(place, entry, tuple(f.name for f in fields(Instrument)))
    assert isinstance(entry, dict)
    for key, expected in (("symbol", str), ("tick", int), ("lot", int), ("price_grid", int), ("volume_unit", float)):
        if type(entry[key]) is not expected:
            raise FeatureError(f"{place}: {key}: found {entry[key]!r}, expected {expected.__name__}")
    try:
        return Instrument(**entry)
    except ValueError as error:
        raise FeatureError(f"{place}: {error}") from None
