"""Bars from data frames of pandas and polars, and back."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from foxml.bars.raw import RawBars
from foxml.bars.tables import Layout, found_columns, raw_bars
from foxml.bars.timeframes import interval_name
from foxml.domain.bars import SymbolBars
from foxml.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["from_arrow", "from_pandas", "from_polars", "to_arrow", "to_pandas", "to_polars"]

_UTC = Layout("UTC")


def from_pandas(
    frame: "pd.DataFrame", *, interval_ns: int, symbol: str | None = None, layout: Layout = _UTC, source: str = "frame"
) -> list[RawBars]:
    """Take bars from a pandas frame, whose times are a column or the index, in any unit.

    Parameters
    ----------
    frame : pandas.DataFrame
        Usual names of columns are known (Date, Open, Vol ...); others are named in `layout`.
    interval_ns : int
    symbol : str, optional
        Of all rows; without it a column ``symbol`` says it.
    layout : Layout, default UTC, labels at the start
    source : str, default "frame"
        For errors.

    Returns
    -------
    list of RawBars
        One for each symbol; rows are counted from 0.

    Raises
    ------
    DataError
        Names the row and column, what was found and what was expected.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.DatetimeIndex(["2024-01-02 14:30", "2024-01-02 14:31"], name="Date")
    >>> prices = {"Open": [1.0, 2.0], "High": [2.0, 2.0], "Low": [1.0, 2.0], "Close": [2.0, 2.0], "Volume": [5, 7]}
    >>> (bars,) = from_pandas(pd.DataFrame(prices, index), interval_ns=60_000_000_000, symbol="FOX")
    >>> bars.ohlcv[1].tolist()
    [2.0, 2.0, 2.0, 2.0, 7.0]
    """
    import pandas as pd
    import pyarrow as pa

    if isinstance(frame.columns, pd.MultiIndex):
        raise DataError(f"{source}: expected one level of column names, found {frame.columns.nlevels}")
    if isinstance(frame.index, pd.DatetimeIndex):
        name = str(frame.index.name or layout.name("timestamp"))
        frame = frame.rename_axis(index=name).reset_index()
    frame.columns = pd.Index([str(name) for name in frame.columns])
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(f"{source}: a column holds values of several kinds: {error}") from None
    return from_arrow(table, interval_ns=interval_ns, symbol=symbol, layout=layout, source=source)


def from_polars(
    frame: "pl.DataFrame", *, interval_ns: int, symbol: str | None = None, layout: Layout = _UTC, source: str = "frame"
) -> list[RawBars]:
    """Take bars from a polars frame; as `from_pandas`."""
    return from_arrow(frame.to_arrow(), interval_ns=interval_ns, symbol=symbol, layout=layout, source=source)


def from_arrow(
    table: "pa.Table", *, interval_ns: int, symbol: str | None = None, layout: Layout = _UTC, source: str = "table"
) -> list[RawBars]:
    """Take bars from an Arrow table; as `from_pandas`."""
    known = replace(layout, columns={**found_columns(table.column_names), **layout.columns})
    row = np.arange(table.num_rows, dtype=np.int64)
    return raw_bars(table, known, source=source, interval_ns=interval_ns, symbol=symbol, row=row)


def to_arrow(bars: SymbolBars) -> "pa.Table":
    """Return bars as an Arrow table.

    Columns: symbol, interval, close_time, session_open and session_close (UTC), open, high, low, close, volume; vwap
    and trade_count where there are any.
    """
    import pyarrow as pa

    stamp = pa.timestamp("ns", "UTC")
    columns: dict[str, object] = {
        "symbol": pa.array([bars.symbol] * len(bars), pa.string()),
        "interval": pa.array([interval_name(bars.interval_ns)] * len(bars), pa.string()),
        "close_time": pa.array(bars.close_ns, pa.int64()).cast(stamp),
        "session_open": pa.array(bars.session_open_ns, pa.int64()).cast(stamp),
        "session_close": pa.array(bars.session_close_ns, pa.int64()).cast(stamp),
    }
    columns |= {name: bars.ohlcv[:, at] for at, name in enumerate(("open", "high", "low", "close", "volume"))}
    if bars.vwap is not None:
        columns["vwap"] = bars.vwap
    if bars.trade_count is not None:
        columns["trade_count"] = bars.trade_count
    return pa.table(columns)


def to_pandas(bars: SymbolBars) -> "pd.DataFrame":
    """Return bars as a pandas frame, with `close_time`, in nanoseconds UTC, as its index."""
    frame: pd.DataFrame = to_arrow(bars).to_pandas().set_index("close_time")
    return frame


def to_polars(bars: SymbolBars) -> "pl.DataFrame":
    """Return bars as a polars frame.

    Raises
    ------
    MissingExtra
        Without polars.
    """
    from foxml.errors import MissingExtra

    try:
        import polars as pl
    except ImportError:
        raise MissingExtra("frames of polars need it: pip install polars") from None
    frame = pl.from_arrow(to_arrow(bars))
    assert isinstance(frame, pl.DataFrame)
    return frame
