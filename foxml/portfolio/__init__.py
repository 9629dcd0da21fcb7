"""The exact book of what is owned, and how much of each symbol should be."""

from foxml.portfolio.book import ActionEffect, Book, FillEffect, Position
from foxml.portfolio.sizing import SizingInput, size, size_shares
from foxml.portfolio.volume import AverageDailyVolume

__all__ = ["ActionEffect", "AverageDailyVolume", "Book", "FillEffect", "Position", "SizingInput", "size", "size_shares"]
