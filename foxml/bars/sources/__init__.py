"""Sources of bars: one small protocol, and how a source of one's own is found."""

from foxml.bars.sources.finding import open_source, source_names
from foxml.bars.sources.protocol import Source, within

__all__ = ["Source", "open_source", "source_names", "within"]
