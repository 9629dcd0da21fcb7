"""Streaming libraries that Python calls, an update a bar: TA-Lib's Python streams, talipp, nautilus_trader."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from feature_bars import Floats, History
from feature_families import FAMILIES, Family

Member = tuple[Family, int]
NAUTILUS_VARIABLE = "FOXML_BENCH_NAUTILUS"


class StreamPeer(Protocol):
    """A library with streams."""

    name: str
    features: frozenset[str]

    def values(self, history: History, members: Sequence[Member]) -> Floats:
        """Return our features by this library, shape (T, columns)."""

    def seconds(self, history: History, members: Sequence[Member], start: int) -> list[float]:
        """Return the seconds of each stream over the bars from `start` on, one after the other."""


def _columns(history: History, letters: str) -> list[list[float]]:
    return [history.columns["ohlcvrw".index(letter)].tolist() for letter in letters]


def _ours(history: History, members: Sequence[Member], outputs: Sequence[Sequence[Floats]]) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        made = [family.ours(history, out, window) for (family, window), out in zip(members, outputs, strict=True)]
    return np.stack(made, axis=1)


class TalibPython:
    """TA-Lib's streams through its Python package."""

    def __init__(self) -> None:
        import talib
        from talib import stream

        self.name = f"TA-Lib {talib.__version__} streams"
        self._stream = stream
        self.features = frozenset(family.feature for family in FAMILIES)

    def values(self, history: History, members: Sequence[Member]) -> Floats:
        start = 500
        outputs = []
        for family, window in members:
            found = np.full((family.outputs, len(history)), np.nan)
            update, bars = self._opened(history, family, window, start)
            for i, bar in enumerate(bars, start):
                found[:, i] = update(*bar)
            outputs.append(list(found))
        return _ours(history, members, outputs)

    def seconds(self, history: History, members: Sequence[Member], start: int) -> list[float]:
        seconds = []
        for family, window in members:
            update, bars = self._opened(history, family, window, start)
            begin = time.process_time()
            for bar in bars:
                update(*bar)
            seconds.append(time.process_time() - begin)
        return seconds

    def _opened(self, history: History, family: Family, window: int, start: int) -> tuple[Callable[..., Any], list]:
        function, letters, *words = family.call.format(w=window).split()
        head = [np.array(column[:start]) for column in _columns(history, letters)]
        real = range(1, 3) if function in ("STDDEV", "BBANDS") else ()
        numbers = [float(word) if k in real else int(word) for k, word in enumerate(words)]
        opened = getattr(self._stream, function)(*head, *numbers)
        return opened.update, list(zip(*(column[start:] for column in _columns(history, letters)), strict=True))


class Talipp:
    """talipp's incremental indicators."""

    def __init__(self) -> None:
        from importlib.metadata import version

        from talipp import indicators
        from talipp.ohlcv import OHLCV

        self.name = f"talipp {version('talipp')}"
        self._bar = OHLCV
        bands = ("ub", "cb", "lb")
        self._makers: dict[str, tuple[Callable[[int], Any], bool, tuple[str, ...]]] = {
            "sma_dist_20": (indicators.SMA, False, ()),
            "ema_dist_12": (indicators.EMA, False, ()),
            "wma_dist_20": (indicators.WMA, False, ()),
            "rsi_14": (indicators.RSI, False, ()),
            "natr_14": (indicators.NATR, True, ()),
            "bb_pctb_20": (lambda w: indicators.BB(w, 2.0), False, bands),
            "bb_width_20": (lambda w: indicators.BB(w, 2.0), False, bands),
            "stochf_k14": (lambda w: indicators.Stoch(w, 1), True, ("k", "d")),
            "willr_28": (indicators.Williams, True, ()),
            "donch_width_20": (indicators.DonchianChannels, True, bands),
            "aroon_up_25": (indicators.Aroon, True, ("down", "up")),
            "aroon_down_25": (indicators.Aroon, True, ("down", "up")),
            "dema_dist_20": (indicators.DEMA, False, ()),
            "tema_dist_20": (indicators.TEMA, False, ()),
        }
        self.features = frozenset(self._makers)

    def values(self, history: History, members: Sequence[Member]) -> Floats:
        outputs = []
        for family, window in members:
            indicator, bars, attributes = self._opened(history, family, window)
            for bar in bars:
                indicator.add(bar)
            width = max(1, len(attributes))
            found = np.full((width, len(history)), np.nan)
            for i, value in enumerate(indicator):
                if value is not None:
                    found[:, i] = [getattr(value, name) for name in attributes] if attributes else value
            outputs.append(list(found))
        return _ours(history, members, outputs)

    def seconds(self, history: History, members: Sequence[Member], start: int) -> list[float]:
        seconds = []
        for family, window in members:
            indicator, bars, _ = self._opened(history, family, window)
            for bar in bars[:start]:
                indicator.add(bar)
            timed = bars[start:]
            begin = time.process_time()
            for bar in timed:
                indicator.add(bar)
            seconds.append(time.process_time() - begin)
        return seconds

    def _opened(self, history: History, family: Family, window: int) -> tuple[Any, list[Any], tuple[str, ...]]:
        make, whole_bars, attributes = self._makers[family.feature]
        bars = [self._bar(*row) for row in history.columns[:5].T.tolist()] if whole_bars else _columns(history, "c")[0]
        return make(window), bars, attributes


