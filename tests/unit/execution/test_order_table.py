"""Orders through their lives: late, repeated and reordered news included."""

from itertools import permutations

import pytest

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.events import (
    CommandExpired,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderLost,
    OrderRejected,
)
from foxml.domain.instruments import Instrument
from foxml.domain.money import NANO
from foxml.domain.orders import OrderIntent, OrderReason, OrderStatus, OrderType, Side, TimeInForce
from foxml.execution import OrderIds, OrderTable
from foxml.execution.orders import OrderEvent
from foxml.execution.status import TRANSITIONS, News


def _intent(name: str = "a", limit: int | None = None) -> OrderIntent:
    kind = OrderType.MARKET if limit is None else OrderType.LIMIT
    return OrderIntent(name, "AAA", Side.BUY, 10 * NANO, kind, limit, None, TimeInForce.DAY, OrderReason.ENTRY, 0)


def _event(word: str, at_ns: int = 1) -> OrderEvent:
    if word.startswith("fill"):
        quantity = int(word.removeprefix("fill")) * NANO
        return OrderFilled(f"e{at_ns}", "a", "AAA", Side.BUY, quantity, NANO, 0, at_ns, at_ns)
    made: dict[str, OrderEvent] = {
        "accepted": OrderAccepted("a", "b1", at_ns, at_ns),
        "cancelled": OrderCancelled("a", "asked", at_ns, at_ns),
        "rejected": OrderRejected("a", "no", at_ns, at_ns),
        "expired": OrderExpired("a", at_ns, at_ns),
        "lost": OrderLost("a", "gone", at_ns, at_ns),
        "never_sent": CommandExpired("a", at_ns, at_ns),
    }
    return made[word]


LIVES = """
accepted                        | accepted
fill4                           | partially_filled
accepted fill4 fill6            | filled
fill10 accepted                 | filled
fill4 accepted                  | partially_filled
fill4 cancelled                 | cancelled
cancelled fill4                 | cancelled
cancelled fill10                | filled
accepted cancelled accepted     | cancelled
accepted expired cancelled      | expired
rejected                        | rejected
rejected accepted               | rejected
lost                            | unknown
lost lost                       | unknown
lost accepted                   | accepted
fill4 lost accepted             | partially_filled
lost cancelled                  | cancelled
lost never_sent                 | expired
accepted never_sent             | accepted
fill4 lost never_sent           | unknown
fill10 cancelled                | filled
fill10 rejected                 | filled
never_sent                      | expired
"""


@pytest.mark.parametrize("line", LIVES.strip().splitlines())
def test_life(line: str) -> None:
    news, after = (cell.strip() for cell in line.split("|"))
    table = OrderTable()
    order = table.add(_intent(), 0)
    for at_ns, word in enumerate(news.split(), 1):
        assert table.apply(_event(word, at_ns)) is order
    assert order.status.value == after
    assert (order in table.open("AAA")) == order.status.is_open
    assert order.history[0] == (0, OrderStatus.PENDING)


def test_every_status_and_news_has_one_transition() -> None:
    assert set(TRANSITIONS) == {(status, news) for status in OrderStatus for news in News}


def test_what_is_over_stays_over_and_unknown_ends_by_evidence_only() -> None:
    for (before, news), after in TRANSITIONS.items():
        if not before.is_open:
            assert not after.is_open, (before, news)
            assert after in (before, OrderStatus.FILLED)
        if before is OrderStatus.UNKNOWN and news in (News.LOST, News.UNANSWERED):
            assert after is OrderStatus.UNKNOWN


def test_the_end_does_not_depend_on_the_order_of_messages() -> None:
    # Accepted, two fills and the cancel of nothing: brokers send them in any order.
    for words in permutations(["accepted", "fill4", "fill6"]):
        table = OrderTable()
        order = table.add(_intent(), 0)
        for at_ns, word in enumerate(words, 1):
            table.apply(_event(word, at_ns))
        assert (order.status, order.filled, order.remaining) == (OrderStatus.FILLED, 10 * NANO, 0)


def test_an_order_that_nobody_answers_becomes_unknown_in_time() -> None:
    table = OrderTable()
    table.add(_intent("a"), 100)
    table.add(_intent("b"), 200)
    assert table.next_timeout_ns(50) == 150
    assert table.time_out(149, 50) == []
    assert [order.client_order_id for order in table.time_out(150, 50)] == ["a"]
    assert table.next_timeout_ns(50) == 250
    table.apply(OrderAccepted("b", "b1", 210, 210))
    assert table.next_timeout_ns(50) is None
    assert len(table.open("AAA")) == 2  # unknown is open: it may still fill


def test_news_of_an_order_that_is_not_ours() -> None:
    assert OrderTable().apply(_event("accepted")) is None


def test_a_split_moves_what_rests_and_ends_what_is_no_lot_any_more() -> None:
    table = OrderTable()
    order = table.add(_intent("a", limit=100 * NANO), 0)
    table.adjust(CorporateAction("AAA", ActionKind.SPLIT, 0, 0, 4 * NANO), Instrument("AAA"), 1)
    assert (order.remaining, order.limit_price) == (40 * NANO, 25 * NANO)
    table.adjust(CorporateAction("AAA", ActionKind.SPLIT, 0, 0, NANO // 50), Instrument("AAA"), 2)
    assert order.status is OrderStatus.CANCELLED
    assert table.open("AAA") == []


def test_ids_repeat_for_the_same_journal_and_never_for_another() -> None:
    made = [OrderIds(journal).make("SPY", 5 * NANO) for journal in ("aa", "aa", "bb")]
    assert made[0] == made[1] != made[2]
    ids = OrderIds("aa")
    assert len({ids.make("SPY", 5 * NANO) for _ in range(100)}) == 100
    with pytest.raises(ValueError, match="journal_id"):
        OrderIds("")
