"""`foxml data repair`: what a killed process or a bad disk left in the store."""

from typing import Annotated, Final

import typer

from foxml.cli.console import Progress, emit, path_text, table
from foxml.cli.options import ConfigOption, JsonOption, QuietOption, SetOption, VariantOption, resolve

__all__ = ["EXIT_DAMAGE", "repair_store"]

EXIT_DAMAGE: Final = 1


def repair_store(
    apply: Annotated[
        bool, typer.Option("--apply", help="Put right what can be; without it nothing is changed.")
    ] = False,
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find unfinished and forgotten files, changed or missing ones, bars without a description; put right what can be.

    Every file is hashed. Unfinished and unnamed files are removed, a description that is lost is made from its files,
    a store of an earlier schema is brought to the present one. Bars that were changed or are gone are named: no bar is
    made up. Exits with code 0 if nothing is wrong or all of it was put right, 1 if something is left to do.

    Example:
      foxml data repair
      foxml data repair --apply
    """
    from foxml.bars.store import BarStore
    from foxml.bars.store_repair import find_damage

    resolved = resolve(config, variant, overrides)
    with Progress("repair", quiet=quiet or as_json) as progress:
        found = find_damage(BarStore(resolved.store), repair=apply, progress=progress)
    left = [finding for finding in found if not finding.repaired]
    rows = [
        [
            path_text(f.path),
            f.what,
            "repaired" if f.repaired else "with --apply" if f.repairable and not apply else "left",
            f.remedy,
        ]
        for f in found
    ]
    lines = [table(["file", "found", "state", "remedy"], rows), ""] if rows else []
    last = f"{len(left)} of {len(found)} findings left" if found else "nothing is wrong"
    emit({"clean": not left, "findings": found}, as_json=as_json, text="\n".join([*lines, last]))
    if left:
        raise typer.Exit(EXIT_DAMAGE)
