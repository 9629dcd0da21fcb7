"""FoxML: bars of US equities to orders through machine-learned models, on the user's own machines."""

__all__ = ["__version__"]

__version__ = "0.1.0"
