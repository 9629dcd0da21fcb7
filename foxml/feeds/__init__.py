"""Streams of slices and corporate actions in event time."""

from foxml.feeds.replay import ReplayFeed

__all__ = ["ReplayFeed"]
