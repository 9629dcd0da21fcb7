"""`foxml data ...`."""

from foxml.cli.console import emit, path_text, table
from foxml.cli.data_aggregate import aggregate_bars
from foxml.cli.data_check import check_data
from foxml.cli.data_export import export_file
from foxml.cli.data_fetch import fetch
from foxml.cli.data_import import import_bars
from foxml.cli.data_repair import repair_store
from foxml.cli.data_show import show_bars
from foxml.cli.data_sniff import sniff_files
from foxml.cli.data_spread import estimate_spreads
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, resolve, utc_text
from foxml.cli.verbs import add_verb, group

__all__ = ["app"]

app = group("Bars and corporate actions in the store.")


def list_bars(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the bars that are stored.

    Example:
      foxml data list --json
    """
    from foxml.bars.store import BarStore

    resolved = resolve(config, variant, overrides)
    stored = list(BarStore(resolved.store).list())
    text = f"no bars in {path_text(resolved.store)}: import some with `foxml data import`"
    if stored:
        rows = [
            [s.symbol, s.interval, f"{s.bars:,}", utc_text(s.first_close_ns), utc_text(s.last_close_ns), s.marks.vendor]
            for s in stored
        ]
        text = table(["symbol", "interval", "bars", "first close, UTC", "last close, UTC", "vendor"], rows)
    emit(stored, as_json=as_json, text=text)


add_verb(app, "import", import_bars)
add_verb(app, "sniff", sniff_files)
add_verb(app, "aggregate", aggregate_bars)
add_verb(app, "fetch", fetch)
add_verb(app, "list", list_bars)
add_verb(app, "show", show_bars)
add_verb(app, "export", export_file)
add_verb(app, "check", check_data)
add_verb(app, "spread", estimate_spreads)
add_verb(app, "repair", repair_store)
