"""Yahoo: historical bars through yfinance, for research alone."""

from foxml.vendors.yahoo.bars import LIMITS, YahooBars, YahooLimit

__all__ = ["LIMITS", "YahooBars", "YahooLimit"]
