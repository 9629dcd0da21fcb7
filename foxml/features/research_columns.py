"""Columns that research computes in Python: named in a plan, and known to no engine."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from foxml.errors import FeatureError

__all__ = ["ResearchColumn", "ResearchResolver", "not_live_capable", "parse_research_column"]

_REFERENCE: Final = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$", re.ASCII)
_SHA256: Final = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class ResearchColumn:
    """One column of a plan that is computed in Python, after those of the kernel.

    Attributes
    ----------
    name : str
    reference : str
        ``package.module:object``.
    group, formula : str
    warmup_bars : int
    guarantee : str
        ``exact`` or ``measured``.
    source_sha256 : str
        Of the file that defines it: a plan is another one when the file has changed.
    """

    name: str
    reference: str
    group: str
    formula: str
    warmup_bars: int
    guarantee: str
    source_sha256: str

    def __post_init__(self) -> None:
        for name, expected in (("reference", _REFERENCE), ("source_sha256", _SHA256)):
            if not expected.match(getattr(self, name)):
                raise FeatureError(f"research feature {self.name}: {name}: found {getattr(self, name)!r}")
        if self.warmup_bars < 0 or self.guarantee not in ("exact", "measured"):
            raise FeatureError(
                f"research feature {self.name}: found warmup_bars {self.warmup_bars} and guarantee {self.guarantee!r}, "
                "expected 0 or more, and exact or measured"
            )


ResearchResolver = Callable[[str], ResearchColumn]
"""Finds out what ``package.module:object`` is; raises ConfigError if it is no research feature."""


def parse_research_column(place: str, entry: dict[str, Any]) -> ResearchColumn:
    """Read the entry of a plan's canonical JSON, whose keys have been checked.

    Raises
    ------
    FeatureError
        If a value has another type, or is none that `ResearchColumn` takes.
    """
    for field in fields(ResearchColumn):
        if type(entry[field.name]) is not field.type:
            raise FeatureError(f"{place}: {field.name}: found {entry[field.name]!r}")
    try:
        return ResearchColumn(**entry)
    except FeatureError as error:
        raise FeatureError(f"{place}: {error}") from None


def not_live_capable(names: tuple[str, ...]) -> str:
    """Say why nothing that trades takes these features, and what helps."""
    return (
        f"the research features {', '.join(names)} are computed in Python, which no trading session does: port them to "
        "the kernel (docs/user_features.md), or train without them"
    )
