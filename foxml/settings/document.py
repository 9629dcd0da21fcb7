"""YAML read strictly: every key once, every value with the line that it stands on.

Only what a config needs is understood: mappings, sequences, strings, ``true`` and ``false``, ``null``, decimal integers
and floats. ``on`` and ``no`` are strings (and tickers), a date is a string; anchors, tags and merge keys are refused.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from foxml.errors import ConfigError

__all__ = ["DEPTH_MAX", "Document", "parse_value", "read_document"]

# No section nests deeper; the bound keeps a hostile file from exhausting the stack.
DEPTH_MAX = 16

_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)

_BOOL = re.compile(r"^(true|false)$")
_NULL = re.compile(r"^(null|~|)$")
_INT = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?$")


class _Loader(yaml.SafeLoader):
    """The reader of PyYAML with the few plain scalars of this module."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own protocol)


@dataclass(frozen=True, slots=True)
class Document:
    """One config file.

    Attributes
    ----------
    name : str
        What messages call it: the path.
    data : dict of str to object
    lines : dict of tuple of str to int
        Line of every key, by its path from the top.
    """

    name: str
    data: dict[str, Any]
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)


def read_document(path: Path) -> Document:
    """Read a config file.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not a YAML mapping of this module's kind; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    node = _compose(text, str(path))
    if node is None:
        return Document(str(path), {})
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{path}:{_line(node)}: found {_kind(node)}, expected a mapping of sections")
    lines: dict[tuple[str, ...], int] = {}
    return Document(str(path), _mapping(node, str(path), (), lines), lines)


def parse_value(text: str, name: str) -> Any:  # noqa: ANN401 (any value that YAML can hold)
    """Parse the value of an environment variable or of ``--set``, by the rules of a file.

    Examples
    --------
    >>> parse_value("[SPY, ON]", "--set"), parse_value("0.5", "--set"), parse_value("2015-01-02", "--set")
    (['SPY', 'ON'], 0.5, '2015-01-02')
    """
    node = _compose(text, name)
    return None if node is None else _value(node, name, (), {})


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        depth = 0
        for token in yaml.scan(text, Loader=_Loader):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > DEPTH_MAX:
                line = token.start_mark.line + 1
                raise ConfigError(f"{name}:{line}: nested too deeply, at most {DEPTH_MAX} levels")
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                line = token.start_mark.line + 1
                raise ConfigError(f"{name}:{line}: anchors, aliases and tags are not used in config; write the value")
        return yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark is not None else name
        raise ConfigError(f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}") from None


def _mapping(
    node: yaml.MappingNode, name: str, path: tuple[str, ...], lines: dict[tuple[str, ...], int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError(f"{name}:{_line(key_node)}: found {_kind(key_node)} as a key, expected a word")
        key = str(key_node.value)
        here = (*path, key)
        if key in found:
            raise ConfigError(
                f"{name}:{_line(key_node)}: {'.'.join(here)} is given twice, first on line {lines[here]}; keep one"
            )
        lines[here] = _line(key_node)
        found[key] = _value(value_node, name, here, lines)
    return found


def _value(node: yaml.Node, name: str, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> Any:  # noqa: ANN401
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name, (*path, str(index)), lines) for index, item in enumerate(node.value)]
    return _scalar(str(node.value), plain=getattr(node, "style", None) is None)


def _scalar(text: str, *, plain: bool) -> str | int | float | bool | None:
    if not plain:
        return text
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text == "true"
    if _INT.match(text) and len(text) < 40:
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.CollectionNode):
        return "a mapping" if isinstance(node, yaml.MappingNode) else "a sequence"
    return f"the value {str(node.value)[:40]!r}"
