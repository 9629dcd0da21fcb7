"""From files, environment and options to one frozen config."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import foxml
from foxml.errors import ConfigError
from foxml.settings.document import read_document
from foxml.settings.layers import Layers, Source
from foxml.settings.problems import describe, nearest
from foxml.settings.schema import FoxmlConfig

__all__ = ["Resolved", "apply_overrides", "config_sha256", "load_config", "packaged_config_root"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A config, and where each of its values came from.

    Attributes
    ----------
    config : FoxmlConfig
    provenance : dict of str to Source
        By dotted key; every key of the config is in it.
    root : Path
        The project: what `paths` is relative to. The folder of base.yaml, or for the packaged config the working
        directory.
    config_root : Path
        The folder that holds base.yaml, ``variants/``, ``models/`` and ``features/``.
    sha256 : str
        Of the resolved values.
    """

    config: FoxmlConfig
    provenance: dict[str, Source]
    root: Path
    config_root: Path
    sha256: str

    @property
    def store(self) -> Path:
        """Folder of bars."""
        return self.root / self.config.paths.store

    @property
    def calendar_overrides(self) -> Path | None:
        """File of sessions that differ from the calendar's, if there is one."""
        name = self.config.bars.calendar_overrides
        return None if name is None else self.root / name

    @property
    def registry(self) -> Path:
        """Folder of models."""
        return self.root / self.config.paths.registry

    @property
    def runs(self) -> Path:
        """Folder of journals and reports."""
        return self.root / self.config.paths.runs

    @property
    def plans(self) -> Path:
        """Folder of the project's own feature plans."""
        return self.config_root / "features"


def packaged_config_root() -> Path:
    """Return the folder of the config that comes with FoxML: in the wheel, or beside the package in its source tree."""
    package = Path(foxml.__file__).resolve().parent
    for folder in (package / "_config", package.parent / "config"):
        if (folder / "base.yaml").is_file():
            return folder
    raise ConfigError(f"{package / '_config'}: no base.yaml; the installation is incomplete")


def load_config(
    path: Path | None,
    *,
    variant: str | None = None,
    environ: Mapping[str, str],
    overrides: Sequence[str] = (),
) -> Resolved:
    """Resolve a config: base, variant, the file given, environment, overrides; each over the one before.

    Parameters
    ----------
    path : Path or None
        A file below a folder that holds base.yaml (or base.yaml itself); a file with none above it is laid over the
        packaged base. None: the packaged base alone.
    variant : str or None
        Taken before the file's own ``variant`` key, which is taken before base.yaml's.
    environ : mapping of str to str
        Only ``FOXML__SECTION__KEY`` variables are looked at.
    overrides : sequence of str
        ``section.key=value``.

    Raises
    ------
    ConfigError
        If any layer is wrong: names file and line, variable or option; key, what was found and what was expected.
    """
    config_root = _find_root(path)
    base = read_document(config_root / "base.yaml")
    given = None if path is None or path.resolve() == (config_root / "base.yaml").resolve() else read_document(path)
    chosen = Layers()
    for document in (base, given):
        if document is not None:
            chosen.lay_document(document)
    chosen.lay_environment(environ)
    chosen.lay_overrides(overrides)
    named = chosen.provenance().get("variant")
    name = variant if variant is not None else named.value if named is not None else None
    layers = Layers()
    layers.lay_document(base)
    if name is not None:
        layers.lay_document(read_document(_variant_file(config_root, name, "--variant" if variant else named)))
    if given is not None:
        layers.lay_document(given)
    layers.lay_environment(environ)
    layers.lay_overrides((*overrides, *((f"variant={variant}",) if variant is not None else ())))
    config = _validate(layers)
    packaged = config_root == packaged_config_root()
    root = Path.cwd() if packaged else config_root
    return Resolved(config, layers.provenance(), root, config_root, config_sha256(config))


def apply_overrides(config: FoxmlConfig, overrides: Sequence[str]) -> FoxmlConfig:
    """Return a config with ``section.key=value`` overrides applied.

    Raises
    ------
    ConfigError
        If an override is wrong; `config` is never changed.
    """
    layers = Layers()
    layers.lay_overrides(overrides)
    tree = config.model_dump(mode="json")
    for key, source in layers.provenance().items():
        here = tree
        *sections, last = key.split(".")
        for word in sections:
            if not isinstance(here.get(word), dict):
                here[word] = {}
            here = here[word]
        here[last] = source.value
    return _validate_tree(tree, layers)


def config_sha256(config: FoxmlConfig) -> str:
    """Hash the resolved values."""
    text = json.dumps(config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _find_root(path: Path | None) -> Path:
    if path is None:
        return packaged_config_root()
    if not path.is_file():
        raise ConfigError(f"{path}: no such file")
    for folder in path.resolve().parents:
        if (folder / "base.yaml").is_file():
            return folder
    return packaged_config_root()


def _variant_file(root: Path, name: object, origin: Source | str | None) -> Path:
    folder = root / "variants"
    names = sorted(file.stem for file in folder.glob("*.yaml"))
    if name not in names:
        place = origin.source if isinstance(origin, Source) else origin
        hint = nearest(str(name), names) if names else f"{folder} holds none"
        raise ConfigError(f"{place}: unknown variant {name}; {hint}")
    return folder / f"{name}.yaml"


def _validate(layers: Layers) -> FoxmlConfig:
    return _validate_tree(layers.tree(), layers)


def _validate_tree(tree: Mapping[str, object], layers: Layers) -> FoxmlConfig:
    try:
        return FoxmlConfig.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(describe(error, layers, FoxmlConfig)) from None
