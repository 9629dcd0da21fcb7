"""The compiled core. Only ``features``, ``models`` and ``numerics`` import it."""

from foxml._core._native import (
    BoundRow,
    Engine,
    Feature,
    Forest,
    Plan,
    RefusedBar,
    batch,
    batch_double,
    batch_many,
    catalogue,
    exp,
    exp_array,
    kernel_version,
    log,
    log_array,
)

__all__ = [
    "BoundRow",
    "Engine",
    "Feature",
    "Forest",
    "Plan",
    "RefusedBar",
    "batch",
    "batch_double",
    "batch_many",
    "catalogue",
    "exp",
    "exp_array",
    "kernel_version",
    "log",
    "log_array",
]
