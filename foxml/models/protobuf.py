"""Protocol buffers as they lie in a file: fields by number, strictly, within bounds."""

from collections.abc import Iterator
from typing import Final

from foxml.errors import ModelError

__all__ = ["Message"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BYTES_MAX: Final = 10
_FIELDS_MAX: Final = 1_000_000
_MASK64: Final = (1 << 64) - 1


class _Budget:
    """Fields that may still be read, over all messages of a file: each takes time, however short it is."""

    def __init__(self) -> None:
        self.left = _FIELDS_MAX


class Message:
    """The fields of one message.

    Parameters
    ----------
    data : memoryview
    name : str
        The file and the message's place in it, for errors.
    """

    def __init__(self, data: memoryview, name: str, budget: _Budget | None = None) -> None:
        self.name = name
        self._budget = budget or _Budget()
        self._fields: dict[int, list[int | memoryview]] = {}
        for number, value in self._read(data):
            self._fields.setdefault(number, []).append(value)

    def has(self, number: int) -> bool:
        """Whether a field stands in the message."""
        return number in self._fields

    def messages(self, number: int, what: str) -> Iterator["Message"]:
        """Yield the messages in a repeated field.

        Raises
        ------
        ModelError
        """
        for index, value in enumerate(self._fields.get(number, [])):
            yield Message(self._bytes(value, what), f"{self.name}: {what} {index}", self._budget)

    def message(self, number: int, what: str) -> "Message":
        """Return the message in a field.

        Raises
        ------
        ModelError
            If it is not there exactly once: two would be merged.
        """
        found = self._fields.get(number, [])
        if len(found) != 1:
            raise ModelError(f"{self.name}: expected one {what}, found {len(found)}")
        return Message(self._bytes(found[0], what), f"{self.name}: {what}", self._budget)

    def text(self, number: int, what: str) -> str:
        """Return the text in a field; empty where it is not there.

        Raises
        ------
        ModelError
        """
        value = self._one(number, what)
        if value is None:
            return ""
        try:
            return bytes(self._bytes(value, what)).decode()
        except UnicodeDecodeError:
            raise ModelError(f"{self.name}: {what}: expected text in UTF-8") from None

    def integer(self, number: int, what: str) -> int | None:
        """Return the whole number in a field, None where it is not there.

        Raises
        ------
        ModelError
        """
        value = self._one(number, what)
        if isinstance(value, memoryview):
            raise ModelError(f"{self.name}: {what}: expected a whole number, found bytes")
        return None if value is None else (value ^ (1 << 63)) - (1 << 63)

    def _one(self, number: int, what: str) -> int | memoryview | None:
        found = self._fields.get(number, [])
        if len(found) > 1:
            raise ModelError(f"{self.name}: {what}: expected at most one, found {len(found)}")
        return found[0] if found else None

    def _bytes(self, value: int | memoryview, what: str) -> memoryview:
        if isinstance(value, int):
            raise ModelError(f"{self.name}: {what}: expected bytes, found a number")
        return value

    def _read(self, data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
        at = 0
        while at < len(data):
            self._budget.left -= 1
            if self._budget.left < 0:
                raise ModelError(f"{self.name}: expected at most {_FIELDS_MAX:,} fields in the file, found more")
            key, at = self._varint(data, at)
            number, wire = key >> 3, key & 7
            if wire == _VARINT:
                value, at = self._varint(data, at)
                yield number, value
                continue
            if wire == _BYTES:
                size, at = self._varint(data, at)
            elif wire in (_FIXED32, _FIXED64):
                size = 4 if wire == _FIXED32 else 8
            else:
                raise ModelError(f"{self.name}: byte {at}: found a field of the unknown wire type {wire}")
            left = len(data) - at
            if number == 0 or size > left:
                raise ModelError(f"{self.name}: byte {at}: found field {number} of {size:,} bytes, with {left:,} left")
            yield number, data[at : at + size]
            at += size

    def _varint(self, data: memoryview, at: int) -> tuple[int, int]:
        value = 0
        for index, byte in enumerate(data[at : at + _VARINT_BYTES_MAX]):
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return value & _MASK64, at + index + 1
        raise ModelError(f"{self.name}: byte {at}: expected a number, found the end of the message or too many bytes")
