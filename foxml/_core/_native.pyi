"""
The compiled core of FoxML: reproducible numerics, bars, streaming features, tree inference.
"""

from __future__ import annotations

import collections.abc
import typing

import numpy
import numpy.typing

__all__: list[str] = [
    "BoundRow",
    "Engine",
    "Feature",
    "Forest",
    "Plan",
    "RefusedBar",
    "batch",
    "batch_double",
    "batch_many",
    "catalogue",
    "csv_rows",
    "day_starts",
    "exp",
    "exp_array",
    "group_bars",
    "group_trades",
    "kernel_version",
    "log",
    "log_array",
    "place_rows",
]

class BoundRow:
    """
    Scores a row that lives in a buffer of the caller's.
    """
    def __call__(self) -> float: ...
    @property
    def scores(self) -> numpy.typing.NDArray[numpy.float64]: ...

class Forest:
    """
    Trees read from a model file.
    """
    def __init__(self, data: bytes, source: str, format: str = "", best_iteration: bool = False) -> None: ...
    def bind(self, row: numpy.ndarray) -> BoundRow: ...
    def describe(self) -> dict[str, typing.Any]: ...
    @typing.overload
    def predict(self, rows: numpy.typing.NDArray[numpy.float32], output: bool = False) -> numpy.ndarray: ...
    @typing.overload
    def predict(self, rows: numpy.typing.NDArray[numpy.float64], output: bool = False) -> numpy.ndarray: ...
    @typing.overload
    def predict_reference(self, rows: numpy.typing.NDArray[numpy.float32]) -> numpy.ndarray: ...
    @typing.overload
    def predict_reference(self, rows: numpy.typing.NDArray[numpy.float64]) -> numpy.ndarray: ...
    @typing.overload
    def predict_row(self, row: numpy.typing.NDArray[numpy.float32], output: bool = False) -> numpy.ndarray: ...
    @typing.overload
    def predict_row(self, row: numpy.typing.NDArray[numpy.float64], output: bool = False) -> numpy.ndarray: ...
    @property
    def feature_count(self) -> int: ...
    @property
    def feature_names(self) -> list[str]: ...
    @property
    def objective(self) -> str: ...
    @property
    def output_count(self) -> int: ...
    @property
    def tree_count(self) -> int: ...

class Feature:
    """
    A row of the kernel's table.
    """
    @property
    def formula(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def guarantee(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def needs_benchmark(self) -> bool: ...
    @property
    def oracle(self) -> str: ...
    @property
    def parameters(self) -> list[tuple[str, int, int, int]]:
        """
        Name, value, minimum and maximum of each.
        """
    @property
    def params(self) -> str: ...
    @property
    def timeframes(self) -> list[str]: ...

class Plan:
    """
    Features to compute on bars of one length.
    """
    def __init__(
        self,
        columns: collections.abc.Sequence[
            tuple[str, str, collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex]]
        ],
        interval_ns: typing.SupportsInt | typing.SupportsIndex,
    ) -> None:
        """
        Columns are (name, feature, parameters that differ from the catalogue's).
        """
    @property
    def feature_count(self) -> int: ...
    @property
    def history_bars(self) -> int: ...
    @property
    def interval_ns(self) -> int: ...
    @property
    def needs_benchmark(self) -> bool: ...
    @property
    def warmup_bars(self) -> int: ...

class RefusedBar(ValueError):
    pass

class Engine:
    """
    Features and forests of many symbols: one call per slice.
    """
    def __init__(
        self,
        plan: Plan,
        scales: collections.abc.Sequence[
            tuple[typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex]
        ],
        forests: collections.abc.Sequence[Forest],
        identity: str,
        benchmark: typing.SupportsInt | typing.SupportsIndex | None = None,
    ) -> None: ...
    def adjust(
        self,
        symbol: typing.SupportsInt | typing.SupportsIndex,
        price_factor: typing.SupportsFloat | typing.SupportsIndex,
        volume_factor: typing.SupportsFloat | typing.SupportsIndex,
    ) -> None:
        """
        Put a symbol's past on the terms after a corporate action.
        """
    def extend(
        self,
        symbol: typing.SupportsInt | typing.SupportsIndex,
        close_ns: numpy.typing.NDArray[numpy.int64],
        session_open_ns: numpy.typing.NDArray[numpy.int64],
        session_close_ns: numpy.typing.NDArray[numpy.int64],
        ohlcv: numpy.typing.NDArray[numpy.float64],
        adjustments: collections.abc.Sequence[
            tuple[
                typing.SupportsInt | typing.SupportsIndex,
                typing.SupportsFloat | typing.SupportsIndex,
                typing.SupportsFloat | typing.SupportsIndex,
                bool,
            ]
        ],
        benchmark_close: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None,
    ) -> tuple[numpy.typing.NDArray[numpy.float32], numpy.typing.NDArray[numpy.bool]]:
        """
        Take in more bars of one symbol; returns values and ready.
        """
    def restore(self, data: bytes) -> None:
        """
        Take the state from a snapshot.
        """
    def slice_call(self, result_type: type) -> typing.Any:
        """
        A function of close_ns, session_open_ns, session_close_ns, ohlcv and present that takes in a slice; returns a `result_type` with the slots rows, ready and scores.
        """
    def snapshot(self) -> bytes:
        """
        The whole state, checksummed.
        """

def batch(
    plan: Plan,
    scale: tuple[typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex],
    close_ns: numpy.typing.NDArray[numpy.int64],
    session_open_ns: numpy.typing.NDArray[numpy.int64],
    session_close_ns: numpy.typing.NDArray[numpy.int64],
    ohlcv: numpy.typing.NDArray[numpy.float64],
    adjustments: collections.abc.Sequence[
        tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            bool,
        ]
    ],
    benchmark_close: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None,
) -> tuple[numpy.typing.NDArray[numpy.float32], numpy.typing.NDArray[numpy.bool]]:
    """
    Values and ready of a whole history, in float32.
    """

