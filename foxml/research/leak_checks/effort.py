"""How much is tried."""

from dataclasses import dataclass

__all__ = ["Effort"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each check is done.

    Attributes
    ----------
    seed : int
        Of every random choice.
    cuts : int
        Moments of a symbol's history after which it is given another future.
    symbols_max : int
        Symbols whose futures are perturbed.
    shifts : int
        Distances by which targets are moved against their rows, with models trained anew.
    groups : int
        Groups of symbols that are held out, one after the other.
    periods : int
        Parts of the tested time, of which any two beside each other may carry the skill.
    rows_max : int
        Rows that one model learns from: of more, every second, third ... is taken.
    trees : int
        Of each of these models.
    """

    seed: int = 7
    cuts: int = 6
    symbols_max: int = 16
    shifts: int = 16
    groups: int = 4
    periods: int = 8
    rows_max: int = 60_000
    trees: int = 60
