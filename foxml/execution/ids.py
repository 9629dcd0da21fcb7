"""Client order ids that a recovery repeats and another run never does."""

__all__ = ["OrderIds"]


class OrderIds:
    """Makes ``fx<journal>-<symbol>-<bar's close in hexadecimal seconds>-<sequence>``.

    Parameters
    ----------
    journal_id : str
        Random, made once when the journal was created.
    """

    def __init__(self, journal_id: str) -> None:
        if not journal_id:
            raise ValueError("journal_id must not be empty")
        self._prefix = f"fx{journal_id}"
        self._issued = 0

    def make(self, symbol: str, close_ns: int) -> str:
        """Return the next id.

        Parameters
        ----------
        symbol : str
        close_ns : int
            Close of the latest slice.

        Examples
        --------
        >>> OrderIds("0a1b2c3d4e").make("SPY", 1_600_000_000 * 10**9)
        'fx0a1b2c3d4e-SPY-5f5e1000-1'
        """
        self._issued += 1
        return f"{self._prefix}-{symbol}-{close_ns // 1_000_000_000:x}-{self._issued}"
