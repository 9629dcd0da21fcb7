"""The compiled core. Only ``features``, ``models`` and ``numerics`` import it."""

from foxml._core._native import Forest

__all__ = ["Forest"]
