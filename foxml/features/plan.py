"""The features that a model sees: columns, interval and instruments, and the hash of all that decides their values."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from foxml import _core
from foxml.domain.instruments import Instrument
from foxml.errors import FeatureError
from foxml.features.columns import Column, parse_column
from foxml.features.native import native_plan

__all__ = ["FeaturePlan", "LeftOut"]

_KEYS: Final = ("kernel", "interval_ns", "columns", "instruments", "benchmark")
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
        Columns, in the order of the catalogue; see `Column`.
    interval_ns : int
        Base interval of the bars.
    instruments : tuple of Instrument
        The universe, in the order of its rows.
    left_out : tuple of LeftOut
        What was asked for and is not in the plan, with the reason. No part of the plan's identity.
    benchmark : str or None
        The symbol, one of the instruments, that the benchmark-relative columns compare with.
    """

    names: tuple[str, ...]
    interval_ns: int
    instruments: tuple[Instrument, ...]
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    benchmark: str | None = None

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
        return self.native().warmup_bars

    @property
    def history_bars(self) -> int:
        """Bars that are kept of a symbol, to rebuild its state from after a corporate action."""
        return self.native().history_bars

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
        document = {
            "kernel": _core.kernel_version(),
            "interval_ns": self.interval_ns,
            "columns": [
                {"name": column.name, "feature": column.feature, "parameters": dict(column.parameters)}
                for column in self.columns
            ],
            "instruments": [asdict(instrument) for instrument in self.instruments],
            "benchmark": self.benchmark,
        }
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
        _check_keys("feature plan", document, _KEYS)
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
            return cls(names, interval_ns, instruments, benchmark=benchmark)
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
