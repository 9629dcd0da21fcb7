"""One file per section of the config: typed, frozen, every key required."""
