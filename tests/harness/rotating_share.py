"""A share of many like cases, another each day: every case comes by, and no run takes long."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from zlib import crc32

__all__ = ["share_of"]

Case = TypeVar("Case")


def share_of(cases: Iterable[Case], parts: int) -> list[Case]:
    """Return one of `parts` shares of the cases: today's, number ``FOXML_SHARE``, or with ``FOXML_SHARE=all`` each."""
    number = os.environ.get("FOXML_SHARE", str(datetime.now(UTC).toordinal()))
    if number == "all":
        return list(cases)
    found = [case for case in cases if crc32(repr(case).encode()) % parts == int(number) % parts]
    assert found, f"FOXML_SHARE={number} of {parts} holds no case"
    return found
