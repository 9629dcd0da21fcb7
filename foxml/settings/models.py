"""The configs of model families: ``config/models/<family>.yaml``, and the list of all configs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foxml.errors import ConfigError
from foxml.settings.document import read_document
from foxml.settings.load import packaged_config_root
from foxml.settings.problems import nearest

__all__ = ["AvailableConfig", "ModelConfig", "list_available_configs", "load_model_config"]

_KEYS = ("family", "common", "variants")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Parameters of one variant of one family.

    Attributes
    ----------
    family, variant : str
    params : mapping of str to object
        The file's ``common`` with the variant laid over it.
    lines : mapping of str to str
        ``file:line`` of each parameter, for messages of the trainer that checks them.
    """

    family: str
    variant: str
    params: Mapping[str, Any]
    lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AvailableConfig:
    """One config file.

    Attributes
    ----------
    kind : str
        Its folder: ``models``, ``variants``, ``features`` ...; ``base`` for base.yaml, ``research`` for the other files
        beside it.
    name : str
        Without ``.yaml``.
    path : Path
    """

    kind: str
    name: str
    path: Path


def load_model_config(family: str, variant: str, *, root: Path | None = None) -> ModelConfig:
    """Read the parameters of a model.

    Parameters
    ----------
    family, variant : str
    root : Path, optional
        Folder with ``models/`` (``Resolved.config_root``); the packaged config where it is None or has no such family.

    Raises
    ------
    ConfigError
        If the family or variant is unknown or the file is not of its form; names file and line.
    """
    path = next((folder / f"{family}.yaml" for folder in _folders(root) if (folder / f"{family}.yaml").is_file()), None)
    if path is None:
        names = sorted({file.stem for folder in _folders(root) for file in folder.glob("*.yaml")})
        raise ConfigError(f"unknown model family {family}; {nearest(family, names)}")
    document = read_document(path)
    for key in document.data:
        if key not in _KEYS:
            raise ConfigError(f"{path}:{document.lines[(key,)]}: unknown key {key}; {nearest(key, _KEYS)}")
    if document.data.get("family") != family:
        raise ConfigError(f"{path}: family: found {document.data.get('family')!r}, expected {family!r}")
    common = document.data.get("common", {})
    variants = document.data.get("variants")
    if not isinstance(common, dict) or not isinstance(variants, dict) or not variants:
        raise ConfigError(f"{path}: expected the mappings common and variants")
    if variant not in variants:
        raise ConfigError(f"{path}: unknown variant {variant}; {nearest(variant, list(variants))}")
    own = variants[variant] if variants[variant] is not None else {}
    if not isinstance(own, dict):
        line = document.lines[("variants", variant)]
        raise ConfigError(f"{path}:{line}: variants.{variant}: found {own!r}, expected a mapping of parameters")
    lines = {key: f"{path}:{document.lines['common', key]}" for key in common}
    lines |= {key: f"{path}:{document.lines['variants', variant, key]}" for key in own}
    return ModelConfig(family, variant, {**common, **own}, lines)


def list_available_configs(root: Path | None = None) -> list[AvailableConfig]:
    """List every config file below `root` (the packaged config if None), sorted by kind and name."""
    folder = root if root is not None else packaged_config_root()
    found = []
    for path in folder.rglob("*.yaml"):
        parts = path.relative_to(folder).parts
        if len(parts) == 2:
            found.append(AvailableConfig(parts[0], path.stem, path))
        elif len(parts) == 1:
            found.append(AvailableConfig("base" if path.stem == "base" else "research", path.stem, path))
    return sorted(found, key=lambda config: (config.kind, config.name))


def _folders(root: Path | None) -> list[Path]:
    packaged = packaged_config_root() / "models"
    return [packaged] if root is None else [root / "models", packaged]
