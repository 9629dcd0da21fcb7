"""The tables of constructs in docs/forests.md, and what a construct's test may be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forest_rows import differing_bits, same_numbers
from numpy.typing import NDArray

from foxml.errors import ModelError
from foxml.models import Forest

__all__ = ["Check", "Compared", "Exact", "Noted", "Refused", "documented", "hold_to_the_table"]

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "forests.md"


@dataclass(frozen=True, slots=True)
class Compared:
    """A model read here, rows, and what the library says of them; `proof` is false if the construct is not in it."""

    forest: Forest
    rows: NDArray[Any]
    raw: NDArray[Any]
    output: NDArray[Any] | None
    proof: object


@dataclass(frozen=True, slots=True)
class Exact:
    """All bits are the library's: of the raw scores, of the output where it is given."""

    train: Callable[[], Compared]


@dataclass(frozen=True, slots=True)
class Refused:
    """Reading raises an error that matches."""

    read: Callable[[], object]
    match: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Neither: the row says in words what happens, and this asserts it."""

    check: Callable[[], None]


Check = Exact | Refused | Noted


def documented(heading: str) -> Mapping[str, str]:
    """Return the constructs below a heading with their verdicts; a row of several has commas between them."""
    section = re.split(rf"^### {re.escape(heading)}.*\n", _PAGE.read_text(), flags=re.MULTILINE)[1]
    section = re.split(r"^##", section, flags=re.MULTILINE)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    found: dict[str, str] = {}
    for first, *_, last in rows[1:]:
        for name in first.replace("`", "").split(", "):
            assert name.strip() not in found, f"{heading}: {name} is in the table twice"
            found[name.strip()] = last.strip()
    return found


def hold_to_the_table(verdict: str, check: Check) -> None:
    """Assert what the table says of a construct."""
    word = verdict.split(" ")[0].rstrip(":;,")
    expected = {"exact": Exact, "refused": Refused}.get(word, Noted)
    assert type(check) is expected, f"the table says {verdict!r}"
    if isinstance(check, Refused):
        with pytest.raises(ModelError, match=check.match):
            check.read()
    elif isinstance(check, Noted):
        check.check()
    else:
        found = check.train()
        assert found.proof, "the model does not hold what its row is about"
        assert differing_bits(found.forest.predict(found.rows), found.raw) == 0
        assert differing_bits(found.forest.predict_reference(found.rows), found.raw) == 0
        if found.output is not None:
            assert same_numbers(found.forest.predict(found.rows, "output"), found.output)
