"""Bars and commands refuse the shapes and values that would be misread further on."""

import numpy as np
import pytest

from foxml.domain.bars import ActionKind, BarSlice, CorporateAction, SymbolBars
from foxml.domain.instruments import Instrument


def bars(n: int, columns: int = 5, sessions: int | None = None) -> SymbolBars:
    times = np.arange(n, dtype=np.int64)
    session = np.zeros(n if sessions is None else sessions, dtype=np.int64)
    return SymbolBars("SPY", 1, times, session, session, np.ones((n, columns)))


def test_symbol_bars_count_their_rows():
    """The length is what loops over history rely on."""
    assert len(bars(3)) == 3
    assert len(bars(0)) == 0


@pytest.mark.parametrize(("columns", "sessions"), [(4, None), (6, None), (5, 2)])
def test_symbol_bars_of_another_shape_are_a_bug(columns, sessions):
    """A missing column would shift volume into close without a word."""
    with pytest.raises(AssertionError):
        bars(3, columns, sessions)


def test_slice_happens_at_its_close():
    """Event time is the close: a bar is unknown before it."""
    present = np.array([True])
    found = BarSlice(0, 60, 600, 601, 0, 1000, ("SPY",), np.ones((1, 5)), present)
    assert found.occurred_ns == 600
    with pytest.raises(AssertionError):
        BarSlice(0, 60, 600, 601, 0, 1000, ("SPY", "AAPL"), np.ones((1, 5)), present)


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("kind", list(ActionKind))
def test_action_names_what_is_wrong(kind, value):
    """A split of zero would divide by it; the message says whose it is."""
    with pytest.raises(ValueError, match="SPY must be positive"):
        CorporateAction("SPY", kind, 0, 0, value)


def test_instrument_needs_a_symbol():
    """An empty symbol would be every row's and none's."""
    with pytest.raises(ValueError, match="symbol"):
        Instrument("")
