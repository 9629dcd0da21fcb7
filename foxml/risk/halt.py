"""The halt level: it rises by itself and falls by a person alone."""

from foxml.domain.commands import HaltChanged
from foxml.domain.orders import Denied, HaltLevel

__all__ = ["HaltSwitch"]


class HaltSwitch:
    """How much the engine may still do."""

    def __init__(self) -> None:
        self._level = HaltLevel.ACTIVE

    @property
    def level(self) -> HaltLevel:
        """The level that is in force."""
        return self._level

    def trip(self, level: HaltLevel, cause: Denied) -> HaltChanged | None:
        """Raise the level to `level`; a lower or equal one changes nothing.

        Returns
        -------
        HaltChanged or None
            None if nothing changed.
        """
        return self._move(level, cause) if level.value > self._level.value else None

    def set(self, level: HaltLevel, reason: str) -> HaltChanged | None:
        """Set the level on a person's word, up or down."""
        cause = Denied("operator", level.name.lower(), reason)
        return self._move(level, cause) if level is not self._level else None

    def _move(self, level: HaltLevel, cause: Denied) -> HaltChanged:
        before, self._level = self._level, level
        return HaltChanged(before, level, cause)
