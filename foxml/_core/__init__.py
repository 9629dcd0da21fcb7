"""The compiled core. Only ``features``, ``models`` and ``numerics`` import it."""

from foxml._core import _native

__all__ = ["_native"]
