"""What the command line prints: results on stdout, as text or as JSON; errors and progress on stderr."""

import dataclasses
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

import typer

__all__ = ["Progress", "emit", "jsonable", "path_text", "print_error", "table"]


def jsonable(value: Any) -> Any:  # noqa: ANN401 - whatever a verb found
    """Turn a result into what JSON can say: a number that is not finite becomes null.

    Examples
    --------
    >>> jsonable({"path": Path("a/b"), "sharpe": math.nan, "rows": (1, 2)})
    {'path': 'a/b', 'sharpe': None, 'rows': [1, 2]}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(jsonable(key)): jsonable(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return [jsonable(item) for item in value]
    return str(value)


def emit(result: object, *, as_json: bool, text: str) -> None:
    """Print a verb's result: one JSON document, or the text for people."""
    if as_json:
        typer.echo(json.dumps(jsonable(result), indent=2, ensure_ascii=False))
    else:
        typer.echo(text.rstrip("\n"))


def print_error(error: BaseException, *, headline: str | None = None) -> None:
    """Print an error as one block on stderr: what kind, and what it says."""
    first, *rest = (str(error) or type(error).__name__).splitlines()
    lines = [headline or f"foxml: {_kind(error)}", f"  {first}", *(f"  {line}" for line in rest)]
    typer.echo("\n".join(lines), err=True)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows in aligned columns; numbers and what looks like one are right-aligned.

    Examples
    --------
    >>> print(table(["symbol", "bars"], [["SPY", 40832], ["BAC", 7]]))
    symbol   bars
    SPY     40832
    BAC         7
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[k]) for line in [list(headers), *cells]) for k in range(len(headers))]
    right = [bool(cells) and all(_is_number(row[k]) for row in cells) for k in range(len(headers))]
    lines = []
    for line in [list(headers), *cells]:
        parts = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True))
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


class Progress:
    """Progress of long work, on stderr: one line rewritten on a terminal, at most one line a second elsewhere.

    Parameters
    ----------
    verb : str
        What is going on; each line begins with it.
    quiet : bool
        Say nothing.
    stream : text stream, optional
        By default stderr.
    """

    def __init__(self, verb: str, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._verb = verb
        self._quiet = quiet
        self._stream = sys.stderr if stream is None else stream
        self._terminal = self._stream.isatty()
        self._started = time.perf_counter()
        self._shown = -math.inf
        self._open_line = False

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Say where the work is: what it does now, and how many of how many are done."""
        if self._quiet:
            return
        now = time.perf_counter()
        finished = done is not None and done == total
        if not finished and now - self._shown < (0.1 if self._terminal else 1.0):
            return
        self._shown = now
        counted = "" if done is None else f" {done}/{total}" if total else f" {done}"
        took = now - self._started
        left = f", about {took * (total - done) / done:.0f} s left" if done and total and not finished else ""
        line = f"{self._verb}{counted}  {text}  {took:.0f} s{left}"
        if self._terminal:
            self._stream.write(f"\r\x1b[K{line}")
            self._open_line = True
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def close(self) -> None:
        """End the line that is being rewritten."""
        if self._open_line:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._open_line = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _kind(error: BaseException) -> str:
    words = {
        "ConfigError": "config error",
        "DataError": "data error",
        "FeatureError": "feature error",
        "ModelError": "model error",
        "JournalError": "journal error",
        "JournalMismatch": "journal mismatch",
        "BrokerError": "broker error",
        "RecoveryError": "recovery error",
        "MissingExtra": "missing package",
        "VendorError": "vendor error",
        "VendorBusy": "vendor error",
        "VendorRefused": "vendor error",
        "UnknownSymbol": "vendor error",
    }
    return words.get(type(error).__name__, "error")


def _is_number(cell: str) -> bool:
    return cell in ("", "-", "n/a") or cell.replace(",", "").lstrip("+-$").rstrip(" %").replace(".", "", 1).isdigit()


def path_text(path: Path) -> str:
    """Name a path as the user would: relative to where they are, if it is below."""
    resolved = path.resolve()
    here = Path.cwd()
    return str(resolved.relative_to(here)) if resolved.is_relative_to(here) else str(resolved)
