"""Alpaca: historical bars through alpaca-py, or alpaca-trade-api where that is installed."""

from foxml.vendors.alpaca.bars import AlpacaBars
from foxml.vendors.alpaca.client import AlpacaClient, open_client

__all__ = ["AlpacaBars", "AlpacaClient", "open_client"]
