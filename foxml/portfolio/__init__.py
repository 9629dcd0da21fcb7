"""The exact book of what is owned, and how much of each symbol should be."""

from foxml.portfolio.book import Book, FillEffect, Position
from foxml.portfolio.sizing import size, size_shares
from foxml.portfolio.volume import AverageDailyVolume

__all__ = ["AverageDailyVolume", "Book", "FillEffect", "Position", "size", "size_shares"]
