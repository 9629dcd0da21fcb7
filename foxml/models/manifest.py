"""The manifest of a bundle: what a model is, what it was trained on, and the hash of every file beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from foxml.bars.store import BarMarks
from foxml.domain.instruments import Instrument
from foxml.errors import ModelError
from foxml.labels import BarrierSpec

__all__ = [
    "SCHEMA",
    "Lineage",
    "Manifest",
    "ScoreStatistics",
    "TargetSpec",
    "TrainingData",
    "decode_manifest",
    "encode_json",
    "parse_json",
]

SCHEMA: Final = 2
"""Version of the manifest's form."""


@dataclass(frozen=True, slots=True)
class ScoreStatistics:
    """How the scores are distributed, and how well they order outcomes.

    Attributes
    ----------
    mean : float
        On the rows that the model was trained on.
    std : float
        Out of fold, around such a mean of each fold's own.
    ic : float
        Correlation of those out-of-fold scores with the return at the label's end over sigma_h.
    ic_n : int
        Labels behind `ic`.
    horizon_bars : int
        Of the label, in bars of the base interval.
    """

    mean: float
    std: float
    ic: float
    ic_n: int
    horizon_bars: int

    def __post_init__(self) -> None:
        if not self.std > 0.0:
            raise ValueError(f"score.std must be positive, found {self.std}: constant scores order nothing")
        if not -1.0 <= self.ic <= 1.0:
            raise ValueError(f"score.ic must lie between -1 and 1, found {self.ic}")
        if self.ic_n < 0 or self.horizon_bars < 1:
            raise ValueError(f"score needs ic_n >= 0 and horizon_bars >= 1, found {self.ic_n} and {self.horizon_bars}")


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """What the model learned.

    Attributes
    ----------
    kind : str
        ``barrier``.
    value : str
        What y was: ``ret_over_sigma``, ``ret`` or ``label``.
    barrier : BarrierSpec
        The label that is traded: its levels and horizon are a trade's exits.
    """

    kind: str
    value: str
    barrier: BarrierSpec


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The bars behind the model.

    Attributes
    ----------
    fingerprint : str
        ``BarStore.fingerprint`` of them.
    calendar : str
    first_close_ns, last_close_ns : int
        Of all symbols.
    samples : int
        Rows that were learned from or validated on.
    marks : mapping of str to BarMarks
        By symbol: vendor, feed and grid anchor that live bars must share.
    """

    fingerprint: str
    calendar: str
    first_close_ns: int
    last_close_ns: int
    samples: int
    marks: Mapping[str, BarMarks]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where the model comes from.

    Attributes
    ----------
    config_sha256 : str
        Of the resolved config.
    foxml_version : str
    library : str
        The training library and its version.
    parent : str or None
        ``name@version`` of the model that was trained further; None for a model from scratch.
    """

    config_sha256: str
    foxml_version: str
    library: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole manifest.

    Attributes
    ----------
    schema : int
    name : str
    version : int
        From 1; the registry counts it up.
    kind : str
        What the model's file is, which decides how it is read: ``lightgbm``, ``xgboost``, or ``foxml`` (FoxML's own
        form of trees and linear models).
    created_ns : int
    expires_ns : int or None
        The model is refused from then on; None: never.
    interval_ns : int
        Base interval of the bars.
    plan_sha256 : str
        Of the feature plan.
    feature_names : tuple of str
        Columns of a row, in order.
    research_features : tuple of str
        Those of them that are computed in Python, in research alone: a model that has any is not live-capable, and no
        trading session takes it.
    instruments : tuple of Instrument
        In the order of the universe.
    target : TargetSpec
    data : TrainingData
    score : ScoreStatistics
    trials : int
        Training runs of this name that the registry knew, this one included.
    trials_sharpe_variance : float
        Variance of their Sharpe ratios per session; 0 for a single one.
    lineage : Lineage
    files : mapping of str to str
        SHA-256 of every other file of the bundle.
    """

    schema: int
    name: str
    version: int
    kind: str
    created_ns: int
    expires_ns: int | None
    interval_ns: int
    plan_sha256: str
    feature_names: tuple[str, ...]
    research_features: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    target: TargetSpec
    data: TrainingData
    score: ScoreStatistics
    trials: int
    trials_sharpe_variance: float
    lineage: Lineage
    files: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in ("version", "interval_ns", "trials"):
            if not getattr(self, name) >= 1:
                raise ValueError(f"{name} must be at least 1, found {getattr(self, name)}")
        if not self.trials_sharpe_variance >= 0.0:
            raise ValueError(f"trials_sharpe_variance must not be negative, found {self.trials_sharpe_variance}")
        if not self.feature_names or not self.instruments:
            raise ValueError("feature_names and instruments must not be empty")
        if not set(self.research_features) <= set(self.feature_names):
            raise ValueError(f"research_features must be among feature_names, found {list(self.research_features)}")
        symbols = {instrument.symbol for instrument in self.instruments}
        if symbols != set(self.data.marks):
            raise ValueError(f"data.marks must name the instruments {sorted(symbols)}, found {sorted(self.data.marks)}")


def encode_json(value: object) -> bytes:
    """Write one value, of plain types and dataclasses, as JSON: sorted keys, one form for one value.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no word for it.
    """
    plain = msgspec.to_builtins(value)
    return (json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def parse_json(data: bytes, source: str) -> dict[str, Any]:
    """Read an object that `encode_json` wrote; a repeated key and a number that is not finite are errors.

    Raises
    ------
    ModelError
    """
    try:
        fields = json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except ValueError as error:
        raise ModelError(f"{source}: expected JSON, found {error}") from None
    if not isinstance(fields, dict):
        raise ModelError(f"{source}: expected a JSON object, found {type(fields).__name__}")
    return fields


def decode_manifest(data: bytes, source: str) -> Manifest:
    """Read a manifest; what it does not know, it refuses.

    Raises
    ------
    ModelError
        Names the file, the key, what was found and what was expected.
    """
    fields = parse_json(data, source)
    if fields.get("schema") != SCHEMA:
        raise ModelError(f"{source}: schema: expected {SCHEMA}, found {fields.get('schema')!r}")
    try:
        manifest = msgspec.convert(fields, Manifest)
    except (msgspec.ValidationError, ValueError) as error:
        raise ModelError(f"{source}: {error}") from None
    # What is read must write itself again: no key may be lost, and none filled in by a default.
    again = msgspec.to_builtins(manifest)
    for word, found in (("unknown", _lost(fields, again, "")), ("missing", _lost(again, fields, ""))):
        if found is not None:
            raise ModelError(f"{source}: {word} key {found}")
    return manifest


def _lost(given: object, kept: object, path: str) -> str | None:
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            here = f"{path}.{key}" if path else key
            found = here if key not in kept else _lost(value, kept[key], here)
            if found is not None:
                return found
    elif isinstance(given, list | tuple) and isinstance(kept, list | tuple):
        for index, (value, again) in enumerate(zip(given, kept, strict=True)):
            found = _lost(value, again, f"{path}[{index}]")
            if found is not None:
                return found
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)} twice")
    return fields


def _no_constant(word: str) -> float:
    raise ValueError(f"the number {word}")
