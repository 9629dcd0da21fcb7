"""`foxml data sniff`: what an import would take files for."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foxml.cli.console import emit, table
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, calendar_of, resolve

if TYPE_CHECKING:
    from foxml.bars.sniff import Sniffed

__all__ = ["sniff_files", "sniffed_text"]


def sniff_files(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files of bars, or folders of them.")],
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what an import without --timezone would take each file for; nothing is stored.

    Example:
      foxml data sniff bars-1h
    """
    from foxml.bars.actions import holds_actions
    from foxml.bars.listings import holds_listings
    from foxml.bars.sniff import sniff
    from foxml.bars.sources.files import files_in

    calendar = calendar_of(resolve(config, variant, overrides))
    listed = [file for path in paths for file in files_in(path)]
    files = [file for file in listed if not holds_actions(file) and not holds_listings(file)]
    found = {str(file): sniff(file, calendar) for file in files}
    emit(found, as_json=as_json, text=sniffed_text(found))


def sniffed_text(found: "Mapping[str, Sniffed]") -> str:
    """Lay out what files seem to be, and what looks odd about them."""
    rows = [
        [
            Path(name).name,
            each.interval,
            each.layout.timezone if each.layout.time_unit == "iso" else f"{each.layout.time_unit} since 1970",
            each.layout.label,
            (each.layout.time_format or "ISO") if each.layout.time_unit == "iso" else "-",
            f"{each.regular_share:.1%}",
            " ".join(f"{ours}={theirs}" for ours, theirs in each.layout.columns.items()) or "-",
        ]
        for name, each in found.items()
    ]
    hints = [f"{Path(name).name}: {hint}" for name, each in found.items() for hint in each.hints]
    text = table(["file", "interval", "time zone", "label", "times", "volume in sessions", "columns"], rows)
    return "\n".join([text, *hints])
