"""The compiled drivers: our engine and TA-Lib's C library in this process, without a Python call under the clock."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path

import numpy as np
from feature_bars import MINUTE_NS, PRICE_GRID, VOLUME_UNIT, Floats, History, random_history
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench"
ISA_VARIABLE = "FOXML_ISA"
_copies = count()


@lru_cache(maxsize=1)
def build() -> Path:
    """Compile our libraries as a release and the drivers against them; returns the folder of the drivers."""
    source = Path(__file__).with_name("cpp")
    configure = ["cmake", "-G", "Ninja", "-S", source, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Release"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    targets = ["foxml_bench_features", "foxml_bench_floor", "foxml_bench_talib"]
    subprocess.run(["cmake", "--build", BUILD, "--target", *targets], check=True, stdout=subprocess.DEVNULL)
    return BUILD


def _pointer(values: NDArray[np.generic] | None) -> ctypes.c_void_p:
    if values is None:
        return ctypes.c_void_p(None)
    assert values.flags.c_contiguous
    return ctypes.c_void_p(values.ctypes.data)


def _declare(library: ctypes.CDLL, name: str, result: type | None, *arguments: type) -> None:
    function = getattr(library, name)
    function.restype, function.argtypes = result, list(arguments)


_PTR, _INT, _TEXT, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_char_p, ctypes.c_double


class OurLibrary:
    """The feature engine on one instruction-set path.

    Each path is a copy of the library of its own, because a path is chosen once, when a library first needs it.
    """

    def __init__(self, isa: str | None = None) -> None:
        built = build() / "libfoxml_bench_features.so"
        path = BUILD / "copies" / f"{os.getpid()}_{next(_copies)}.so"
        path.parent.mkdir(exist_ok=True)
        shutil.copy(built, path)
        with _environment(isa):
            self.native = ctypes.CDLL(str(path))
            self._declare_all()
            self.catalogue = self.native.bench_catalogue().decode().splitlines()
            self._choose_path()
        path.unlink()
        assert isa in (None, self.isa), f"asked for the path {isa}, found {self.isa}"

    def _choose_path(self) -> None:
        """Take in some bars, and rows of them: whatever chooses a path at its first use has done so."""
        chosen = self.native.bench_isa()
        if chosen is None:
            raise RuntimeError(self.native.bench_error().decode())
        self.isa = chosen.decode()
        bars = random_history(64)
        engine = Engine(self, self.names())
        engine.slices(bars, 0, len(bars))
        engine.batch(bars, np.empty((len(bars), len(engine.columns)), dtype=np.float32))
        engine.close()

    def names(self, interval_bit: int = 1) -> list[str]:
        """Features that have a meaning on bars of 1 minute, bit 1."""
        rows = [line.split() for line in self.catalogue]
        return [row[0] for row in rows if int(row[2]) & interval_bit]

    def _declare_all(self) -> None:
        _declare(self.native, "bench_error", _TEXT)
        _declare(self.native, "bench_catalogue", _TEXT)
        _declare(self.native, "bench_isa", _TEXT)
        _declare(self.native, "bench_open", _PTR, _TEXT, _INT, _INT, _REAL, _REAL)
        _declare(self.native, "bench_close", None, _PTR)
        _declare(self.native, "bench_warmup_bars", _INT, _PTR)
        _declare(self.native, "bench_ready_count", _INT, _PTR)
        _declare(self.native, "bench_stream", _REAL, _PTR, _PTR, _PTR, _INT, _INT, _PTR)
        _declare(self.native, "bench_remember", None, _PTR)
        _declare(self.native, "bench_rewind", None, _PTR)
        _declare(self.native, "bench_slices", ctypes.c_bool, _PTR, _PTR, _PTR, _INT, _INT, _INT, _INT, _PTR)
        _declare(self.native, "bench_batch", _REAL, _PTR, _PTR, _PTR, _INT, _PTR)
        _declare(self.native, "bench_batch_double", _REAL, _PTR, _PTR, _PTR, _INT, _PTR)


@contextmanager
def _environment(isa: str | None) -> Iterator[None]:
    before = os.environ.get(ISA_VARIABLE)
    if isa is not None:
        os.environ[ISA_VARIABLE] = isa
    try:
        yield
    finally:
        if isa is not None:
            os.environ.pop(ISA_VARIABLE)
            if before is not None:
                os.environ[ISA_VARIABLE] = before


class Engine:
    """An engine of one plan: seconds of streams, slices and batches."""

    def __init__(self, library: OurLibrary, columns: Sequence[str], symbols: int = 1) -> None:
        self._native = library.native
        self.columns = tuple(columns)
        names = "\n".join(columns).encode()
        self._handle = self._native.bench_open(names, MINUTE_NS, symbols, PRICE_GRID, VOLUME_UNIT)
        if not self._handle:
            raise RuntimeError(self._native.bench_error().decode())

    def close(self) -> None:
        """Free the engine."""
        self._native.bench_close(self._handle)

    @property
    def warmup_bars(self) -> int:
        """Bars before the first row."""
        return int(self._native.bench_warmup_bars(self._handle))

    @property
    def ready_count(self) -> int:
        """Symbols that had a row in the last slice."""
        return int(self._native.bench_ready_count(self._handle))

    def stream(self, history: History, start: int, stop: int, rows: NDArray[np.float32] | None = None) -> float:
        """Return the seconds of the bars from `start` to `stop`, one call each."""
        times, ohlcv = _pointer(history.times), _pointer(history.ohlcv)
        return self._seconds(self._native.bench_stream(self._handle, times, ohlcv, start, stop, _pointer(rows)))

    def remember(self) -> None:
        """Keep the state for `rewind`."""
        self._native.bench_remember(self._handle)

    def rewind(self) -> None:
        """Go back to the state that was kept."""
        self._native.bench_rewind(self._handle)

    def slices(self, history: History, start: int, groups: int, group: int = 1) -> Floats:
        """Take slices of all symbols, each symbol on its own stretch of the history.

        Returns the seconds of a slice in each group: the clock is too slow to be read at every slice of few symbols.
        """
        assert start + groups * group <= len(history)
        seconds = np.empty(groups)
        times, ohlcv, out = _pointer(history.times), _pointer(history.ohlcv), _pointer(seconds)
        if not self._native.bench_slices(self._handle, times, ohlcv, len(history), start, groups, group, out):
            raise RuntimeError(self._native.bench_error().decode())
        return seconds

    def batch(self, history: History, matrix: NDArray[np.float32] | Floats) -> float:
        """Fill the matrix of a whole history; returns the seconds."""
        assert matrix.shape == (len(history), len(self.columns))
        double = matrix.dtype == np.float64
        run = self._native.bench_batch_double if double else self._native.bench_batch
        times, ohlcv = _pointer(history.times), _pointer(history.ohlcv)
        return self._seconds(run(self._handle, times, ohlcv, len(history), _pointer(matrix)))

    def _seconds(self, seconds: float) -> float:
        if seconds < 0:
            raise RuntimeError(self._native.bench_error().decode())
        return seconds


class TalibC:
    """TA-Lib's own C library: its streams and its batch functions."""

    def __init__(self, calls: Sequence[str]) -> None:
        self._native = ctypes.CDLL(str(build() / "libfoxml_bench_talib.so"))
        _declare(self._native, "peer_error", _TEXT)
        _declare(self._native, "peer_open", _PTR, _TEXT, _TEXT)
        _declare(self._native, "peer_outputs", _INT, _PTR)
        _declare(self._native, "peer_close", None, _PTR)
        for name in ("peer_each", "peer_rows"):
            _declare(self._native, name, _REAL, _PTR, _PTR, _INT, _INT, _PTR)
        _declare(self._native, "peer_batch", _REAL, _PTR, _PTR, _INT, _PTR)
        self._handle = self._native.peer_open(str(talib_library()).encode(), "\n".join(calls).encode())
        if not self._handle:
            raise RuntimeError(self._native.peer_error().decode())
        self.outputs = int(self._native.peer_outputs(self._handle))

    def close(self) -> None:
        """Free the streams."""
        self._native.peer_close(self._handle)

    def each(self, history: History, start: int, out: Floats | None = None) -> float:
        """Return the seconds of the bars from `start` on, one stream after the other: the way that flatters it."""
        columns = _pointer(history.columns)
        return self._seconds(self._native.peer_each(self._handle, columns, len(history), start, _pointer(out)))

    def rows(self, history: History, start: int) -> float:
        """Return the seconds of the bars from `start` on, all streams on each bar, into a row of float32."""
        row = np.empty(self.outputs, dtype=np.float32)
        columns = _pointer(history.columns)
        return self._seconds(self._native.peer_rows(self._handle, columns, len(history), start, _pointer(row)))

    def batch(self, history: History, matrix: NDArray[np.float32]) -> float:
        """Fill the matrix of all outputs of a whole history; returns the seconds."""
        assert matrix.shape == (len(history), self.outputs)
        columns = _pointer(history.columns)
        return self._seconds(self._native.peer_batch(self._handle, columns, len(history), _pointer(matrix)))

    def _seconds(self, seconds: float) -> float:
        if seconds < 0:
            raise RuntimeError(self._native.peer_error().decode())
        return seconds


def talib_library() -> Path:
    """Return the C library that the TA-Lib package ships."""
    import talib

    found = sorted((Path(talib.__file__).parents[1] / "ta_lib.libs").glob("libta*.so*"))
    assert found, f"TA-Lib {talib.__version__} ships no C library beside its package"
    return found[0]
