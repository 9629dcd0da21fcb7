"""What is wrong with a config, said so that it can be mended: place, key, found, expected, nearest key."""

import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from foxml.settings.layers import Layers

__all__ = ["describe", "nearest"]


def nearest(word: str, valid: Sequence[str]) -> str:
    """Suggest the valid word nearest to a mistyped one, or list the valid ones.

    Examples
    --------
    >>> nearest("max_wieght", ["max_weight", "kappa"])
    'did you mean max_weight?'
    >>> nearest("colour", ["kappa", "max_weight"])
    'expected one of kappa, max_weight'
    """
    lower = {name.lower(): name for name in valid}
    close = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    return f"did you mean {lower[close[0]]}?" if close else f"expected one of {', '.join(sorted(valid))}"


def describe(error: ValidationError, layers: Layers, model: type[BaseModel]) -> str:
    """Turn what pydantic found into one line a problem, in the order found."""
    return "\n".join(_line(problem, layers, model) for problem in error.errors(include_url=False))


def _line(problem: Mapping[str, Any], layers: Layers, model: type[BaseModel]) -> str:
    path = tuple(str(part) for part in problem["loc"])
    key = ".".join(path) or "config"
    place = layers.place(path) or "config"
    kind = problem["type"]
    if kind == "extra_forbidden":
        hint = nearest(path[-1], _valid_keys(model, path[:-1]))
        owners = [name for name in model.model_fields if path[-1] in _valid_keys(model, (name,))]
        if len(path) == 1 and owners:
            hint = f"did you mean {owners[0]}.{path[-1]}?"
        return f"{place}: unknown key {key}; {hint}"
    if kind == "missing":
        section = layers.place(path[:-1])
        where = f"{section}: " if section else ""
        return f"{where}{key} is missing: no file, variable or option gives it, and code has no default"
    message = str(problem["msg"]).removeprefix("Value error, ").replace("Input should be", "expected")
    found = problem["input"]
    if isinstance(found, Mapping):
        # A rule about several keys of a section names the one at fault first: "benchmark: QQQ is not among ...".
        blamed, colon, rest = message.partition(": ")
        words = blamed.split(".")
        if colon and words[0] in found:
            path, message = (*path, *words), rest
            return f"{layers.place(path) or 'config'}: {'.'.join(path)}: {message}"
        return f"{place}: {key}: found a mapping: {message}"
    return f"{place}: {key}: found {repr(found)[:120]}: {message}"


def _valid_keys(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    """Return the keys valid below a path."""
    here: type[BaseModel] | None = model
    for word in path:
        field = here.model_fields.get(word) if here is not None else None
        if field is not None:
            here = _model_of(field.annotation)
        # Otherwise the word is a name in a mapping of models: the model stays.
    return list(here.model_fields) if here is not None else []


def _model_of(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for argument in typing.get_args(annotation):
        found = _model_of(argument)
        if found is not None:
            return found
    return None
