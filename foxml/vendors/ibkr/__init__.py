"""Interactive Brokers: historical bars through ib_async, or ib_insync where that is installed."""

from foxml.vendors.ibkr.bars import IbkrBars
from foxml.vendors.ibkr.client import IbkrClient, IbkrRow
from foxml.vendors.ibkr.errors import HistoryAnswer, read_error

__all__ = ["HistoryAnswer", "IbkrBars", "IbkrClient", "IbkrRow", "read_error"]