# Kind of the worker, and from its outputs to those of the family's function in TA-Lib.
_NAUTILUS_KINDS: dict[str, tuple[str, Callable[[History, Floats], Sequence[Floats]]]] = {
    "sma_dist_20": ("sma", lambda _, out: out),
    "ema_dist_12": ("ema", lambda _, out: out),
    "dema_dist_20": ("dema", lambda _, out: out),
    "rsi_14": ("rsi", lambda _, out: 100.0 * out),
    "natr_14": ("atr", lambda history, out: 100.0 * out / history.columns[3]),
    "donch_width_20": ("donchian", lambda _, out: out),
    "ret_log_5": ("roc", lambda _, out: out),
    "er_10": ("er", lambda _, out: out),
    "aroon_up_25": ("aroon", lambda _, out: out),
    "aroon_down_25": ("aroon", lambda _, out: out),
    "stochf_k14": ("stochastic", lambda _, out: out),
    "slope_20": ("regression", lambda _, out: out),
}


class Nautilus:
    """The indicators of nautilus_trader, under an interpreter of their own: its requirements exclude ours."""

    def __init__(self) -> None:
        self._python = nautilus_python()
        query = "import nautilus_trader; print(nautilus_trader.__version__)"
        self.name = "nautilus_trader " + subprocess.check_output([self._python, "-c", query], text=True).strip()
        self.features = frozenset(_NAUTILUS_KINDS)

    def values(self, history: History, members: Sequence[Member]) -> Floats:
        _, found = self._run(history, members, len(history))
        outputs = []
        for k, (family, _) in enumerate(members):
            outputs.append(list(_NAUTILUS_KINDS[family.feature][1](history, found[3 * k : 3 * k + family.outputs])))
        return _ours(history, members, outputs)

    def seconds(self, history: History, members: Sequence[Member], start: int) -> list[float]:
        return self._run(history, members, start)[0]

    def _run(self, history: History, members: Sequence[Member], start: int) -> tuple[list[float], Floats]:
        kinds = json.dumps([[_NAUTILUS_KINDS[family.feature][0], window] for family, window in members])
        worker = Path(__file__).with_name("peers") / "nautilus_peer.py"
        with tempfile.TemporaryDirectory() as folder:
            bars, out = Path(folder) / "bars.npy", Path(folder) / "out.npy"
            np.save(bars, history.columns[:5])
            command = [self._python, str(worker), str(bars), kinds, str(start), str(out)]
            seconds = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            return seconds, np.load(out)


def nautilus_python() -> str:
    """Return the interpreter that has nautilus_trader.

    Raises
    ------
    ImportError
        If neither `FOXML_BENCH_NAUTILUS` names one nor this one has it.
    """
    named = os.environ.get(NAUTILUS_VARIABLE)
    if named:
        return named
    if importlib.util.find_spec("nautilus_trader") is None:
        raise ImportError(f"{NAUTILUS_VARIABLE} names no python that has nautilus_trader")
    return sys.executable


STREAM_PEERS: tuple[Callable[[], StreamPeer], ...] = (TalibPython, Talipp, Nautilus)
