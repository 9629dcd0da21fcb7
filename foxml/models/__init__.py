"""Models that the engine scores with: forests of trees, read from the training libraries' own files."""

from foxml.models.forest import Forest

__all__ = ["Forest"]
