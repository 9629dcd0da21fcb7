"""The life of an order: every status, every kind of news, and what becomes of it.

Messages come late, twice and out of order. Three rules keep the table right whatever the order of arrival: what is over
stays over, a fill counts whenever it comes, and "unknown" ends only by evidence from the broker (or by the proof that
the broker never had the order, which is when a command expires).
"""

from enum import Enum
from typing import Final

from foxml.domain.orders import OrderStatus

__all__ = ["TRANSITIONS", "News", "next_status"]


class News(Enum):
    """What can be learned about an order."""

    ACCEPTED = "accepted"
    FILLED_PART = "filled_part"
    FILLED_ALL = "filled_all"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    LOST = "lost"
    UNANSWERED = "unanswered"
    NEVER_SENT = "never_sent"


_TABLE: Final = """
                   pending           accepted          partially_filled  unknown           filled  cancelled  rejected  expired
    accepted       accepted          accepted          partially_filled  accepted          filled  cancelled  rejected  expired
    filled_part    partially_filled  partially_filled  partially_filled  partially_filled  filled  cancelled  rejected  expired
    filled_all     filled            filled            filled            filled            filled  filled     filled    filled
    cancelled      cancelled         cancelled         cancelled         cancelled         filled  cancelled  rejected  expired
    rejected       rejected          rejected          rejected          rejected          filled  cancelled  rejected  expired
    expired        expired           expired           expired           expired           filled  cancelled  rejected  expired
    lost           unknown           unknown           unknown           unknown           filled  cancelled  rejected  expired
    unanswered     unknown           accepted          partially_filled  unknown           filled  cancelled  rejected  expired
    never_sent     expired           accepted          partially_filled  expired           filled  cancelled  rejected  expired
"""  # noqa: E501


def _parse(table: str) -> dict[tuple[OrderStatus, News], OrderStatus]:
    header, *rows = (line.split() for line in table.strip().splitlines())
    return {
        (OrderStatus(before), News(row[0])): OrderStatus(after)
        for row in rows
        for before, after in zip(header, row[1:], strict=True)
    }


TRANSITIONS: Final = _parse(_TABLE)


def next_status(status: OrderStatus, news: News, *, has_fills: bool) -> OrderStatus:
    """Look up what an order becomes.

    Parameters
    ----------
    status : OrderStatus
    news : News
    has_fills : bool
        Whether any of the order was filled before: it comes back from unknown as partially filled then, and is
        never proved to have been unsent.

    Examples
    --------
    >>> next_status(OrderStatus.UNKNOWN, News.ACCEPTED, has_fills=True)
    <OrderStatus.PARTIALLY_FILLED: 'partially_filled'>
    """
    if has_fills and news is News.NEVER_SENT:
        return status
    after = TRANSITIONS[status, news]
    if has_fills and after is OrderStatus.ACCEPTED:
        return OrderStatus.PARTIALLY_FILLED
    return after
