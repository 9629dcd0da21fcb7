"""`foxml version`."""

import platform
import sys

from foxml import __version__
from foxml.cli.console import emit
from foxml.cli.options import JsonOption

__all__ = ["version"]


def version(as_json: JsonOption = False) -> None:
    """Print the version of FoxML, Python and the platform.

    Example:
      foxml version --json
    """
    found = {
        "foxml": __version__,
        "python": platform.python_version(),
        "platform": f"{sys.platform}-{platform.machine()}",
    }
    emit(found, as_json=as_json, text=f"foxml {__version__} (Python {found['python']}, {found['platform']})")
