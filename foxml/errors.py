"""Everything that FoxML raises on purpose.

FoxmlError
    + ConfigError           a config file, variable or option is wrong
    + DataError             bars or corporate actions cannot be what they claim to be
    + FeatureError          a feature plan, input bar or snapshot is refused
    + ModelError            a model file or bundle is refused
    + JournalError          the journal cannot be read or written
        - JournalMismatch   a journal belongs to other code, config or models
    + BrokerError           the broker could not be reached or understood
    + RecoveryError         start-up found a difference that it may not explain away
    + MissingExtra          an optional dependency is not installed
    + VendorError           a vendor of bars could not be reached or understood
        - VendorBusy        it may answer later
        - VendorRefused     it takes neither this key nor this permission: asking again cannot help
        - UnknownSymbol     it knows no such symbol

Bad input raises one of these and says which file, key or row, what was found and what was expected. A refusal by risk
is a value (``foxml.domain.orders.Denied``). A bug of our own is an ``AssertionError``.
"""

__all__ = [
    "BrokerError",
    "ConfigError",
    "DataError",
    "FeatureError",
    "FoxmlError",
    "JournalError",
    "JournalMismatch",
    "MissingExtra",
    "ModelError",
    "RecoveryError",
    "UnknownSymbol",
    "VendorBusy",
    "VendorError",
    "VendorRefused",
]


class FoxmlError(Exception):
    """Base of all errors that FoxML raises on purpose."""

    exit_code = 1


class ConfigError(FoxmlError):
    """A config file, variable or option is wrong."""

    exit_code = 2


class DataError(FoxmlError):
    """Bars or corporate actions cannot be what they claim to be."""

    exit_code = 3


class FeatureError(FoxmlError):
    """A feature plan, input bar or snapshot is refused."""

    exit_code = 4


class ModelError(FoxmlError):
    """A model file or bundle is refused."""

    exit_code = 5


class JournalError(FoxmlError):
    """The journal cannot be read or written."""

    exit_code = 6


class JournalMismatch(JournalError):
    """A journal belongs to other code, config or models."""


class BrokerError(FoxmlError):
    """The broker could not be reached or understood."""

    exit_code = 7


class RecoveryError(FoxmlError):
    """Start-up found a difference that it may not explain away."""

    exit_code = 8


class MissingExtra(FoxmlError):
    """An optional dependency is not installed."""

    exit_code = 9


class VendorError(FoxmlError):
    """A vendor of bars could not be reached or understood."""

    exit_code = 11


class VendorBusy(VendorError):
    """A vendor may answer later.

    Attributes
    ----------
    retry_after_s : float or None
        What it asked to wait.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class VendorRefused(VendorError):
    """A vendor takes neither this key nor this permission: asking again cannot help."""


class UnknownSymbol(VendorError):
    """A vendor knows no such symbol."""
