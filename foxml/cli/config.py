"""`foxml config ...`."""

from typing import Annotated

import typer

from foxml.cli.console import emit, table
from foxml.cli.options import ConfigOption, JsonOption, SetOption, VariantOption, resolve
from foxml.cli.verbs import add_verb, group

__all__ = ["app", "show"]

app = group("What the config resolves to.")


def show(
    config: ConfigOption = None,
    variant: VariantOption = None,
    overrides: SetOption = None,
    only: Annotated[str, typer.Option("--only", metavar="PREFIX", help="Only keys that begin so, e.g. risk.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the value of every key and where it came from: file and line, environment, or option.

    Example:
      foxml config show --config train/spy_aapl_ibm_bac_1h.yaml --only model.
      FOXML__RISK__ORDER_NOTIONAL_MAX=5000 foxml config show --only risk.
    """
    resolved = resolve(config, variant, overrides)
    keys = {key: source for key, source in sorted(resolved.provenance.items()) if key.startswith(only)}
    found = {
        "root": resolved.root,
        "sha256": resolved.sha256,
        "keys": {key: {"value": source.value, "source": source.source} for key, source in keys.items()},
    }
    rows = [[key, repr(source.value), source.source] for key, source in keys.items()]
    text = f"root    {resolved.root}\nsha256  {resolved.sha256}\n\n" + table(["key", "value", "from"], rows)
    emit(found, as_json=as_json, text=text)


add_verb(app, "show", show)
