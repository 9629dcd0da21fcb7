"""Keys of vendors: from the environment or from a file that nobody else can read, and never in a log or an error."""

import configparser
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foxml.errors import ConfigError

__all__ = ["Credentials", "read_credentials"]

_VARIABLES = {"alpaca": ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY")}


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A key and its secret; neither shows in its representation.

    Examples
    --------
    >>> Credentials("key", "secret")
    Credentials(hidden)
    """

    key: str
    secret: str

    def __repr__(self) -> str:
        return "Credentials(hidden)"

    def scrubbed(self, text: str) -> str:
        """Return a text without the key and the secret, should a vendor's answer repeat them."""
        for word in (self.secret, self.key):
            text = text.replace(word, "[hidden]")
        return text


def read_credentials(vendor: str, *, environment: Mapping[str, str], path: Path | None = None) -> Credentials:
    """Read the key of a vendor.

    Parameters
    ----------
    vendor : str
        ``"alpaca"``.
    environment : mapping
        Both variables of the vendor (``APCA_API_KEY_ID``, ``APCA_API_SECRET_KEY``) win over the file.
    path : Path, optional
        An INI file: a section named for the vendor, with ``key`` and ``secret``. Refused when others may read it.

    Raises
    ------
    ConfigError
        Names the variables or the file, never what is in them.
    """
    names = _VARIABLES[vendor]
    found = [environment.get(name, "").strip() for name in names]
    if all(found):
        return Credentials(*found)
    if any(found):
        missing = names[0] if found[1] else names[1]
        raise ConfigError(f"{missing} is not set, and the other of {' and '.join(names)} is")
    if path is None:
        raise ConfigError(f"no key for {vendor}: set {' and '.join(names)}, or name a file with --credentials")
    return _from_file(vendor, path)


def _from_file(vendor: str, path: Path) -> Credentials:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            # Asked of the open file, so that what is checked is what is read.
            found = os.fstat(file.fileno())
            mode = stat.S_IMODE(found.st_mode)
            if mode & 0o077:
                raise ConfigError(f"{path}: others may read it (mode {mode:03o}); expected 600: chmod 600 {path}")
            if found.st_uid not in (os.geteuid(), 0):
                raise ConfigError(f"{path}: it belongs to another user")
            parser.read_string(file.read())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (configparser.Error, UnicodeDecodeError):
        # The parser's own words quote the line, which may be the secret.
        raise ConfigError(f"{path}: not an INI file with a section [{vendor}] of key and secret") from None
    key, secret = (parser.get(vendor, name, fallback="").strip() for name in ("key", "secret"))
    if not (key and secret):
        raise ConfigError(f"{path}: expected a section [{vendor}] with key and secret")
    return Credentials(key, secret)
