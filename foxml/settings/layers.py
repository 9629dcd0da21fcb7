"""Values laid over each other, each with the place that it came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foxml.errors import ConfigError
from foxml.settings.document import Document, parse_value

__all__ = ["ENVIRONMENT_PREFIX", "Layers", "Source"]

ENVIRONMENT_PREFIX = "FOXML__"


@dataclass(frozen=True, slots=True)
class Source:
    """A value and where it came from.

    Attributes
    ----------
    value : object
        As written.
    source : str
        ``file:line``, ``environment FOXML__...`` or ``--set``.
    """

    value: Any
    source: str


class Layers:
    """Leaves of the config by dotted key; a later layer takes the place of an earlier one, key by key.

    A list is one leaf. A mapping is merged into the mapping below it.
    """

    def __init__(self) -> None:
        self._leaves: dict[tuple[str, ...], Source] = {}
        self._places: dict[tuple[str, ...], str] = {}

    def lay_document(self, document: Document) -> None:
        """Lay a file over what is there."""
        for path, line in document.lines.items():
            self._places[path] = f"{document.name}:{line}"
        for path, value in _leaves(document.data, ()):
            self._put(path, Source(value, f"{document.name}:{document.lines[path]}"))

    def lay_environment(self, environ: Mapping[str, str]) -> None:
        """Lay ``FOXML__SECTION__KEY=value`` variables over what is there, in the order of their names."""
        for name in sorted(environ):
            if not name.startswith(ENVIRONMENT_PREFIX):
                continue
            words = tuple(name.removeprefix(ENVIRONMENT_PREFIX).split("__"))
            if not all(words):
                raise ConfigError(f"environment {name}: expected {ENVIRONMENT_PREFIX}SECTION__KEY")
            self._lay_text(self._known_case(words), environ[name], f"environment {name}")

    def lay_overrides(self, overrides: Sequence[str]) -> None:
        """Lay ``section.key=value`` options over what is there."""
        for text in overrides:
            key, equals, value = text.partition("=")
            words = tuple(key.strip().split("."))
            if not equals or not all(words):
                raise ConfigError(f"--set {text}: expected section.key=value, such as portfolio.max_weight=0.02")
            self._lay_text(words, value.strip(), f"--set {text}")

    def tree(self) -> dict[str, Any]:
        """Return the nested values."""
        found: dict[str, Any] = {}
        for path, leaf in self._leaves.items():
            here = found
            for word in path[:-1]:
                here = here.setdefault(word, {})
            here[path[-1]] = leaf.value
        return found

    def provenance(self) -> dict[str, Source]:
        """Return every leaf by its dotted key."""
        return {".".join(path): leaf for path, leaf in self._leaves.items()}

    def place(self, path: tuple[str, ...]) -> str | None:
        """Say where a key was given: its own place, that of one below it or of the nearest above, or None."""
        for length in range(len(path), 0, -1):
            leaf = self._leaves.get(path[:length])
            if leaf is not None:
                return leaf.source
            if path[:length] in self._places:
                return self._places[path[:length]]
            if length == len(path):
                below = next((leaf for known, leaf in self._leaves.items() if known[:length] == path), None)
                if below is not None:
                    return below.source
        return None

    def _lay_text(self, path: tuple[str, ...], text: str, source: str) -> None:
        value = parse_value(text, source)
        self._places[path] = source
        for below, leaf in _leaves(value, path) if isinstance(value, dict) else [(path, value)]:
            self._put(below, Source(leaf, source))

    def _put(self, path: tuple[str, ...], leaf: Source) -> None:
        for length in range(1, len(path)):
            above = self._leaves.get(path[:length])
            if above is not None:
                if above.value not in ({}, None):
                    raise ConfigError(
                        f"{leaf.source}: {'.'.join(path)} lies below {'.'.join(path[:length])}, which holds "
                        f"{above.value!r} ({above.source}); expected a single value"
                    )
                del self._leaves[path[:length]]
        if leaf.value == {} and any(known[: len(path)] == path and known != path for known in self._leaves):
            return
        for known in [known for known in self._leaves if known[: len(path)] == path and known != path]:
            del self._leaves[known]
        self._leaves[path] = leaf

    def _known_case(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Give a variable's words the case of a key that is there; symbols are upper, sections lower case."""
        known = {tuple(word.upper() for word in path[: len(words)]): path[: len(words)] for path in self._leaves}
        return known.get(tuple(word.upper() for word in words), tuple(word.lower() for word in words))


def _leaves(data: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not data and path:
        yield path, {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
