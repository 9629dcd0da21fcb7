"""From ``package.module:object`` in a plan file to the feature that is meant."""

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from foxml.errors import ConfigError, FeatureError
from foxml.features import ResearchColumn
from foxml.research.features.user import ResearchFeature
from foxml.settings.problems import nearest

__all__ = ["import_object", "import_research", "research_resolver"]


def research_resolver(root: Path) -> Callable[[str], ResearchColumn]:
    """Return what tells a plan file's research features; `load_plan` takes it.

    Parameters
    ----------
    root : Path
        The project: modules are looked for there, then where Python looks.
    """
    return lambda reference: _column(reference, *_import(reference, root))


def import_research(columns: Sequence[ResearchColumn], root: Path) -> tuple[ResearchFeature, ...]:
    """Return the features of a plan's columns.

    Raises
    ------
    ConfigError
        If one is not to be found.
    FeatureError
        If one is not what it was when the plan was made.
    """
    found = []
    for column in columns:
        feature, module = _import(column.reference, root)
        now = _column(column.reference, feature, module)
        if now != column:
            raise FeatureError(
                f"research feature {column.name}: {column.reference} has changed since the plan was made"
            )
        found.append(feature)
    return tuple(found)


def import_object(reference: str, root: Path) -> object:
    """Return what ``package.module:object`` names, looked for as research features are.

    Raises
    ------
    ConfigError
        If it is not to be found.
    """
    module, word = _import_module(reference, root)
    if word not in vars(module):
        names = [name for name in vars(module) if not name.startswith("_")]
        hint = nearest(word, names) if names else f"{module.__name__} holds none"
        raise ConfigError(f"{reference}: found no such object; {hint}")
    return vars(module)[word]


def _column(reference: str, feature: ResearchFeature, module: ModuleType) -> ResearchColumn:
    file = module.__file__
    if file is None:
        raise ConfigError(f"{reference}: the module has no file that could be part of what a plan is")
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    return ResearchColumn(
        feature.name, reference, feature.group, feature.formula, feature.warmup_bars, feature.guarantee, digest
    )


def _import_module(reference: str, root: Path) -> tuple[ModuleType, str]:
    name, colon, word = reference.partition(":")
    if not (name and colon and word):
        raise ConfigError(f"{reference}: expected package.module:object")
    try:
        with _looking_in(root):
            return importlib.import_module(name), word
    except Exception as error:  # whatever the user's module does
        raise ConfigError(f"{reference}: importing {name} failed: {type(error).__name__}: {error}") from error


def _import(reference: str, root: Path) -> tuple[ResearchFeature, ModuleType]:
    module, word = _import_module(reference, root)
    features = [key for key, value in vars(module).items() if isinstance(value, ResearchFeature)]
    found = vars(module).get(word)
    if not isinstance(found, ResearchFeature):
        kind = "no such object" if word not in vars(module) else f"a {type(found).__name__}"
        hint = nearest(word, features) if features else f"{module.__name__} holds none"
        raise ConfigError(f"{reference}: found {kind}, expected a ResearchFeature; {hint}")
    return found, module


@contextmanager
def _looking_in(root: Path) -> Iterator[None]:
    folder = str(root.resolve())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