def batch_double(
    plan: Plan,
    scale: tuple[typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex],
    close_ns: numpy.typing.NDArray[numpy.int64],
    session_open_ns: numpy.typing.NDArray[numpy.int64],
    session_close_ns: numpy.typing.NDArray[numpy.int64],
    ohlcv: numpy.typing.NDArray[numpy.float64],
    adjustments: collections.abc.Sequence[
        tuple[
            typing.SupportsInt | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            typing.SupportsFloat | typing.SupportsIndex,
            bool,
        ]
    ],
    benchmark_close: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None,
) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.bool]]:
    """
    Values and ready of a whole history, in float64.
    """

def batch_many(
    plan: Plan,
    histories: collections.abc.Sequence[
        tuple[
            tuple[typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex],
            typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
            typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
            typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
            collections.abc.Sequence[
                tuple[
                    typing.SupportsInt | typing.SupportsIndex,
                    typing.SupportsFloat | typing.SupportsIndex,
                    typing.SupportsFloat | typing.SupportsIndex,
                    bool,
                ]
            ],
            typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
        ]
    ],
) -> list[tuple[numpy.typing.NDArray[numpy.float32], numpy.typing.NDArray[numpy.bool]]]:
    """
    Values and ready of each of many histories, in float32. A history is what `batch` takes, in order.
    """

def catalogue() -> list[Feature]:
    """
    Every feature, in the order of a row's columns.
    """

def csv_rows(
    text: numpy.typing.NDArray[numpy.uint8],
    text_bytes: typing.SupportsInt | typing.SupportsIndex,
    columns: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
    form: typing.SupportsInt | typing.SupportsIndex,
    first_row: typing.SupportsInt | typing.SupportsIndex,
    time_ns: numpy.typing.NDArray[numpy.int64],
    ohlcv: numpy.typing.NDArray[numpy.float64],
    vwap: numpy.typing.NDArray[numpy.float64] | None,
    trade_count: numpy.typing.NDArray[numpy.float64] | None,
    symbol: numpy.typing.NDArray[numpy.int32] | None,
    symbols: collections.abc.Sequence[str],
) -> tuple[int, int, bool, list[str]]:
    """
    Lines of a CSV table into arrays, from a row on: (rows, bytes, whether the next line is plain, symbols).
    """

def day_starts(time_ns: typing.Annotated[numpy.typing.ArrayLike, numpy.int64]) -> numpy.typing.NDArray[numpy.int64]:
    """
    Places at which another day begins.
    """

def exp(x: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Exponential of a float.
    """

def exp_array(values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Exponential, element by element.
    """

def group_bars(
    ohlcv: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    vwap: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    trade_count: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None,
    first: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
) -> tuple[
    numpy.typing.NDArray[numpy.float64],
    numpy.typing.NDArray[numpy.float64] | None,
    numpy.typing.NDArray[numpy.int64] | None,
]:
    """
    One bar of all bars from each place up to the next.
    """

def group_trades(
    price: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    size: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    trade_count: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None,
    first: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
) -> tuple[
    numpy.typing.NDArray[numpy.float64],
    numpy.typing.NDArray[numpy.float64] | None,
    numpy.typing.NDArray[numpy.int64] | None,
]:
    """
    One bar of all trades from each place up to the next.
    """

def kernel_version() -> str:
    """
    Part of every plan's hash.
    """

def log(x: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Natural logarithm of a float.
    """

def log_array(values: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> numpy.typing.NDArray[numpy.float64]:
    """
    Natural logarithm, element by element.
    """

def place_rows(
    start_ns: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    ohlcv: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    vwap: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None,
    trade_count: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None,
    open_ns: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    close_ns: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    first_ns: typing.SupportsInt | typing.SupportsIndex,
    last_ns: typing.SupportsInt | typing.SupportsIndex,
    interval_ns: typing.SupportsInt | typing.SupportsIndex,
) -> (
    tuple[
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.float64],
        numpy.typing.NDArray[numpy.float64] | None,
        numpy.typing.NDArray[numpy.int64] | None,
        numpy.typing.NDArray[numpy.uint8],
        int,
        int,
        int,
        int,
    ]
    | None
):
    """
    Rows that nothing is wrong with, each with its close and session; else None.
    """
