"""`foxml models ...`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import emit, jsonable, path_text, table
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, resolve, utc_text
from foxml.cli.verbs import add_verb, group
from foxml.errors import ModelError

if TYPE_CHECKING:
    from foxml.models import Bundle, Registry, RegistryEntry

__all__ = ["app"]

app = group("Trained models in the registry.")

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="NAME (its latest version), NAME@VERSION, or a path with a / in it.")
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
    registry = _registry(config, variant, overrides)
    entries = registry.list()
    text = f"no models in {path_text(registry.root)}: train one with `foxml train`"
    if entries:
        columns = ["model", "created, UTC", "IC", "labels", "trials", "sha256"]
        text = table(columns, [_row(entry) for entry in entries])
    emit([_described(entry) for entry in entries], as_json=as_json, text=text)


def show(
    model: ModelArgument,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a model is, what it was trained on, and how it did out of sample; it is checked like at every load.

    Example:
      foxml models show spy_aapl_ibm_bac_1h
    """
    bundle = _load(model, config, variant, overrides)
    found = {
        "sha256": bundle.sha256,
        "path": bundle.path,
        "manifest": bundle.manifest,
        "metrics": bundle.metrics,
        "config": bundle.config,
    }
    emit(found, as_json=as_json, text=_text(bundle))


def verify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR|BUNDLE]...",
            help="Folders of bundles (a registry, or a part of one), or models as in `show`; by default the registry.",
        ),
    ] = None,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check models: every file's hash, the feature plan's, and the golden rows scored again to the last bit.

    A folder is searched for bundles; all of them are checked, whatever is found on the way.

    Exits with code 0 if every model is as it was made; 5 if one is refused or cannot be found, or there is none.

    Example:
      foxml models verify registry spy_aapl_ibm_bac_1h@1
    """
    from foxml.models import verify_models

    checks = verify_models(_registry(config, variant, overrides), targets or [])
    refused = [check for check in checks if check.problem is not None]
    rows = [
        [
            check.name,
            check.kind,
            f"{check.golden_rows:,}",
            check.sha256[:12],
            "refused" if check.problem else "verified",
        ]
        for check in checks
    ]
    lines = [table(["model", "kind", "golden rows", "sha256", ""], rows), ""]
    lines += [f"{check.name}: {check.problem}" for check in refused]
    lines.append(f"{len(checks) - len(refused):,} of {len(checks):,} models verified")
    emit(
        [{**jsonable(check), "verified": check.problem is None} for check in checks],
        as_json=as_json,
        text="\n".join(lines),
    )
    if refused:
        raise typer.Exit(ModelError.exit_code)


def _registry(config: Path | None, variant: str | None, overrides: list[str] | None) -> "Registry":
    from foxml.models import Registry

    return Registry(resolve(config, variant, overrides).registry)


def _load(model: str, config: Path | None, variant: str | None, overrides: list[str] | None) -> "Bundle":
    return _registry(config, variant, overrides).load(model)


def _described(entry: "RegistryEntry") -> dict[str, object]:
    found: dict[str, object] = {"name": entry.name, "version": entry.version, "path": entry.path}
    return {**found, "sha256": entry.sha256, "problem": entry.problem, "manifest": entry.manifest}


def _row(entry: "RegistryEntry") -> list[str]:
    name = f"{entry.name}@{entry.version}"
    if entry.manifest is None:
        return [name, f"refused: {entry.problem}", "-", "-", "-", ""]
    score = entry.manifest.score
    created = utc_text(entry.manifest.created_ns)
    return [name, created, f"{score.ic:+.4f}", f"{score.ic_n:,}", str(entry.manifest.trials), entry.sha256[:12]]


def _text(bundle: "Bundle") -> str:
    manifest = bundle.manifest
    score, data, lineage = manifest.score, manifest.data, manifest.lineage
    marks = sorted({f"{mark.vendor} {mark.feed}" for mark in data.marks.values()})
    rows = [
        ["model", f"{manifest.name}@{manifest.version} ({manifest.kind}, {bundle.forest.tree_count} trees)"],
        ["folder", path_text(bundle.path)],
        ["sha256", bundle.sha256],
        ["created", f"{utc_text(manifest.created_ns)} UTC by FoxML {lineage.foxml_version}, {lineage.library}"],
        ["expires", "never" if manifest.expires_ns is None else f"{utc_text(manifest.expires_ns)} UTC"],
        ["universe", " ".join(instrument.symbol for instrument in manifest.instruments)],
        ["bars", f"{utc_text(data.first_close_ns)} to {utc_text(data.last_close_ns)} UTC, {', '.join(marks)}"],
        ["samples", f"{data.samples:,}"],
        ["features", f"{len(manifest.feature_names)}, plan {manifest.plan_sha256[:12]}"],
        ["live-capable", f"no: {', '.join(manifest.research_features)}" if manifest.research_features else "yes"],
        ["label", f"{manifest.target.value} of {_label(bundle)}"],
        ["IC", f"{score.ic:+.4f} over {score.ic_n:,} labels, out of fold"],
        ["trials", f"{manifest.trials}, variance of their Sharpe ratios {manifest.trials_sharpe_variance:.3g}"],
        ["config", lineage.config_sha256],
    ]
    return table(["", ""], rows).lstrip("\n")


def _label(bundle: "Bundle") -> str:
    spec = bundle.manifest.target.barrier
    return f"{spec.horizon_bars} bars, +{spec.up_sigma:g} and -{spec.down_sigma:g} sigma"


add_verb(app, "list", list_models)
add_verb(app, "show", show)
add_verb(app, "verify", verify)
