"""The compiled core. Only ``features``, ``models`` and ``numerics`` import it."""

from foxml._core._native import Forest, exp, exp_array, log, log_array

__all__ = ["Forest", "exp", "exp_array", "log", "log_array"]
