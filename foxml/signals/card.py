"""What a signal must know of a model, whatever its family."""

from dataclasses import dataclass

__all__ = ["ModelCard"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The statistics and dates of one model; its scores grow with the expected return.

    Attributes
    ----------
    family : str
        E.g. ``lightgbm``.
    horizon_bars : int
        Of its label, in bars of the base interval.
    score_mean, score_std : float
        Of its scores on data that it was not fitted to.
    ic : float
        Correlation of those scores with the return at the label's end over sigma_h: the walk-forward's.
    ic_n : int
        Labels behind `ic`.
    created_ns : int
    expires_ns : int or None
        None: never.
    """

    family: str
    horizon_bars: int
    score_mean: float
    score_std: float
    ic: float
    ic_n: int
    created_ns: int
    expires_ns: int | None = None

    def __post_init__(self) -> None:
        if not self.horizon_bars >= 1:
            raise ValueError(f"horizon_bars of {self.family} must be at least 1, found {self.horizon_bars}")
        if not self.score_std > 0.0:
            raise ValueError(f"score_std of {self.family} must be positive, found {self.score_std}")
        if not -1.0 <= self.ic <= 1.0:
            raise ValueError(f"ic of {self.family} must lie between -1 and 1, found {self.ic}")
