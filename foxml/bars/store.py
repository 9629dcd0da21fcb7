"""The bar store: one Parquet file for each symbol and interval, replaced as a whole or not at all."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foxml.bars.files import replace_file
from foxml.bars.timeframes import interval_name, parse_interval
from foxml.domain.bars import ActionKind, CorporateAction, SymbolBars
from foxml.errors import DataError

__all__ = ["BarMarks", "BarStore", "StoredBars"]

_SCHEMA = 1
_TIMES = ("close_ns", "session_open_ns", "session_close_ns")
_ROW_GROUP_BARS = 1 << 15
"""A history is read back in parts, and no more than this much of it is decoded at a time."""
_COLUMNS = ("open", "high", "low", "close", "volume")
_OPTIONAL = ("vwap", "trade_count")
_DESCRIBED = frozenset({"symbol", "interval", "bars", "first_close_ns", "last_close_ns", "marks", "file", "sha256"})
_SYMBOL = re.compile(r"^[A-Z][A-Z0-9.\-]{0,14}$")


@dataclass(frozen=True, slots=True)
class BarMarks:
    """Where bars come from; travels into every model that is trained on them.

    Attributes
    ----------
    vendor, feed : str
        E.g. ``"alpaca"`` and ``"iex"``.
    anchor : str
        What the grid of intervals is anchored at: ``"utc"`` or ``"session"``.
    adjusted : bool, default False
        True for prices that the vendor had already adjusted for splits or dividends.
    """

    vendor: str
    feed: str
    anchor: str
    adjusted: bool = False


@dataclass(frozen=True, slots=True)
class StoredBars:
    """What the store holds of one symbol and interval."""

    symbol: str
    interval: str
    bars: int
    first_close_ns: int
    last_close_ns: int
    marks: BarMarks


class BarStore:
    """Bars and corporate actions in a folder.

    Parameters
    ----------
    root : Path
        Made when something is first written. Layout: ``<interval>/<SYMBOL>.parquet`` with ``<SYMBOL>.json`` beside it
        (marks and checksum), ``actions.json``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, bars: SymbolBars, *, marks: BarMarks) -> None:
        """Store a symbol's bars, in place of what was there.

        Raises
        ------
        DataError
            If there are no bars, or the symbol cannot be a file name.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        if len(bars) == 0:
            raise DataError(f"{bars.symbol}: no bars to store")
        path = self._path(bars.symbol, interval_name(bars.interval_ns))
        columns = {
            **{name: getattr(bars, name) for name in _TIMES},
            **{name: np.ascontiguousarray(bars.ohlcv[:, i]) for i, name in enumerate(_COLUMNS)},
            **_optional(bars),
        }
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(columns), sink, compression="zstd", row_group_size=_ROW_GROUP_BARS)
        data = sink.getvalue().to_pybytes()
        digest = hashlib.sha256(data).hexdigest()
        description = {
            "schema": _SCHEMA,
            "symbol": bars.symbol,
            "interval": interval_name(bars.interval_ns),
            "bars": len(bars),
            "first_close_ns": int(bars.close_ns[0]),
            "last_close_ns": int(bars.close_ns[-1]),
            "marks": asdict(marks),
            "file": f"{path.stem}-{digest[:16]}.parquet",
            "sha256": digest,
        }
        # The data file has its hash in its name, and the description, which names it, is replaced last: a kill in
        # between leaves the old bars readable.
        replace_file(path.parent / str(description["file"]), data)
        old = self._describe(path) if path.exists() else None
        replace_file(path, json.dumps(description, indent=1).encode())
        if old is not None and old["file"] != description["file"]:
            (path.parent / old["file"]).unlink(missing_ok=True)

    def read(self, symbol: str, interval: str, start_ns: int | None = None, end_ns: int | None = None) -> SymbolBars:
        """Read bars whose close lies in ``(start_ns, end_ns]``.

        Raises
        ------
        DataError
            If there are none of that symbol, or the file is not the one that was written; names the file.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        description = self._describe(self._path(symbol, interval))
        path = self._path(symbol, interval).parent / description["file"]
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise DataError(f"{path}: the file that holds the bars of {symbol} is gone") from None
        found = hashlib.sha256(data).hexdigest()
        if found != description["sha256"]:
            raise DataError(f"{path}: expected sha256 {description['sha256']}, found {found}: the file was changed")
        return _bars(symbol, interval, pq.read_table(pa.BufferReader(data)), start_ns, end_ns)

    def parts(
        self, symbol: str, interval: str, part_bars: int, start_ns: int | None = None, end_ns: int | None = None
    ) -> Iterator[SymbolBars]:
        """Read bars whose close lies in ``(start_ns, end_ns]`` in parts of at most `part_bars`, one held at a time.

        The memory that it takes does not grow with the history. Together the parts are what `read` gives.

        Raises
        ------
        DataError
            As `read`, before the first part.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        description = self._describe(self._path(symbol, interval))
        path = self._path(symbol, interval).parent / description["file"]
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise DataError(f"{path}: the file that holds the bars of {symbol} is gone") from None
        with file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != description["sha256"]:
                raise DataError(f"{path}: expected sha256 {description['sha256']}, found {found}: the file was changed")
            for batch in pq.ParquetFile(file).iter_batches(batch_size=part_bars, use_threads=False):
                bars = _bars(symbol, interval, pa.Table.from_batches([batch]), start_ns, end_ns)
                if len(bars):
                    yield bars

    def digest(self, symbol: str, interval: str) -> str:
        """SHA-256 of the file that holds a symbol's bars: changes whenever they are written anew with others."""
        return str(self._describe(self._path(symbol, interval))["sha256"])

    def list(self) -> Sequence[StoredBars]:
        """Everything the store holds, by interval and symbol."""
        found = []
        for path in sorted(self._root.glob("*/*.json")):
            fields = self._describe(path)
            names = ("symbol", "interval", "bars", "first_close_ns", "last_close_ns")
            found.append(StoredBars(**{name: fields[name] for name in names}, marks=BarMarks(**fields["marks"])))
        return found

    def marks(self, symbol: str, interval: str) -> BarMarks:
        """Where the bars of a symbol come from."""
        return BarMarks(**self._describe(self._path(symbol, interval))["marks"])

    def fingerprint(
        self, symbols: Iterable[str], interval: str, start_ns: int | None = None, end_ns: int | None = None
    ) -> str:
        """SHA-256 of the bars of some symbols whose close lies in ``(start_ns, end_ns]``, and of their actions.

        Actions after `end_ns` do not count: what happens later leaves the fingerprint of a past period as it was.
        """
        names = sorted(symbols)
        digest = hashlib.sha256(interval.encode())
        for name in names:
            bars = self.read(name, interval, start_ns, end_ns)
            for array in (bars.close_ns, bars.session_open_ns, bars.session_close_ns, bars.ohlcv):
                digest.update(f"{name}:{array.shape}".encode())
                digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
            for column, array in _optional(bars).items():
                digest.update(f"{name}:{column}:{array.shape}".encode())
                digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
        for action in self.actions(names):
            if end_ns is None or action.occurred_ns <= end_ns:
                digest.update(f"{action.symbol}:{action.kind.value}:{action.occurred_ns}:{action.value}\n".encode())
        return digest.hexdigest()

    def write_actions(self, actions: Iterable[CorporateAction]) -> None:
        """Store corporate actions, in place of all that were there."""
        rows = [[a.symbol, a.kind.value, a.occurred_ns, a.received_ns, a.value] for a in actions]
        replace_file(self._root / "actions.json", json.dumps({"schema": _SCHEMA, "actions": rows}, indent=0).encode())

    def actions(self, symbols: Iterable[str]) -> Sequence[CorporateAction]:
        """Corporate actions of some symbols, by time."""
        path = self._root / "actions.json"
        if not path.exists():
            return []
        wanted = set(symbols)
        rows = _load(path)["actions"]
        return [CorporateAction(s, ActionKind(k), o, r, v) for s, k, o, r, v in rows if s in wanted]

    def _path(self, symbol: str, interval: str) -> Path:
        if not _SYMBOL.match(symbol):
            raise DataError(f"{symbol!r} is not a symbol: expected capital letters, digits, dots and hyphens")
        return self._root / interval / f"{symbol}.json"

    def _describe(self, path: Path) -> dict[str, Any]:
        if not path.exists():
            held = ", ".join(p.stem for p in sorted(path.parent.glob("*.json"))) or "nothing"
            raise DataError(f"{path}: no {path.parent.name} bars of {path.stem}; the store holds {held}")
        fields = _load(path)
        missing = sorted(_DESCRIBED - fields.keys())
        if missing or fields["symbol"] != path.stem or Path(fields["file"]).name != fields["file"]:
            what = f"{', '.join(missing)} missing" if missing else f"{fields['symbol']} in {fields['file']}"
            raise DataError(f"{path}: expected the description of {path.stem} that the store wrote, found {what}")
        return fields


