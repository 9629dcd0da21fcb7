"""`foxml status JOURNAL`."""

from typing import TYPE_CHECKING

from foxml.cli.console import emit, table
from foxml.cli.options import JournalArgument, JsonOption, utc_text

if TYPE_CHECKING:
    from foxml.daemon.status import Status

__all__ = ["status"]


def status(journal: JournalArgument, as_json: JsonOption = False) -> None:
    """Say how a run stands, by its journal: positions, cash, open orders, halt level, latest event.

    Only reads, so it can be asked while the process trades.

    Example:
      foxml status runs/spy_aapl_xom_5m/journal.db
    """
    from foxml.daemon.status import status as read_status

    found = read_status(journal)
    emit(found, as_json=as_json, text=_text(found))


def _text(found: "Status") -> str:
    rows: list[list[object]] = [
        ["run", found.label or "none yet"],
        ["model", found.model or "-"],
        ["starts", found.starts],
        ["events", found.events],
        ["latest slice", "-" if found.last_close_ns is None else f"{utc_text(found.last_close_ns)} UTC"],
        ["latest event", found.latest_event or "-"],
        ["cash", found.cash],
        ["equity", found.equity or "-"],
        ["round trips", found.trades],
        ["PnL of round trips", found.pnl],
        ["halt", f"{found.halt}{f' ({found.halt_cause})' if found.halt_cause else ''}"],
    ]
    if found.fault is not None:
        rows.append(["latest fault", found.fault])
    rows += [[f"position {symbol}", shares] for symbol, shares in found.positions.items()]
    rows += [
        [f"order {o.order}", f"{o.status}: {o.side} {o.remaining} {o.symbol} {o.type} {o.price or ''} ({o.reason})"]
        for o in found.open_orders
    ]
    return table(["", ""], rows)
