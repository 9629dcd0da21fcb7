"""The made-up market that a demonstration runs on, as a vendor's files."""

import shutil
from pathlib import Path

from foxml.bars.calendar import TradingCalendar
from foxml.bars.synthetic import synthetic_market, write_files
from foxml.errors import ConfigError
from foxml.settings import FoxmlConfig

__all__ = ["MARKER", "NOTICE", "market_files", "prepare_folder"]

MARKER = "SYNTHETIC.txt"
NOTICE = (
    "Everything in this folder was made by `foxml demo`: a seeded generator invented the bars and planted a weak\n"
    "signal in them. No market ever moved so; profits made on it mean nothing. `foxml demo` replaces this folder.\n"
)


def prepare_folder(folder: Path) -> None:
    """Make an empty folder that is marked as a demonstration's; an older demonstration in it is removed.

    Raises
    ------
    ConfigError
        If it holds anything that no demonstration left there; nothing has been removed then.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise ConfigError(f"{folder}: holds files that are no demo's; choose another folder with --dir")
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: a file, expected a folder or nothing")
    if folder.is_dir():
        _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text(NOTICE, encoding="utf-8")


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARKER:  # goes last: what is left by a kill is a demonstration's still
            path.unlink()


def market_files(
    folder: Path, first: FoxmlConfig, last: FoxmlConfig, *, seed: int, calendar: TradingCalendar, signal: float = 1.0
) -> Path:
    """Write the bars that a vendor would have sold for the sessions of some runs.

    Parameters
    ----------
    folder : Path
        Gets ``bars/<SYMBOL>.csv`` and the table of corporate actions.
    first, last : FoxmlConfig
        Of the runs that begin first and end last: their universe, interval and periods say what is made.
    seed : int
    calendar : TradingCalendar
    signal : float, default 1.0
        Strength of the planted signal; 0 leaves nothing to find.

    Returns
    -------
    Path
        The table of corporate actions.

    Raises
    ------
    ConfigError
        If the periods have no first or last day.
    """
    start, end = first.period.start, last.period.end
    if start is None or end is None:
        raise ConfigError("a synthetic market needs period.start of its first run and period.end of its last")
    market = synthetic_market(
        seed,
        first.universe.symbols,
        calendar.sessions(start, end),
        interval=first.bars.interval,
        signal=signal,
    )
    return write_files(market, folder)