def _bars(symbol: str, interval: str, table: Any, start_ns: int | None, end_ns: int | None) -> SymbolBars:  # noqa: ANN401
    """Return the bars of a table whose close lies in ``(start_ns, end_ns]``."""
    close_ns = table["close_ns"].to_numpy()
    first = 0 if start_ns is None else int(np.searchsorted(close_ns, start_ns, side="right"))
    last = len(close_ns) if end_ns is None else int(np.searchsorted(close_ns, end_ns, side="right"))
    part = table.slice(first, max(last - first, 0))
    ohlcv = np.column_stack([part[name].to_numpy() for name in _COLUMNS])
    closes, session_opens, session_closes = (part[name].to_numpy().copy() for name in _TIMES)
    return SymbolBars(
        symbol,
        parse_interval(interval),
        closes,
        session_opens,
        session_closes,
        np.ascontiguousarray(ohlcv),
        **{name: part[name].to_numpy().copy() for name in _OPTIONAL if name in part.column_names},
    )


def _optional(bars: SymbolBars) -> dict[str, NDArray[Any]]:
    """Columns that not every source has, those that these bars have."""
    found = {name: getattr(bars, name) for name in _OPTIONAL}
    return {name: array for name, array in found.items() if array is not None}


def _load(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_bytes())
    except ValueError as error:
        raise DataError(f"{path}: not the JSON that the store writes: {error}") from None
    if not isinstance(fields, dict) or fields.get("schema") != _SCHEMA:
        raise DataError(f"{path}: expected schema {_SCHEMA} of the bar store")
    return fields
