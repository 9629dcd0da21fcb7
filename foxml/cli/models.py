"""`foxml models ...`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import emit, jsonable, table
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, resolve
from foxml.cli.verbs import add_verb, group

if TYPE_CHECKING:
    from foxml.models import Bundle, Registry

__all__ = ["app"]

app = group("Trained models in the registry.")

NameArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="NAME (its latest version), NAME@VERSION, or a path.")
]


def list_models(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the models of the registry.

    Example:
      foxml models list --json
    """
    entries = [jsonable(entry) for entry in _registry(config, variant, overrides).list()]
    text = "no models yet: train one with `foxml train`"
    if entries:
        columns = ["name", "version", "created", "sha256"]
        text = table(columns, [[_cell(entry.get(c, "")) for c in columns] for entry in entries])
    emit(entries, as_json=as_json, text=text)


def show(
    name: NameArgument,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a model's manifest: what it was trained on, and how it did out of sample.

    Example:
      foxml models show spy_aapl_ibm_bac_1h
    """
    bundle = _load(name, config, variant, overrides)
    manifest = jsonable(bundle.manifest)
    rows = [[key, _cell(value)] for key, value in manifest.items() if key != "files"]
    emit(manifest, as_json=as_json, text=table(["key", "value"], rows))


def verify(
    name: NameArgument,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a model: every file's hash, the feature plan, and its golden rows scored again to the last bit.

    Exits with code 5 and names the file if anything differs.

    Example:
      foxml models verify spy_aapl_ibm_bac_1h@1
    """
    bundle = _load(name, config, variant, overrides)
    found = {
        "name": bundle.manifest.name,
        "version": bundle.manifest.version,
        "sha256": bundle.sha256,
        "verified": True,
    }
    text = f"{found['name']}@{found['version']}: all files and golden rows as when it was made ({bundle.sha256[:12]})"
    emit(found, as_json=as_json, text=text)


def _registry(config: Path | None, variant: str | None, overrides: list[str] | None) -> "Registry":
    from foxml.models import Registry

    return Registry(resolve(config, variant, overrides).registry)


def _load(name: str, config: Path | None, variant: str | None, overrides: list[str] | None) -> "Bundle":
    from foxml.models import load_bundle

    return load_bundle(_registry(config, variant, overrides).resolve(name))


def _cell(value: object) -> str:
    text = str(value)
    return text if len(text) <= 100 else text[:97] + "..."


add_verb(app, "list", list_models)
add_verb(app, "show", show)
add_verb(app, "verify", verify)
