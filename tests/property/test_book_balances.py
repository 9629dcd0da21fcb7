"""Whatever happens, cash and positions and profit balance to the last unit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.events import OrderFilled
from foxml.domain.money import NANO, multiply
from foxml.domain.orders import Side
from foxml.portfolio import Book

SYMBOLS = ("AAA", "BBB")
CASH = 10**15

fills = st.builds(
    lambda number, symbol, side, quantity, price, fee: OrderFilled(
        f"e{number}", "id", symbol, side, quantity, price, fee, 0, 0
    ),
    number=st.integers(0, 40),  # repeats are meant: the same execution comes twice
    symbol=st.sampled_from(SYMBOLS),
    side=st.sampled_from(Side),
    quantity=st.integers(1, 10_000 * NANO),
    price=st.integers(1, 10_000 * NANO),
    fee=st.integers(-NANO, 100 * NANO),
)
actions = st.builds(
    lambda symbol, kind, value: CorporateAction(symbol, kind, 0, 0, value),
    symbol=st.sampled_from(SYMBOLS),
    kind=st.sampled_from(ActionKind),
    value=st.integers(NANO // 50, 50 * NANO),
)
marks = st.tuples(st.sampled_from(SYMBOLS), st.integers(1, 10_000 * NANO))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(fills, actions, marks), max_size=40))
def test_the_book_balances_after_every_event(events: list[OrderFilled | CorporateAction | tuple[str, int]]) -> None:
    book, seen = Book(CASH), set()
    for event in events:
        before = (book.cash, book.open_positions())
        if isinstance(event, OrderFilled):
            effect = book.apply(event)
            if event.execution_id in seen:
                assert effect is None
                assert (book.cash, book.open_positions()) == before
            else:
                assert effect is not None
                assert effect.after - effect.before == event.side.sign * event.quantity
                assert effect.opened + effect.closed == event.quantity
                assert effect.opened_value + effect.closed_value == multiply(event.price, event.quantity)
            seen.add(event.execution_id)
        elif isinstance(event, CorporateAction):
            book.apply_action(event, NANO)
        else:
            book.mark([event])
        total = book.totals()
        assert book.cash == CASH - total.cost + total.realized - total.fees + total.dividends
        value = sum(multiply(q, book.prices[s]) for s, q in book.open_positions().items())
        assert book.equity() == book.cash + value
        for symbol in SYMBOLS:
            position = book.position(symbol)
            assert position.quantity != 0 or position.cost == 0
