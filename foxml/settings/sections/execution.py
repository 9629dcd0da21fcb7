"""How targets become orders."""

from typing import Annotated

from pydantic import Field

from foxml.settings.types import Count, Section

__all__ = ["ExecutionSection"]


class ExecutionSection(Section):
    """Orders, their time to live, and exits.

    Attributes
    ----------
    submit_ttl_ms : int
        A command older than this is never sent.
    ack_timeout_ms : int
        An order without an answer for this long is unknown.
    session_end_flat : bool
        Leave every position before the session ends.
    no_entry_last_bars : int
        No entries in so many last bars of a session.
    entry_bars : int
        Bars of its symbol that an entry may work; what is unfilled after them is cancelled.
    stop, target : bool
        Place the label's barriers as orders.
    """

    submit_ttl_ms: Annotated[int, Field(ge=1)]
    ack_timeout_ms: Annotated[int, Field(ge=1)]
    session_end_flat: bool
    no_entry_last_bars: Count
    entry_bars: Annotated[int, Field(ge=1)]
    stop: bool
    target: bool
