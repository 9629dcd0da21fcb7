"""The wire format of protocol buffers: what is not whole is refused with its byte, and nothing takes for ever."""

import pytest

from foxml.errors import ModelError
from foxml.models.protobuf import Message


def _message(data: bytes) -> Message:
    return Message(memoryview(data), "m")


def test_fields_by_number() -> None:
    """By hand: 8 is field 1 as a number, 18 field 2 as bytes, 13 field 1 and 9 field 1 of fixed size."""
    message = _message(b"\x08\x96\x01" + b"\x12\x03fox" + b"\x1d\x00\x00\x00\x00" + b"\x21" + bytes(8))
    assert message.integer(1, "one") == 150
    assert message.text(2, "two") == "fox"
    assert message.has(3)
    assert message.has(4)
    assert not message.has(5)
    assert message.integer(5, "five") is None
    assert message.text(5, "five") == ""


def test_a_negative_number_has_ten_bytes() -> None:
    """Two's complement in 64 bits."""
    assert _message(b"\x08" + b"\xff" * 9 + b"\x01").integer(1, "one") == -1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x08", "byte 1: expected a number"),
        (b"\x08" + b"\xff" * 11, "byte 1: expected a number, found the end of the message or too many bytes"),
        (b"\x12\x05fox", "found field 2 of 5 bytes, with 3 left"),
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "with 0 left"),
        (b"\x0b", "unknown wire type 3"),
        (b"\x02\x00", "found field 0"),
        (b"\x1d\x00", "found field 3 of 4 bytes, with 1 left"),
    ],
)
def test_what_is_not_whole_is_refused(data: bytes, message: str) -> None:
    """A length is believed only as far as there are bytes."""
    with pytest.raises(ModelError, match=message):
        _message(data)


def test_a_field_of_another_kind_is_refused() -> None:
    """A number where bytes belong would be taken for a length somewhere else."""
    message = _message(b"\x08\x01\x12\x02\xff\xff\x18\x01\x18\x02")
    with pytest.raises(ModelError, match="one: expected bytes, found a number"):
        message.text(1, "one")
    with pytest.raises(ModelError, match="two: expected a whole number, found bytes"):
        message.integer(2, "two")
    with pytest.raises(ModelError, match="two: expected text in UTF-8"):
        message.text(2, "two")
    with pytest.raises(ModelError, match="three: expected at most one, found 2"):
        message.integer(3, "three")
    with pytest.raises(ModelError, match="expected one four, found 0"):
        message.message(4, "four")


def test_a_million_fields_are_enough() -> None:
    """Two bytes a field: a file of the largest size would be read for minutes."""
    with pytest.raises(ModelError, match="expected at most 1,000,000 fields in the file, found more"):
        _message(b"\x08\x01" * 1_000_001)
