"""How events and outputs are written: MessagePack lists of the fields of a type, in the order of its definition.

The schema version stands in the journal's header; it changes whenever the fields of a journalled type do. Integers
beyond 64 bits are written as text, arrays as little-endian bytes with their type and shape.
"""

import dataclasses
import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any

import msgspec
import numpy as np

from foxml.domain.commands import Output
from foxml.domain.events import Event
from foxml.errors import JournalError

__all__ = ["EVENT_TYPES", "OUTPUT_TYPES", "SCHEMA_VERSION", "decode", "encode"]

SCHEMA_VERSION = 1
EVENT_TYPES: dict[str, type] = {kind.__name__: kind for kind in typing.get_args(Event)}
OUTPUT_TYPES: dict[str, type] = {kind.__name__: kind for kind in typing.get_args(Output)}
_TYPES = EVENT_TYPES | OUTPUT_TYPES

_INT64 = range(-(2**63), 2**63)
_ARRAYS = {"<f8", "<i8", "|b1"}

Convert = Callable[[Any], Any]


def encode(value: Event | Output) -> tuple[str, bytes]:
    """Encode an event or output.

    Returns
    -------
    kind : str
        Name of its type.
    payload : bytes
        Equal for equal values.
    """
    kind: type = type(value)
    assert kind.__name__ in _TYPES, f"{kind.__name__} is no event or output"
    return kind.__name__, msgspec.msgpack.encode(_struct(kind)[0](value))


def decode(kind: str, payload: bytes) -> Any:
    """Decode what `encode` wrote.

    Raises
    ------
    JournalError
        If the kind is unknown or the payload is not one of that kind.
    """
    if kind not in _TYPES:
        raise JournalError(f"unknown kind {kind!r}; expected one of {', '.join(sorted(_TYPES))}")
    try:
        return _struct(_TYPES[kind])[1](msgspec.msgpack.decode(payload))
    except (msgspec.DecodeError, ValueError, TypeError, KeyError, IndexError, AssertionError) as error:
        raise JournalError(f"not the payload of a {kind}: {error}") from None


@cache
def _struct(kind: type) -> tuple[Convert, Convert]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    both = [_converters(hints[name]) for name in names]

    def write(value: Any) -> list[Any]:
        return [put(getattr(value, name)) for name, (put, _) in zip(names, both, strict=True)]

    def read(fields: Any) -> Any:
        return kind(*[get(field) for field, (_, get) in zip(fields, both, strict=True)])

    return write, read


def _converters(hint: Any) -> tuple[Convert, Convert]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is int:
        return _write_int, int
    if hint in (str, bool, float):
        return hint, hint
    if origin is np.ndarray:
        return _write_array, _read_array
    if origin is tuple and args[-1] is Ellipsis:
        put, get = _converters(args[0])
        return (lambda items: [put(item) for item in items]), (lambda items: tuple(get(item) for item in items))
    if origin is tuple:
        both = [_converters(arg) for arg in args]
        return (
            lambda items: [put(item) for item, (put, _) in zip(items, both, strict=True)],
            lambda items: tuple(get(item) for item, (_, get) in zip(items, both, strict=True)),
        )
    if origin in (types.UnionType, typing.Union) and len(args) == 2 and type(None) in args:
        put, get = _converters(next(arg for arg in args if arg is not type(None)))
        return (lambda v: None if v is None else put(v)), (lambda v: None if v is None else get(v))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return (lambda member: member.value), hint
    assert dataclasses.is_dataclass(hint), f"no encoding for {hint}"
    return _struct(typing.cast(type, hint))


def _write_int(value: int) -> int | str:
    return value if value in _INT64 else str(value)


def _write_array(array: np.ndarray[Any, Any]) -> list[Any]:
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return [plain.dtype.str, list(plain.shape), plain.tobytes()]


def _read_array(fields: list[Any]) -> np.ndarray[Any, Any]:
    dtype, shape, data = fields
    if dtype not in _ARRAYS:
        raise ValueError(f"array of type {dtype!r}")
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
