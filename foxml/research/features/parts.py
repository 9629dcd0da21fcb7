"""Features on disk: a folder for each symbol, with its rows in parts and a record of how far they go.

::

    plan.json                   the plan of everything in here
    SPY/00000.parquet           close_ns, ready, and a column for each feature; the plan's hash in its metadata
    SPY/00001.parquet
    SPY/00001.state             state of the engine after that part: where the next one goes on
    SPY/progress.json           what was computed from which bars, and how far; replaced last

A kill at any moment leaves the record of the parts before, and what it does not name is written anew.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from foxml.bars.files import replace_file
from foxml.errors import DataError
from foxml.research.features.adjustments import LastBar
from foxml.research.features.simple import SymbolFeatures

__all__ = ["PartFolder", "Progress"]

_SCHEMA: Final = 1
_METADATA: Final = b"foxml.features"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the features of a symbol go.

    Attributes
    ----------
    plan_sha256, fingerprint : str
        What was computed, and from what.
    finished : bool
    rows : int
        Of all parts.
    last : LastBar or None
        The bar of the last row.
    parts : tuple of str
        SHA-256 of each part's file.
    """

    plan_sha256: str
    fingerprint: str
    finished: bool = False
    rows: int = 0
    last: LastBar | None = None
    parts: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """Write it down."""
        return json.dumps({"schema": _SCHEMA, **asdict(self)}, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Progress":
        """Read what `to_json` writes; raises ValueError, KeyError or TypeError on anything else."""
        fields: dict[str, Any] = json.loads(data)
        if fields.pop("schema") != _SCHEMA:
            raise ValueError("another schema")
        last = fields.pop("last")
        return cls(**{**fields, "parts": tuple(fields["parts"])}, last=None if last is None else LastBar(**last))


class PartFolder:
    """The parts of one symbol.

    Parameters
    ----------
    path : Path
    symbol : str
    """

    def __init__(self, path: Path, symbol: str) -> None:
        self._path = path
        self._symbol = symbol

    def progress(self) -> Progress | None:
        """Return how far the parts go; None where there are none, or the record is not one."""
        try:
            return Progress.from_json((self._path / "progress.json").read_bytes())
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def intact(self, progress: Progress) -> bool:
        """Whether every part that the record names is there as it was written."""
        return all(self._sha256(i) == expected for i, expected in enumerate(progress.parts))

    def state(self, progress: Progress) -> bytes | None:
        """Return the engine's state after the last part, or None where it is gone."""
        try:
            return self._state(len(progress.parts) - 1).read_bytes()
        except FileNotFoundError:
            return None

    def begin(self, progress: Progress) -> None:
        """Begin anew: what was there is gone."""
        (self._path / "progress.json").unlink(missing_ok=True)
        for pattern in ("*.parquet", "*.state", ".*.partial"):
            for file in self._path.glob(pattern):
                file.unlink()
        replace_file(self._path / "progress.json", progress.to_json())

    def append(self, progress: Progress, features: SymbolFeatures, state: bytes, last: LastBar) -> Progress:
        """Write one more part with the state after it, then the record that names them."""
        index = len(progress.parts)
        data = _parquet(features, {"plan_sha256": progress.plan_sha256, "symbol": self._symbol, "part": index})
        replace_file(self._part(index), data)
        replace_file(self._state(index), state)
        longer = replace(
            progress,
            rows=progress.rows + len(features),
            last=last,
            parts=(*progress.parts, hashlib.sha256(data).hexdigest()),
        )
        replace_file(self._path / "progress.json", longer.to_json())
        self._state(index - 1).unlink(missing_ok=True)
        return longer

    def finish(self, progress: Progress) -> Progress:
        """Record that no part is to come."""
        done = replace(progress, finished=True)
        replace_file(self._path / "progress.json", done.to_json())
        self._state(len(progress.parts) - 1).unlink(missing_ok=True)
        return done

    def read(self) -> Iterator[SymbolFeatures]:
        """Read part after part.

        Raises
        ------
        DataError
            If there are none, they are not finished, or a file is not the one that was written; names the file.
        """
        progress = self.progress()
        if progress is None or not progress.finished:
            found = "none" if progress is None else f"{progress.rows} rows and more to come"
            raise DataError(f"{self._path}: expected finished features of {self._symbol}, found {found}")
        for index, expected in enumerate(progress.parts):
            path = self._part(index)
            if self._sha256(index) != expected:
                raise DataError(f"{path}: expected sha256 {expected}: the file was changed or is gone")
            yield _features(path, self._symbol, progress.plan_sha256)

    def _part(self, index: int) -> Path:
        return self._path / f"{index:05d}.parquet"

    def _state(self, index: int) -> Path:
        return self._path / f"{index:05d}.state"

    def _sha256(self, index: int) -> str | None:
        try:
            with self._part(index).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None


def _parquet(features: SymbolFeatures, about: dict[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"close_ns": features.close_ns, "ready": features.ready}
    columns |= {name: np.ascontiguousarray(features.values[:, i]) for i, name in enumerate(features.names)}
    table = pa.table(columns).replace_schema_metadata({_METADATA: json.dumps(about).encode()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def _features(path: Path, symbol: str, plan_sha256: str) -> SymbolFeatures:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    about = json.loads((table.schema.metadata or {}).get(_METADATA, b"{}"))
    if about.get("plan_sha256") != plan_sha256:
        raise DataError(f"{path}: expected features of plan {plan_sha256}, found those of {about.get('plan_sha256')}")
    names = tuple(table.column_names[2:])
    values = np.empty((len(table), len(names)), dtype=np.float32)
    for i, name in enumerate(names):
        values[:, i] = table[name].to_numpy()
    return SymbolFeatures(symbol, table["close_ns"].to_numpy(), values, table["ready"].to_numpy(), names)
