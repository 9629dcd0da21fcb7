"""Scorers of rows at the level of C, driven by one compiled loop: our forests, and the peers' libraries."""

import ctypes
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from forest_models import ROOT, Model
from numpy.typing import NDArray

BUILD = ROOT / "build" / "bench"
_PTR, _INT, _TEXT, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_char_p, ctypes.c_double


@lru_cache(maxsize=1)
def libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Compile and open our driver and that of the peers."""
    source = Path(__file__).with_name("cpp")
    configure = ["cmake", "-G", "Ninja", "-S", source, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Release"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    targets = ["foxml_bench_forest", "foxml_bench_forest_peers"]
    subprocess.run(["cmake", "--build", BUILD, "--target", *targets], check=True, stdout=subprocess.DEVNULL)
    ours, peers = (ctypes.CDLL(str(BUILD / f"lib{target}.so")) for target in targets)
    ours.forest_open.restype, ours.forest_open.argtypes = _PTR, [_TEXT, _TEXT]
    ours.forest_kernels.restype, ours.forest_kernels.argtypes = _TEXT, [_PTR]
    ours.forest_error.restype = peers.peer_error.restype = _TEXT
    ours.forest_run.restype = ours.forest_tick_rate.restype = _REAL
    ours.forest_run.argtypes = [_PTR, _PTR, _PTR, _INT, _INT, _INT, _INT, _PTR]
    ours.forest_ticks.argtypes = [_PTR, _PTR, _PTR, _INT, _INT, _INT, ctypes.c_int, _PTR, _PTR]
    for name in ("lightgbm", "xgboost", "lleaves", "tl2cgen"):
        opening = getattr(peers, f"{name}_open")
        opening.restype, opening.argtypes = _PTR, [_TEXT, _TEXT, ctypes.c_int]
    return ours, peers


@dataclass(frozen=True, slots=True)
class Scorer:
    """One library's model, ready to score rows of the precision that it takes."""

    name: str
    rows: NDArray[np.generic]
    call: int
    context: int

    def scores(self) -> NDArray[np.float64]:
        """Every row by a call of its own."""
        scores = np.empty(len(self.rows))
        size = scores.itemsize
        driver = libraries()[0]
        for i in range(len(self.rows)):
            row = self.rows.ctypes.data + i * self._row_bytes
            driver.forest_run(self.call, self.context, row, 0, 1, 1, 1, scores.ctypes.data + i * size)
        return scores

    def batch_scores(self, count: int) -> NDArray[np.float64]:
        """Score the first rows in one call."""
        scores = np.empty(count)
        self._run(count, 1, scores)
        return scores

    def seconds_a_row(self, count: int, calls: int) -> float:
        """Thread time of a row in calls of `count` rows each, rotating over all rows."""
        return self._run(count, calls, np.empty(count)) / (count * calls)

    def quantiles(self, calls: int, *, cold: bool = False) -> tuple[float, float]:
        """Median and 99th percentile of the seconds of a call of one row."""
        driver = libraries()[0]
        ticks = np.empty(calls, dtype=np.uint64)
        score = np.empty(1)
        driver.forest_ticks(
            self.call, self.context, self.rows.ctypes.data, self._row_bytes, len(self.rows), calls, int(cold),
            score.ctypes.data, ticks.ctypes.data,
        )  # fmt: skip
        rate = _tick_rate()
        return float(np.quantile(ticks, 0.5)) / rate, float(np.quantile(ticks, 0.99)) / rate

    @property
    def _row_bytes(self) -> int:
        return self.rows.strides[0]

    def _run(self, count: int, calls: int, scores: NDArray[np.float64]) -> float:
        run = libraries()[0].forest_run
        total = len(self.rows)
        rows, row_bytes = self.rows.ctypes.data, self._row_bytes
        return float(run(self.call, self.context, rows, row_bytes, total, count, calls, scores.ctypes.data))


@lru_cache(maxsize=1)
def _tick_rate() -> float:
    return float(libraries()[0].forest_tick_rate())


def _address(library: ctypes.CDLL, name: str) -> int:
    return ctypes.cast(getattr(library, name), _PTR).value or 0


def ours(model: Model, isa: str | None = None) -> tuple[Scorer, str]:
    """Our forest of a model, and the kernels that it chose: those of narrower instructions if they are named."""
    library, _ = libraries()
    context = library.forest_open(str(model.path).encode(), None if isa is None else isa.encode())
    if not context:
        raise RuntimeError(library.forest_error().decode())
    kernels = library.forest_kernels(context).decode()
    name = "foxml" if isa is None else f"foxml {isa}"
    return Scorer(name, model.rows, _address(library, "forest_floats"), context), kernels


def _opened(peer: str, name: str, library_path: Path, model: Model, rows: NDArray[np.generic], call: str) -> Scorer:
    _, library = libraries()
    context = getattr(library, f"{peer}_open")(str(library_path).encode(), str(model.path).encode(), rows.shape[1])
    if not context:
        raise RuntimeError(f"{peer}: {library.peer_error().decode()}")
    return Scorer(name, rows, _address(library, call), context)


def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or found.origin is None:
        raise RuntimeError(f"{name} is not installed")
    return Path(found.origin).parent


def own_library(model: Model) -> Scorer:
    """The C API of the library that trained a model."""
    if model.is_lightgbm:
        path = _package("lightgbm") / "lib" / "lib_lightgbm.so"
        return _opened("lightgbm", "LightGBM C API", path, model, model.rows, "lightgbm_floats")
    path = _package("xgboost") / "lib" / "libxgboost.so"
    return _opened("xgboost", "XGBoost C API", path, model, model.rows, "xgboost_floats")


def _lleaves(model: Model) -> Scorer:
    import lleaves

    compiled = model.path.with_suffix(".lleaves.so")
    if not compiled.exists():
        kept = model.path.with_suffix(".lleaves.o")
        lleaves.Model(model_file=str(model.path)).compile(cache=str(kept))
        subprocess.run(["cc", "-shared", "-o", compiled, kept, "-lm"], check=True)
    return _opened("lleaves", "lleaves", compiled, model, model.rows.astype(np.float64), "lleaves_doubles")


def _tl2cgen(model: Model) -> Scorer:
    import tl2cgen
    import treelite

    compiled = model.path.with_suffix(".tl2cgen.so")
    if not compiled.exists():
        load = treelite.frontend.load_lightgbm_model if model.is_lightgbm else treelite.frontend.load_xgboost_model
        params = {"parallel_comp": 8}
        tl2cgen.export_lib(load(str(model.path)), toolchain="gcc", libpath=str(compiled), params=params, nthread=2)
    rows = model.rows.astype(np.float64) if model.is_lightgbm else model.rows.copy()
    is_missing = np.isnan(rows)
    rows.view(np.int64 if model.is_lightgbm else np.int32)[is_missing] = -1
    call = "tl2cgen_doubles" if model.is_lightgbm else "tl2cgen_floats"
    return _opened("tl2cgen", "tl2cgen", compiled, model, rows, call)


def compilers(model: Model) -> Iterator[Scorer]:
    """What compilers of trees make of a model; one that is not installed or fails is named and left out."""
    for make in (_lleaves, _tl2cgen) if model.is_lightgbm else (_tl2cgen,):
        try:
            yield make(model)
        except (ImportError, AttributeError, RuntimeError, subprocess.CalledProcessError, OSError) as error:
            print(f"  {make.__name__.strip('_')} is left out: {error}")
