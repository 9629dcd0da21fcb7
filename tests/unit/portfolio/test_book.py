"""The book by hand: every cent of fills, splits and dividends."""

import pytest

from foxml.domain.bars import ActionKind, CorporateAction
from foxml.domain.events import OrderFilled
from foxml.domain.money import NANO, parse_nano
from foxml.domain.orders import Side
from foxml.portfolio import Book, FillEffect

CASH = parse_nano("10000")


def _fill(number: int, side: str, quantity: str, price: str, fee: str = "0") -> OrderFilled:
    return OrderFilled(
        f"e{number}", "id", "AAA", Side(side), parse_nano(quantity), parse_nano(price), parse_nano(fee), 0, 0
    )


# Each row: fills as side:quantity@price~fee; then quantity, cost, realized, cash.
CASES = """
buy:100@10                                   | 100  |  1000     |     0   | 9000
buy:100@10~1                                 | 100  |  1000     |     0   | 8999
buy:100@10 buy:50@13                         | 150  |  1650     |     0   | 8350
buy:100@10 sell:40@12                        |  60  |   600     |    80   | 9480
buy:100@10 buy:50@13 sell:150@11~0.35        |   0  |     0     |     0   | 9999.65
sell:100@10                                  | -100 | -1000     |     0   | 11000
sell:100@10 buy:40@8~1                       |  -60 |  -600     |    80   | 10679
sell:100@10 sell:100@12 buy:200@11           |   0  |     0     |     0   | 10000
buy:100@10 sell:150@12                       |  -50 |  -600     |   200   | 10800
sell:10@5 buy:15@4                           |   5  |    20     |    10   | 9990
buy:3@10 sell:1@10 sell:1@10 sell:1@10       |   0  |     0     |     0   | 10000
buy:0.5@10 sell:0.25@20                      | 0.25 |   2.5     |   2.5   | 10000
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_fills_by_hand(line: str) -> None:
    fills, quantity, cost, realized, cash = (cell.strip() for cell in line.split("|"))
    book = Book(CASH)
    for number, word in enumerate(fills.split()):
        body, _, fee = word.partition("~")
        side, rest = body.split(":")
        shares, price = rest.split("@")
        book.apply(_fill(number, side, shares, price, fee or "0"))
    position = book.position("AAA")
    assert position.quantity == parse_nano(quantity)
    assert position.cost == parse_nano(cost)
    assert position.realized == parse_nano(realized)
    assert book.cash == parse_nano(cash)
    assert book.cash == CASH - position.cost + position.realized - position.fees + position.dividends


def test_an_execution_is_applied_once() -> None:
    # A broker that repeats a fill after a reconnect must not double the position.
    book = Book(CASH)
    assert book.apply(_fill(1, "buy", "10", "10")) is not None
    assert book.apply(_fill(1, "buy", "10", "10")) is None
    assert book.quantity("AAA") == 10 * NANO
    assert book.cash == parse_nano("9900")


def test_a_flip_closes_and_opens() -> None:
    book = Book(CASH)
    book.apply(_fill(1, "buy", "10", "10"))
    effect = book.apply(_fill(2, "sell", "25", "12"))
    n = parse_nano
    assert effect == FillEffect(n("10"), n("-15"), n("15"), n("10"), n("180"), n("120"), n("20"))


def test_marks_move_equity_and_exposure() -> None:
    book = Book(CASH)
    book.apply(_fill(1, "buy", "100", "10"))
    assert book.equity() == CASH
    book.mark([("AAA", parse_nano("9.5"))])
    assert book.exposure() == (parse_nano("950"), parse_nano("950"))
    assert book.equity() == parse_nano("9950")


def _action(kind: ActionKind, value: str) -> CorporateAction:
    return CorporateAction("AAA", kind, 0, 0, parse_nano(value))


def test_a_split_pays_the_fraction_in_cash() -> None:
    # 101 shares at 10, three for two: 151.5 shares at 6.67; half a share is paid at the mark of 6.666666667.
    book = Book(CASH)
    book.apply(_fill(1, "buy", "101", "10"))
    effect = book.apply_action(_action(ActionKind.SPLIT, "1.5"), NANO)
    position = book.position("AAA")
    assert position.quantity == 151 * NANO
    assert effect.sold == NANO // 2
    assert effect.sold_value == 3_333_333_334  # 0.5 x 6.666666667, half to even
    assert position.cost == parse_nano("1010") - 3_333_333_333  # a 303rd of 1010
    assert book.cash == CASH - position.cost + position.realized
    assert abs(book.equity() - CASH) < 151  # the mark is rounded to 1e-9 a share


def test_a_short_pays_the_dividend_and_equity_stays() -> None:
    for side, sign in (("buy", 1), ("sell", -1)):
        book = Book(CASH)
        book.apply(_fill(1, side, "100", "10"))
        effect = book.apply_action(_action(ActionKind.DIVIDEND, "0.25"), NANO)
        assert effect.dividend == sign * parse_nano("25")
        assert book.equity() == CASH
        assert book.position("AAA").dividends == sign * parse_nano("25")


def test_an_action_without_a_position_changes_nothing() -> None:
    book = Book(CASH)
    book.apply_action(_action(ActionKind.DIVIDEND, "0.25"), NANO)
    assert book.cash == CASH
    assert book.open_positions() == {}
