"""Each guard by its table: what it lets through, what it denies, and what it says of it."""

from pathlib import Path

import pytest
from risk_situations import limits, order, situation

from foxml.domain.orders import Denied
from foxml.risk import GUARDS
from foxml.risk.guard import Scope

TABLE = Path(__file__).with_name("guards.table")
BY_CODE = {guard.code: guard for guard in GUARDS}


def _rows() -> list[tuple[str, str, str, tuple[str, ...], str]]:
    """Guard, situation, order, limits, answer; one for each line of the table."""
    parsed = []
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        guard, where, what, changed, answer = (cell.strip() for cell in line.split("|"))
        parsed.append((guard, where, what, tuple(changed.split()), answer))
    return parsed


@pytest.mark.parametrize(("code", "where", "what", "changed", "answer"), _rows())
def test_row(code: str, where: str, what: str, changed: tuple[str, ...], answer: str) -> None:
    guard, view, intent, rules = BY_CODE[code], situation(where), order(what), limits(*changed)
    exempt = guard.scope is Scope.OPENING and view.reduces(intent)
    got = None if exempt else guard.judge(intent, view, rules)
    if answer == "ok":
        assert got is None
    else:
        limit, observed = (part.strip() for part in answer.split(";"))
        assert got == Denied(code, limit, observed)


def test_every_guard_has_rows_that_pass_and_rows_that_deny() -> None:
    # A guard that never denies in its table may as well not exist; one that never passes traps every position.
    told = {code: {answer == "ok" for c, *_, answer in _rows() if c == code} for code in BY_CODE}
    assert {code for code, answers in told.items() if answers != {True, False}} == set()
