"""`foxml status JOURNAL`."""

from foxml.cli.console import emit, jsonable, table
from foxml.cli.options import JournalArgument, JsonOption

__all__ = ["status"]


def status(journal: JournalArgument, as_json: JsonOption = False) -> None:
    """Say how a trading process stands, by its journal: positions, cash, open orders, halt level, latest event.

    Only reads, so it can be asked while the daemon trades.

    Example:
      foxml status runs/spy_aapl_xom_5m/journal.db
    """
    from foxml.daemon.status import status as read_status

    found = read_status(journal)
    rows = [[key, value] for key, value in jsonable(found).items()]
    emit(found, as_json=as_json, text=table(["", ""], rows))
